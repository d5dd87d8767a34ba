import { AegisError } from '../errors.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import { fromDigest, leafHash, toDigest } from './tree-hash.ts';
import { isDigest } from '../wire/digest.ts';
import { frontierFrom, hashesOf, rootOf, rootOfHashes, SUBTREE_LEAVES } from './merkle.ts';
import { consistencyRanges, inclusionRanges, isConsistent, rootFromInclusion } from './proof.ts';
import type { Range } from './proof.ts';
import type { LogReader } from './store.ts';

/** An entry with the proof that it is in the tree a checkpoint names. */
export interface InclusionReceipt {
  readonly kind: 'inclusion';
  readonly index: EntryIndex;
  /** The entry's exact bytes as text. */
  readonly entry: string;
  readonly size: number;
  readonly root: Digest;
  /** Node hashes, leaf to root. */
  readonly proof: readonly Digest[];
}

/** The proof that one tree is the beginning of another. */
export interface ConsistencyProof {
  readonly kind: 'consistency';
  readonly older: { readonly size: number; readonly root: Digest };
  readonly newer: { readonly size: number; readonly root: Digest };
  readonly proof: readonly Digest[];
}

/** The root of the leaves in a range that a proof may name, or of the whole tree so far: [0, size]. */
export async function rangeRoot(store: LogReader, tenant: TenantId, [from, to]: Range): Promise<Uint8Array> {
  const whole = from % SUBTREE_LEAVES === 0 ? Math.floor((to - from) / SUBTREE_LEAVES) : 0;
  const tailFrom = from + whole * SUBTREE_LEAVES;
  const subtrees = hashesOf(await store.subtrees(tenant, from / SUBTREE_LEAVES, whole));
  const tail = hashesOf(await store.leaves(tenant, tailFrom, to - tailFrom));
  if (subtrees.length !== whole || tail.length !== to - tailFrom)
    throw new AegisError('STORE_CORRUPT', { index: from, detail: 'the tree lacks leaves' });
  return whole === 0 ? rootOfHashes(tail) : rootOf(frontierFrom(subtrees, tail));
}

async function rootsOf(store: LogReader, tenant: TenantId, ranges: readonly Range[]): Promise<Digest[]> {
  const roots: Digest[] = [];
  for (const range of ranges) roots.push(toDigest(await rangeRoot(store, tenant, range)));
  return roots;
}

/** @throws AegisError NOT_FOUND when the entry is not among the first `size`. */
export async function inclusionReceipt(store: LogReader, tenant: TenantId, place: { index: EntryIndex; size: number }): Promise<InclusionReceipt> {
  const { index, size } = place;
  const [entry] = await store.read(tenant, { from: index, to: index + 1, limit: 1 });
  if (entry === undefined || index >= size || size > (await store.head(tenant)).size) throw new AegisError('NOT_FOUND', { what: 'entry' });
  const root = toDigest(await rangeRoot(store, tenant, [0, size]));
  const proof = await rootsOf(store, tenant, inclusionRanges(index, size));
  return { kind: 'inclusion', index, entry: Buffer.from(entry.bytes).toString('utf8'), size, root, proof };
}

/** @throws AegisError NOT_FOUND when the log is shorter than the newer size. */
export async function consistencyProof(store: LogReader, tenant: TenantId, sizes: { older: number; newer: number }): Promise<ConsistencyProof> {
  const { older, newer } = sizes;
  if (older > newer || newer > (await store.head(tenant)).size) throw new AegisError('NOT_FOUND', { what: 'tree' });
  const [first, second] = await rootsOf(store, tenant, [
    [0, older],
    [0, newer],
  ]);
  const proof = await rootsOf(store, tenant, consistencyRanges(older, newer));
  return { kind: 'consistency', older: { size: older, root: first as Digest }, newer: { size: newer, root: second as Digest }, proof };
}

/** Whether the receipt's entry is in the tree of its root. Whoever asks must hold the root from a checkpoint of their own. */
export function verifyInclusion(receipt: InclusionReceipt): boolean {
  if (!receipt.proof.every(isDigest)) return false;
  const leaf = leafHash(Buffer.from(receipt.entry, 'utf8'));
  const root = rootFromInclusion(leaf, receipt, receipt.proof.map(fromDigest));
  return root !== null && toDigest(root) === receipt.root;
}

export function verifyConsistency({ older, newer, proof }: ConsistencyProof): boolean {
  if (![older.root, newer.root, ...proof].every(isDigest)) return false;
  const raw = (tree: { size: number; root: Digest }): { size: number; root: Uint8Array } => ({ size: tree.size, root: fromDigest(tree.root) });
  return isConsistent({ older: raw(older), newer: raw(newer) }, proof.map(fromDigest));
}
