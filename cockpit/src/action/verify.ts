/** An inclusion proof as the API answers it (RFC 6962): the entry's bytes and the hashes beside its way to the root. */
export interface InclusionProof {
  readonly index: number;
  readonly entry: string;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function hash(prefix: number, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  whole[0] = prefix;
  let at = 1;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

/** The hash of an entry's bytes as a leaf of the tree (RFC 6962, section 2.1). */
export const leafHash = async (entry: string): Promise<string> => hexOf(await hash(0, new TextEncoder().encode(entry)));

/** Whether the entry is in the tree of that root; the algorithm of RFC 9162, section 2.1.3.2. */
export async function isIncluded({ index, entry, size, root, proof }: InclusionProof): Promise<boolean> {
  if (index >= size) return false;
  let [node, last] = [index, size - 1];
  let result = bytesOf(await leafHash(entry));
  for (const step of proof) {
    if (last === 0) return false;
    const beside = bytesOf(step);
    if (node % 2 === 1 || node === last) {
      result = await hash(1, beside, result);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else result = await hash(1, result, beside);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hexOf(result) === root;
}
