import type { Digest } from '../../kernel/ids.ts';
import { fromDigest, toDigest } from '../tree-hash.ts';
import { CorruptLog } from './connection.ts';
import type { Connection } from './connection.ts';
import { countOf, lookedUp, SPAN } from './lookup.ts';

type Found = readonly Readonly<Record<string, unknown>>[];

/** Where a tenant's payloads lie: looked up from the first to the second, to be scanned from the second to the third. */
export function rangeOf(base: number, count: number): [number, number, number] {
  return [base, base + lookedUp(count), base + count];
}

/** The bytes under a digest. Another process may have destroyed a key since the last time: that is asked first. */
export function readPayload(connection: Connection, job: { readonly tenant: string; readonly digest: string }): Uint8Array | 'erased' | null {
  const { countPayloads, payloads, tenant } = connection.statements;
  const found = tenant.get(job.tenant);
  if (found === undefined) return null;
  connection.vault.refresh();
  const base = Number(found['no']) * SPAN;
  const rows = payloads.all(...rangeOf(base, countOf(countPayloads.get(base), base)), Buffer.from(job.digest, 'hex'));
  return openAny(connection, job, rows);
}

/** The bytes under a digest, 'erased' when no copy can be opened any more, null when there is none. @throws CorruptLog */
export type PayloadReader = (digest: Digest) => Uint8Array | 'erased' | null;

/**
 * The same for many digests of one tenant as it stands now: what is not looked up yet is read once and not scanned for each. Entries name
 * payloads in the order they were kept, so the one behind the last that was found is tried first.
 */
export function payloadReader(connection: Connection, tenant: string): PayloadReader {
  const { countPayloads, lookedUpPayloads, payloadAt, payloadDigests } = connection.statements;
  const row = connection.statements.tenant.get(tenant);
  if (row === undefined) return () => null;
  connection.vault.refresh();
  const base = Number(row['no']) * SPAN;
  const [from, border, to] = rangeOf(base, countOf(countPayloads.get(base), base));
  if (from === to) return () => null;
  const behind = new Map<Digest, number[]>();
  for (const { id, digest } of payloadDigests.iterate(border, to) as Iterable<Record<string, unknown>>) {
    const name = toDigest(digest as Uint8Array);
    behind.set(name, [...(behind.get(name) ?? []), Number(id)]);
  }
  const at = (id: number): Found => (id < to ? payloadAt.all(id) : []);
  let next = from;
  let [likely] = at(next);
  const goOn = (id: number): void => {
    next = id;
    [likely] = at(next);
  };
  return (digest) => {
    const job = { tenant, digest };
    const wanted = fromDigest(digest);
    const kept = likely;
    if (kept !== undefined && wanted.equals(kept['digest'] as Uint8Array)) {
      goOn(next + 1);
      const bytes = openAny(connection, job, [kept]);
      if (bytes !== null && bytes !== 'erased') return bytes;
    }
    const lookedUpRows = from === border ? [] : lookedUpPayloads.all(from, border, wanted);
    const rows = [...lookedUpRows, ...(behind.get(digest) ?? []).flatMap((id) => payloadAt.all(id))];
    const [first] = rows;
    if (first !== undefined) goOn(Number(first['id']) + 1);
    return openAny(connection, job, rows);
  };
}

function openAny(connection: Connection, job: { readonly tenant: string; readonly digest: string }, rows: Found): Uint8Array | 'erased' | null {
  if (rows.length === 0) return null;
  for (const row of rows) {
    if (row['sealed'] === null) continue;
    const of = { tenant: job.tenant, subject: String(row['subject']) };
    const bytes = unseal(() => connection.vault.open(of, job.digest, row['sealed'] as Uint8Array));
    if (bytes !== null) return bytes;
  }
  return 'erased';
}

function unseal<Result>(open: () => Result): Result {
  try {
    return open();
  } catch {
    throw new CorruptLog({ index: 0, detail: 'a payload or its key was altered, or the master key is another one' });
  }
}
