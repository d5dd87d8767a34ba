import { AegisError } from '../errors.ts';
import type { Digest, TenantId } from '../kernel/ids.ts';
import { isObject } from '../kernel/json.ts';
import { openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash, toDigest } from './tree-hash.ts';
import { sha256 } from '../wire/digest.ts';
import { columns, ENTRY_LIMITS, openEntry } from './entry.ts';
import { parseStrict } from '../wire/strict-json.ts';
import { rangeRoot } from './receipt.ts';
import type { NoteVerifier } from './note-key.ts';
import { keyring } from './rotation.ts';
import type { FoundRotation } from './rotation.ts';
import type { LogStore } from './store.ts';
import { payloadsOf, startJudge } from './verify.ts';
import type { Verification } from './verification.ts';

/** First line of an export. The entries follow as their exact bytes, one a line, then payload lines if any. */
export interface ExportHeader {
  readonly export: 'aegis-log';
  readonly v: 1;
  readonly tenant: TenantId;
  readonly size: number;
  readonly root: Digest;
  /** A signed checkpoint of this log, of at most this size; null when there is none. */
  readonly checkpoint: string | null;
}

export interface ExportTerms {
  readonly checkpoint?: string;
  /** Include the payload bytes that are still readable. */
  readonly payloads?: boolean;
}

const PAGE = 500;
const encoder = new TextEncoder();

/** The whole log as JSON lines, without line ends, as it stands when asked. */
export async function* exportLog(store: LogStore, tenant: TenantId, terms: ExportTerms = {}): AsyncGenerator<Uint8Array> {
  const { size } = await store.head(tenant);
  const root = toDigest(await rangeRoot(store, tenant, [0, size]));
  const header: ExportHeader = { export: 'aegis-log', v: 1, tenant, size, root, checkpoint: terms.checkpoint ?? null };
  yield encoder.encode(JSON.stringify(header));
  const digests = new Set<Digest>();
  for (let from = 0; from < size; from += PAGE) {
    for (const entry of await store.read(tenant, { from, to: Math.min(from + PAGE, size), limit: PAGE })) {
      yield entry.bytes;
      if (terms.payloads === true) for (const digest of payloadsOf(openEntry(entry.bytes, entry.index))) digests.add(digest);
    }
  }
  for (const payload of digests) {
    const bytes = await store.payload(tenant, payload);
    if (bytes !== null)
      yield encoder.encode(
        JSON.stringify(bytes === 'erased' ? { payload, erased: true } : { payload, base64: Buffer.from(bytes).toString('base64') }),
      );
  }
}

/** What the entry lines told beyond their chain. */
interface Gathered {
  /** Payloads named and not seen yet. */
  readonly named: Set<Digest>;
  readonly rotations: FoundRotation[];
}

/**
 * Verifies an export with nothing but itself and keys held from elsewhere: the first key of the log or a later one, from which the rotations
 * in the export are followed (LOG-13). `keysFor` empty: the checkpoint's signature is not believed and anchors nothing.
 * Total: whatever the lines hold, the answer is a verification.
 */
export async function verifyExport(
  lines: AsyncIterable<Uint8Array>,
  keysFor: (size: number, origin: string) => readonly NoteVerifier[],
): Promise<Verification> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = first.done === true ? null : readHeader(first.value);
  const payloads = { intact: 0, erased: 0, missing: 0 };
  if (header === null) return startJudge('' as TenantId, []).stop(0, 'it does not begin with the header of an export', payloads);
  const note = header.checkpoint === null || keysFor(header.size, '').length === 0 ? null : header.checkpoint;
  const claimed = note === null ? null : parseCheckpoint(note);
  // What the note claims is compared as the entries come; whether it may be believed is known once the rotations are.
  const judge = startJudge(header.tenant, claimed === null ? [] : [claimed]);
  const gathered: Gathered = { named: new Set(), rotations: [] };
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    if (judge.size() < header.size) {
      const fault = pushLine(judge, next.value, gathered);
      if (fault !== null) return judge.stop(judge.size(), fault, payloads);
    } else {
      const fault = countLine(next.value, gathered.named, payloads);
      if (fault !== null) return judge.stop(header.size, fault, payloads);
    }
  }
  const disbelief = note === null ? null : disbelieved(note, header.tenant, { keysFor, rotations: gathered.rotations });
  if (disbelief !== null) return startJudge(header.tenant, []).stop(0, disbelief, payloads);
  if (judge.size() === header.size && judge.root() !== header.root) return judge.stop(0, 'its entries do not make the root it announces', payloads);
  payloads.missing = gathered.named.size;
  return judge.finish(header.size, payloads);
}

/** Why the checkpoint of an export cannot be believed; null when it can. */
function disbelieved(
  note: string,
  tenant: TenantId,
  terms: { readonly keysFor: (size: number, origin: string) => readonly NoteVerifier[]; readonly rotations: readonly FoundRotation[] },
): string | null {
  let broken = false;
  const opened = openCheckpoint(note, (size, origin) =>
    terms.keysFor(size, origin).flatMap((trusted) => {
      const ring = keyring(origin.slice(0, origin.lastIndexOf('/')), trusted, terms.rotations);
      broken ||= ring === null;
      return ring?.keysFor(size) ?? [];
    }),
  );
  if (broken) return 'its checkpoint cannot be believed: a rotation of its key is not signed by both keys';
  if (!opened.ok) return `its checkpoint cannot be believed: ${opened.detail}`;
  return opened.checkpoint.origin.endsWith(`/${tenant}`) ? null : 'its checkpoint is of another log';
}

function pushLine(judge: ReturnType<typeof startJudge>, bytes: Uint8Array, { named, rotations }: Gathered): string | null {
  const index = judge.size();
  try {
    const entry = openEntry(bytes, index);
    if (!judge.push({ index, bytes, leaf: toDigest(leafHash(bytes)), ...columns(entry) }))
      return judge.result({ intact: 0, erased: 0, missing: 0 }).detail;
    for (const digest of payloadsOf(entry)) named.add(digest);
    if (entry.type === 'key-rotated') rotations.push({ index, body: entry.body });
    return null;
  } catch (error) {
    return error instanceof AegisError ? String(error.details['detail']) : 'it is not an entry';
  }
}

function countLine(bytes: Uint8Array, named: Set<Digest>, payloads: { intact: number; erased: number }): string | null {
  const line = readObject(bytes);
  const digest = line?.['payload'] as Digest | undefined;
  if (line === null || digest === undefined || !named.delete(digest)) return 'a line after the entries is not a payload they name';
  if (line['erased'] === true) {
    payloads.erased++;
    return null;
  }
  if (typeof line['base64'] !== 'string' || sha256(Buffer.from(line['base64'], 'base64')) !== digest) return 'a payload does not hash to its digest';
  payloads.intact++;
  return null;
}

function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseStrict(bytes, { ...ENTRY_LIMITS, bytes: 268_435_456 });
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function readHeader(bytes: Uint8Array): ExportHeader | null {
  const value = readObject(bytes);
  if (value?.['export'] !== 'aegis-log' || value['v'] !== 1 || typeof value['tenant'] !== 'string' || typeof value['root'] !== 'string') return null;
  if (!Number.isSafeInteger(value['size']) || Number(value['size']) < 0) return null;
  return value['checkpoint'] === null || typeof value['checkpoint'] === 'string' ? (value as unknown as ExportHeader) : null;
}

/** Cuts a byte stream (a file, a response) into lines; the last may lack its end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}
