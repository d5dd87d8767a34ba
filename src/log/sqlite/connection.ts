import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Head } from '../sealed-entry.ts';
import { openErasures } from './erasures.ts';
import type { Erasures } from './erasures.ts';
import { COUNT_PAYLOADS, FIELD, FILL, idsOf, mend, SPAN } from './lookup.ts';
import { openReadOnly } from './read-only.ts';
import { makeRoom } from './room.ts';
import { openKeys, openLog, openReader } from './schema.ts';
import { dropKeptSnapshot } from './snapshot-file.ts';
import { checkTail, tenantRow } from './tail.ts';
import type { TailFault, TenantRow } from './tail.ts';
import { masterKey, openVault } from './vault.ts';
import type { Vault } from './vault.ts';
import type { WriterOptions } from './wire.ts';

/** An open log with its prepared statements and its keys. After any I/O error the whole of it is thrown away (LOG-8). */
export interface Connection {
  readonly database: DatabaseSync;
  readonly vault: Vault;
  /** null on a connection that only reads. */
  readonly erasures: Erasures | null;
  readonly statements: Statements;
  close(): void;
}

export interface Statements {
  readonly tenant: StatementSync;
  readonly addTenant: StatementSync;
  readonly setTenant: StatementSync;
  readonly addEntry: StatementSync;
  readonly addSubtree: StatementSync;
  readonly fillEntries: StatementSync;
  readonly addPayload: StatementSync;
  readonly fillPayloads: StatementSync;
  readonly countPayloads: StatementSync;
  readonly payloads: StatementSync;
  readonly lookedUpPayloads: StatementSync;
  readonly payloadDigests: StatementSync;
  readonly payloadAt: StatementSync;
  readonly subjectPayloads: StatementSync;
  readonly erase: StatementSync;
}

/** The log does not hold together; nothing is to be written to it. */
export class CorruptLog extends Error {
  readonly fault: TailFault;
  constructor(fault: TailFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

/** A file that belongs to the log is not there; making a new one would hide that. */
export class IncompleteStore extends Error {}

/** New keys are for a log without payloads: where some are sealed, theirs are gone, and nothing may look as if they never had any (LOG-28). */
function refuseWithoutKeys(database: DatabaseSync, { keysPath, masterKeyPath }: WriterOptions): void {
  const gone = [keysPath, masterKeyPath].find((file) => !existsSync(file));
  if (gone === undefined || database.prepare('SELECT 1 FROM payload WHERE sealed IS NOT NULL LIMIT 1').get() === undefined) return;
  throw new IncompleteStore(`its payloads are sealed under keys that are gone: there is no ${gone}`);
}

export interface Openers {
  readonly log: (path: string) => DatabaseSync;
  readonly keys: (path: string) => DatabaseSync;
}

/** The real openers; tests hand in ones whose disk fails. */
export const OPENERS: Openers = { log: openLog, keys: openKeys };

/**
 * Opens the log, moves what the write-ahead log holds into the file under a fresh sync, and checks every tenant's tail against
 * what was acknowledged before. After a failed sync the page cache may show bytes the disk never got; this is where that is settled.
 * @throws CorruptLog, or whatever SQLite throws
 */
export function connect(options: WriterOptions, acknowledged: ReadonlyMap<string, Head>, openers: Openers = OPENERS): Connection {
  const database = openers.log(options.path);
  let keys: DatabaseSync | null = null;
  try {
    refuseWithoutKeys(database, options);
    keys = openers.keys(options.keysPath);
    const vault = openVault(keys, masterKey(options.masterKeyPath));
    const busy = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 1;
    // After a failure nothing goes on over bytes that were not synced anew; another process in the way is waited for at the next append.
    if (busy && acknowledged.size > 0) throw new Error('another process keeps the write-ahead log from being synced');
    if (!busy) makeRoom(database);
    // One snapshot for all of it: another process may append between two reads.
    database.exec('BEGIN');
    const tenants = checkAll(database, acknowledged);
    database.exec('COMMIT');
    for (const { no, head } of tenants) {
      mend(database, no * SPAN, head.size);
      dropKeptSnapshot(database, options.path, no);
    }
    const opened = keys;
    return {
      database,
      vault,
      erasures: openErasures(database),
      statements: prepare(database),
      close: () => {
        quietly(() => opened.close());
        quietly(() => database.close());
      },
    };
  } catch (error) {
    quietly(() => keys?.close());
    quietly(() => database.close());
    throw error;
  }
}

/** For one answer while nothing can be written: a full or read-only disk hides no payload (GATE-2). It outlives no erasure. */
export function connectToRead(options: WriterOptions): Connection {
  const database = openReadOnly(options.path);
  let keys: DatabaseSync | null = null;
  try {
    keys = openReader(options.keysPath);
    const opened = keys;
    const close = (): void => {
      opened.close();
      database.close();
    };
    return { database, vault: openVault(keys, masterKey(options.masterKeyPath, 'as it is')), erasures: null, statements: prepare(database), close };
  } catch (error) {
    keys?.close();
    database.close();
    throw error;
  }
}

/** A connection that failed may fail to close too; there is nothing left to lose with it. */
function quietly(close: () => void): void {
  try {
    close();
  } catch {
    // The reopened connection is what is checked.
  }
}

function checkAll(database: DatabaseSync, acknowledged: ReadonlyMap<string, Head>): readonly TenantRow[] {
  const rows = database.prepare('SELECT no, name, size, leaf, frontier FROM tenant').all().map(tenantRow);
  for (const row of rows) {
    const fault = checkTail(database, row);
    if (fault !== null) throw new CorruptLog({ index: fault.index, detail: `${row.name}: ${fault.detail}` });
  }
  for (const [name, head] of acknowledged) {
    const now = rows.find((row) => row.name === name)?.head;
    if (now === undefined || now.size < head.size || (now.size === head.size && now.leaf !== head.leaf)) {
      throw new CorruptLog({ index: now?.size ?? 0, detail: `${name}: entries that were acknowledged are gone` });
    }
  }
  return rows;
}

function prepare(database: DatabaseSync): Statements {
  return {
    tenant: database.prepare('SELECT no, name, size, leaf, frontier FROM tenant WHERE name = ?'),
    addTenant: database.prepare('INSERT INTO tenant (name, size, leaf, frontier) VALUES (?, 0, zeroblob(32), zeroblob(0))'),
    setTenant: database.prepare('UPDATE tenant SET size = ?, leaf = ?, frontier = ? WHERE no = ?'),
    addEntry: database.prepare('INSERT INTO entry (id, bytes, leaf, type, at, agent, session, action) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addSubtree: database.prepare('INSERT INTO subtree (id, root) VALUES (?, ?)'),
    fillEntries: database.prepare(FILL.entries),
    addPayload: database.prepare('INSERT INTO payload (id, digest, subject, sealed) VALUES (?, ?, ?, ?)'),
    fillPayloads: database.prepare(FILL.payloads),
    countPayloads: database.prepare(COUNT_PAYLOADS),
    payloads: database.prepare(`SELECT subject, sealed FROM payload WHERE digest = ?4 AND ${found(FIELD.digest, 'substr(?4, 1, 8)')}
      UNION ALL SELECT subject, sealed FROM payload WHERE digest = ?4 AND id >= ?2 AND id < ?3`),
    lookedUpPayloads: database.prepare(`SELECT id, subject, sealed FROM payload WHERE digest = ?3 AND ${found(FIELD.digest, 'substr(?3, 1, 8)')}`),
    payloadDigests: database.prepare('SELECT id, digest FROM payload WHERE id >= ? AND id < ?'),
    payloadAt: database.prepare('SELECT id, digest, subject, sealed FROM payload WHERE id = ?'),
    subjectPayloads: database.prepare(`SELECT digest FROM payload WHERE sealed IS NOT NULL AND ${found(FIELD.subject, '?4')}
      UNION SELECT digest FROM payload WHERE sealed IS NOT NULL AND subject = ?4 AND id >= ?2 AND id < ?3 ORDER BY digest`),
    erase: database.prepare(`UPDATE payload SET sealed = NULL WHERE ${found(FIELD.subject, '?4')} OR (subject = ?4 AND id >= ?2 AND id < ?3)`),
  };
}

/** ?1 to ?2: the payloads that are looked up; ?2 to ?3: the ones to scan; ?4: what for. */
function found(field: number, value: string): string {
  return `id IN (${idsOf(field, value, ['?1', '?2'])})`;
}
