import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Head } from '../store.ts';
import { openKeys, openLog, openReader } from './schema.ts';
import { checkTail, tenantRow } from './tail.ts';
import type { TailFault } from './tail.ts';
import { masterKey, openVault } from './vault.ts';
import type { Vault } from './vault.ts';
import type { WriterOptions } from './wire.ts';

/** An open log with its prepared statements and its keys. After any I/O error the whole of it is thrown away (LOG-8). */
export interface Connection {
  readonly database: DatabaseSync;
  readonly vault: Vault;
  readonly statements: Statements;
  close(): void;
}

export interface Statements {
  readonly tenant: StatementSync;
  readonly addTenant: StatementSync;
  readonly setTenant: StatementSync;
  readonly addEntry: StatementSync;
  readonly addSubtree: StatementSync;
  readonly addPayload: StatementSync;
  readonly payloads: StatementSync;
  readonly subjectPayloads: StatementSync;
  readonly erase: StatementSync;
  readonly snapshot: StatementSync;
}

/** The log does not hold together; nothing is to be written to it. */
export class CorruptLog extends Error {
  readonly fault: TailFault;
  constructor(fault: TailFault) {
    super(fault.detail);
    this.fault = fault;
  }
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
    keys = openers.keys(options.keysPath);
    const vault = openVault(keys, masterKey(options.masterKeyPath));
    const busy = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 1;
    // After a failure nothing goes on over bytes that were not synced anew; another process in the way is waited for at the next append.
    if (busy && acknowledged.size > 0) throw new Error('another process keeps the write-ahead log from being synced');
    // One snapshot for all of it: another process may append between two reads.
    database.exec('BEGIN');
    checkAll(database, acknowledged);
    database.exec('COMMIT');
    const opened = keys;
    return {
      database,
      vault,
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
  const database = openReader(options.path);
  let keys: DatabaseSync | null = null;
  try {
    keys = openReader(options.keysPath);
    const opened = keys;
    const close = (): void => {
      opened.close();
      database.close();
    };
    return { database, vault: openVault(keys, masterKey(options.masterKeyPath)), statements: prepare(database), close };
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

function checkAll(database: DatabaseSync, acknowledged: ReadonlyMap<string, Head>): void {
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
}

function prepare(database: DatabaseSync): Statements {
  return {
    tenant: database.prepare('SELECT no, name, size, leaf, frontier FROM tenant WHERE name = ?'),
    addTenant: database.prepare('INSERT INTO tenant (name, size, leaf, frontier) VALUES (?, 0, zeroblob(32), zeroblob(0))'),
    setTenant: database.prepare('UPDATE tenant SET size = ?, leaf = ?, frontier = ? WHERE no = ?'),
    addEntry: database.prepare('INSERT INTO entry (id, bytes, leaf, type, at, agent, session, action) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addSubtree: database.prepare('INSERT INTO subtree (id, root) VALUES (?, ?)'),
    addPayload: database.prepare(
      'INSERT INTO payload (tenant, digest, subject, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed WHERE sealed IS NULL',
    ),
    payloads: database.prepare('SELECT subject, sealed FROM payload WHERE tenant = ? AND digest = ?'),
    subjectPayloads: database.prepare('SELECT digest FROM payload WHERE tenant = ? AND subject = ? AND sealed IS NOT NULL ORDER BY digest'),
    erase: database.prepare('UPDATE payload SET sealed = NULL WHERE tenant = ? AND subject = ?'),
    snapshot: database.prepare(
      'INSERT INTO snapshot (tenant, size, leaf, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, leaf = excluded.leaf, bytes = excluded.bytes',
    ),
  };
}
