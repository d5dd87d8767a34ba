import { AegisError } from '../errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import { isObject } from '../kernel/json.ts';
import { parseStrict } from '../wire/strict-json.ts';
import { openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { ExportHeader } from './export.ts';
import { exportPayloads } from './export-payloads.ts';
import type { ExportPayloads } from './export-payloads.ts';
import { columns, ENTRY_LIMITS, openEntry } from './entry.ts';
import type { NoteVerifier } from './note-key.ts';
import { keyring, ofName } from './rotation.ts';
import type { FoundRotation } from './rotation.ts';
import { leafHash, toDigest } from './tree-hash.ts';
import { noPayloads } from './verification.ts';
import type { Verification } from './verification.ts';
import { startJudge } from './verify.ts';

type KeysFor = (size: number, origin: string) => readonly NoteVerifier[];

export interface ExportVerifyTerms {
  /** Signed checkpoints of this log that were kept elsewhere. */
  readonly saved?: readonly string[];
  /** The reader knows that the export was made without payloads. */
  readonly withoutPayloads?: boolean;
}

/**
 * Verifies an export with nothing but itself and what is held from elsewhere: the first key of the log or a later one, from which the rotations
 * in the export are followed (LOG-13), and checkpoints that were saved. Where a key is given, a checkpoint it believes must vouch for every
 * entry (LOG-25); `keysFor` empty: no signature is believed and nothing is anchored. Total: whatever the lines hold, the answer is a verification.
 */
export async function verifyExport(lines: AsyncIterable<Uint8Array>, keysFor: KeysFor, terms: ExportVerifyTerms = {}): Promise<Verification> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = first.done === true ? null : readHeader(first.value);
  const payloads = noPayloads();
  if (header === null) return startJudge('' as TenantId, []).stop(0, 'it does not begin with the header of an export', payloads);
  const notes = notesOf(header, terms.saved ?? []);
  if (typeof notes === 'string') return startJudge(header.tenant, []).stop(0, notes, payloads);
  // What the notes claim is compared as the entries come; whether they may be believed is known once the rotations are.
  const judge = startJudge(
    header.tenant,
    notes.map(({ claimed }) => claimed),
  );
  const rotations: FoundRotation[] = [];
  const beside = exportPayloads(payloads);
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    if (judge.size() < header.size) {
      const fault = pushLine(judge, next.value, { rotations, beside });
      if (fault !== null) return judge.stop(judge.size(), fault, payloads);
    } else {
      const line = readObject(next.value);
      const fault = line === null ? 'a line after the entries is not JSON' : beside.line(line);
      if (fault !== null) return judge.stop(header.size, fault, payloads);
    }
  }
  const believing = keysFor(header.size, '').length > 0;
  for (const { note } of believing ? notes : []) {
    const disbelief = disbelieved(note, header.tenant, { keysFor, rotations });
    if (disbelief !== null) return startJudge(header.tenant, []).stop(0, disbelief, payloads);
  }
  if (judge.size() === header.size && judge.root() !== header.root) return judge.stop(0, 'its entries do not make the root it announces', payloads);
  const found = judge.finish(header.size, payloads);
  if (!found.ok) return found;
  const missing = beside.finish(terms.withoutPayloads === true);
  if (missing !== null) return judge.stop(missing.index, missing.detail, payloads);
  if (!believing) return judge.unanchored(payloads);
  if (found.anchored < header.size) return judge.stop(found.anchored, unsigned(header, found.anchored), payloads);
  return judge.result(payloads);
}

function unsigned({ size }: ExportHeader, anchored: number): string {
  if (anchored === 0) return 'no checkpoint that the key signed vouches for any entry: anybody could have written it';
  return `the checkpoints vouch for the first ${String(anchored)} of ${String(size)} entries; anybody could have written the rest`;
}

interface Noted {
  readonly note: string;
  readonly claimed: NonNullable<ReturnType<typeof parseCheckpoint>>;
}

/** The export's own checkpoint and the saved ones it is long enough for; what is wrong with its own, as a sentence. */
function notesOf(header: ExportHeader, saved: readonly string[]): readonly Noted[] | string {
  const notes: Noted[] = [];
  for (const note of [header.checkpoint ?? [], ...saved].flat()) {
    const claimed = parseCheckpoint(note);
    const own = note === header.checkpoint;
    if (own && claimed === null) return 'its checkpoint cannot be believed: it is not a signed checkpoint';
    if (own && claimed?.origin.endsWith(`/${header.tenant}`) !== true) return 'its checkpoint is of another log';
    if (claimed === null || (!own && (claimed.size > header.size || !claimed.origin.endsWith(`/${header.tenant}`)))) continue;
    notes.push({ note, claimed });
  }
  return notes;
}

/** Why a checkpoint cannot be believed; null when it can. */
function disbelieved(
  note: string,
  tenant: TenantId,
  terms: { readonly keysFor: KeysFor; readonly rotations: readonly FoundRotation[] },
): string | null {
  let broken = false;
  const opened = openCheckpoint(note, (size, origin) =>
    terms.keysFor(size, origin).flatMap((trusted) => {
      const ring = keyring(origin.slice(0, origin.lastIndexOf('/')), trusted, ofName(trusted.name, terms.rotations));
      broken ||= ring === null;
      return ring?.keysFor(size) ?? [];
    }),
  );
  if (broken) return 'its checkpoint cannot be believed: a rotation of its key is not signed by both keys';
  if (!opened.ok) return `its checkpoint cannot be believed: ${opened.detail}`;
  return opened.checkpoint.origin.endsWith(`/${tenant}`) ? null : 'its checkpoint is of another log';
}

function pushLine(
  judge: ReturnType<typeof startJudge>,
  bytes: Uint8Array,
  { rotations, beside }: { readonly rotations: FoundRotation[]; readonly beside: ExportPayloads },
): string | null {
  const index = judge.size();
  try {
    const entry = openEntry(bytes, index);
    if (!judge.push({ index, bytes, leaf: toDigest(leafHash(bytes)), ...columns(entry) })) return judge.result(noPayloads()).detail;
    beside.entry(entry);
    if (entry.type === 'key-rotated') rotations.push({ index, body: entry.body });
    return null;
  } catch (error) {
    return error instanceof AegisError ? String(error.details['detail']) : 'it is not an entry';
  }
}

function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseStrict(bytes, { ...ENTRY_LIMITS, bytes: 268_435_456 });
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['export', 'v', 'tenant', 'size', 'root', 'checkpoint']);

function readHeader(bytes: Uint8Array): ExportHeader | null {
  const value = readObject(bytes);
  if (value?.['export'] !== 'aegis-log' || value['v'] !== 1 || typeof value['tenant'] !== 'string' || typeof value['root'] !== 'string') return null;
  if (!Number.isSafeInteger(value['size']) || Number(value['size']) < 0 || !Object.keys(value).every((key) => MEMBERS.has(key))) return null;
  return value['checkpoint'] === null || typeof value['checkpoint'] === 'string' ? (value as unknown as ExportHeader) : null;
}
