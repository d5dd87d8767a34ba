import type { Digest } from '../../kernel/ids.ts';
import { fromDigest, leafHash, toDigest } from '../tree-hash.ts';
import { growFrontier, hashesOf, SUBTREE_LEAVES } from '../merkle.ts';
import type { Head } from '../sealed-entry.ts';
import { connect, connectToRead, CorruptLog, IncompleteStore, OPENERS } from './connection.ts';
import type { Connection, Openers } from './connection.ts';
import { countOf, fillRuns, lookedUp, SPAN } from './lookup.ts';
import { rangeOf, readPayload } from './payloads.ts';
import { remember } from './remembered.ts';
import { makeRoom } from './room.ts';
import { ForeignDatabase } from './schema.ts';
import { tenantRow } from './tail.ts';
import type { TenantRow } from './tail.ts';
import type { Subject } from './vault.ts';
import type { Answer, Appended, AppendJob, Job, WriterOptions } from './wire.ts';

export interface Writer {
  do(job: Job): Answer;
}

/**
 * The one place that writes. Every job is a transaction of its own; after any error the connection is poisoned: closed, and at the
 * next job reopened, synced and checked against what was acknowledged before anything goes on (LOG-8). It runs in a thread, but knows nothing of it.
 */
export function createWriter(options: WriterOptions, openers: Openers = OPENERS): Writer {
  const acknowledged = new Map<string, Head>();
  let connection: Connection | null = null;
  const open = (): Connection => (connection ??= connect(options, acknowledged, openers));
  const poison = (): void => {
    connection?.close();
    connection = null;
  };
  return {
    do: (job) => {
      try {
        if (job.kind === 'close') {
          poison();
          return { ok: true, value: null };
        }
        return { ok: true, value: run(open(), job, acknowledged) };
      } catch (error) {
        poison();
        return job.kind === 'payload' && !(error instanceof CorruptLog) ? readAside(options, job, error) : refusal(error);
      }
    },
  };
}

/** The disk takes nothing any more; what it holds can still be read. */
function readAside(options: WriterOptions, job: Job & { kind: 'payload' }, first: unknown): Answer {
  try {
    const connection = connectToRead(options);
    try {
      return { ok: true, value: readPayload(connection, job) };
    } finally {
      connection.close();
    }
  } catch (error) {
    return refusal(error instanceof CorruptLog ? error : first);
  }
}

function refusal(error: unknown): Answer {
  if (error instanceof CorruptLog) return { ok: false, code: 'STORE_CORRUPT', ...error.fault };
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof IncompleteStore) return { ok: false, code: 'STORE_INCOMPLETE', detail, index: 0 };
  if (error instanceof ForeignDatabase) return { ok: false, code: 'STORE_UNREADABLE', detail, index: 0 };
  if (/malformed|not a database/.test(detail)) return { ok: false, code: 'STORE_CORRUPT', detail, index: 0 };
  return { ok: false, code: 'STORE_UNAVAILABLE', detail, index: 0 };
}

function run(connection: Connection, job: Exclude<Job, { kind: 'close' }>, acknowledged: Map<string, Head>): unknown {
  switch (job.kind) {
    case 'open':
      return null;
    case 'appends': {
      // Keys of all the batch's new subjects in one commit of their own, before any payload that needs them.
      const subjects = job.appends.flatMap(({ tenant, payloads }) => payloads.map(({ subject }) => ({ tenant, subject })));
      connection.vault.provide(subjects);
      const results = transaction(connection, () => {
        heedErasures(connection, subjects);
        return job.appends.map((append) => appendOne(connection, append));
      });
      results.forEach((result, at) => {
        const tenant = job.appends[at]?.tenant;
        if (result.appended && tenant !== undefined) acknowledged.set(tenant, result.head);
      });
      return results;
    }
    case 'payload':
      return readPayload(connection, job);
    case 'erase':
      return erase(connection, job);
    case 'remember':
      return transaction(connection, () => remember(connection.database, job));
  }
}

/** Another process may have destroyed a key this one remembers: then every key is looked up anew, and missing ones are made again. */
function heedErasures({ erasures, vault }: Connection, subjects: readonly Subject[]): void {
  if (erasures?.happened() !== true) return;
  vault.refresh();
  vault.provide(subjects);
}

function transaction<Result>(connection: Connection, work: () => Result): Result {
  connection.database.exec('BEGIN IMMEDIATE');
  const result = work();
  connection.database.exec('COMMIT');
  return result;
}

/** The tenant's row as it is inside this transaction: another process may have written since the last one. */
function tenantOf(connection: Connection, name: string): TenantRow {
  const { tenant, addTenant } = connection.statements;
  let row = tenant.get(name);
  if (row === undefined) {
    addTenant.run(name);
    row = tenant.get(name);
  }
  if (row === undefined) throw new Error('a tenant could not be added');
  return tenantRow(row);
}

function appendOne(connection: Connection, job: AppendJob): Appended {
  const tenant = tenantOf(connection, job.tenant);
  if (tenant.head.size !== job.expected.size || tenant.head.leaf !== job.expected.leaf) return { appended: false, head: tenant.head };
  addPayloads(connection, tenant, job);
  return { appended: true, head: addEntries(connection, tenant, job) };
}

/** Payloads larger than this are looked for before they are kept a second time; for smaller ones the look costs more than the copy. */
const LARGE = 4096;

function addPayloads(connection: Connection, { no }: TenantRow, { tenant, payloads }: AppendJob): void {
  if (payloads.length === 0) return;
  const { addPayload, fillPayloads, countPayloads } = connection.statements;
  const base = no * SPAN;
  const before = countOf(countPayloads.get(base), base);
  let count = before;
  for (const { digest, subject, bytes } of payloads) {
    if (bytes.length > LARGE && isKept(connection, { base, count, digest, subject })) continue;
    addPayload.run(base + count, fromDigest(digest), subject, connection.vault.seal({ tenant, subject }, digest, bytes));
    count++;
  }
  fillRuns(fillPayloads, base + lookedUp(before), base + lookedUp(count));
}

function isKept(connection: Connection, of: { base: number; count: number; digest: Digest; subject: string }): boolean {
  const rows = connection.statements.payloads.all(...rangeOf(of.base, of.count), fromDigest(of.digest));
  return rows.some((row) => row['subject'] === of.subject && row['sealed'] !== null);
}

function addEntries(connection: Connection, tenant: TenantRow, { entries }: AppendJob): Head {
  const { addEntry, addSubtree, fillEntries, setTenant } = connection.statements;
  const base = tenant.no * SPAN;
  let { size } = tenant.head;
  const tree = growFrontier({ size, nodes: hashesOf(tenant.frontier) }, (root, at) => addSubtree.run(base + at / SUBTREE_LEAVES - 1, root));
  let leaf: Uint8Array = fromDigest(tenant.head.leaf);
  for (const { bytes, type, at, agent, session, action } of entries) {
    leaf = leafHash(bytes);
    addEntry.run(base + size, bytes, leaf, type, at, agent ?? null, session ?? null, action ?? null);
    if (type === 'payload-erased') connection.erasures?.recorded(tenant.no, bytes);
    tree.push(leaf);
    size++;
  }
  fillRuns(fillEntries, base + lookedUp(tenant.head.size), base + lookedUp(size));
  setTenant.run(size, leaf, Buffer.concat(tree.now().nodes), tenant.no);
  return { size, leaf: toDigest(leaf) };
}

/** First word of it, then the key, then the rows, then the write-ahead log that may still hold them. Asked again after a crash it finishes. */
function erase(connection: Connection, job: Job & { kind: 'erase' }): readonly string[] {
  const { countPayloads, erase: clear, subjectPayloads, tenant } = connection.statements;
  const row = tenant.get(job.tenant);
  if (row === undefined) return [];
  const no = Number(row['no']);
  const base = no * SPAN;
  const of = { tenant: no, subject: job.subject };
  transaction(connection, () => connection.erasures?.begin(of, job.reason ?? ''));
  connection.vault.destroy({ tenant: job.tenant, subject: job.subject });
  const digests = transaction(connection, () => {
    const range = rangeOf(base, countOf(countPayloads.get(base), base));
    const kept = subjectPayloads.all(...range, job.subject).map((one) => toDigest(one['digest'] as Uint8Array));
    clear.run(...range, job.subject);
    return connection.erasures?.end(of, kept) ?? kept;
  });
  connection.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  makeRoom(connection.database);
  return digests;
}
