import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Entries per tenant the id layout has room for: id = tenant number × 2^40 + index. */
export const SPAN = 2 ** 40;

/** The layout's version, kept in `PRAGMA user_version`. */
const VERSION = 1;

/**
 * One row per entry, keyed by tenant number and index in a single integer: unique, gapless by the writer's hand, in insertion order on disk.
 * Everything but `bytes` is derived from `bytes`. `subtree` keeps the root of each complete run of 256 leaves.
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS tenant (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, leaf BLOB NOT NULL, frontier BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
  agent TEXT, session TEXT, action TEXT) STRICT;
CREATE INDEX IF NOT EXISTS entry_type ON entry (type, id);
CREATE INDEX IF NOT EXISTS entry_agent ON entry (agent, id) WHERE agent IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_session ON entry (session, id) WHERE session IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_action ON entry (action, id) WHERE action IS NOT NULL;
CREATE TABLE IF NOT EXISTS subtree (id INTEGER PRIMARY KEY, root BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS payload (tenant INTEGER NOT NULL, digest BLOB NOT NULL, subject TEXT NOT NULL, sealed BLOB,
  PRIMARY KEY (tenant, digest, subject)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payload_subject ON payload (tenant, subject);
CREATE TABLE IF NOT EXISTS snapshot (tenant INTEGER PRIMARY KEY, size INTEGER NOT NULL, leaf BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
`;

/** Subject keys, wrapped by the master key, in a file of their own so that a backup of the log holds none of them (L9). */
const KEY_TABLES = `CREATE TABLE IF NOT EXISTS subject_key (tenant TEXT NOT NULL, subject TEXT NOT NULL, wrapped BLOB NOT NULL,
  PRIMARY KEY (tenant, subject)) STRICT, WITHOUT ROWID;`;

/** Opens the log for writing: WAL, a synced commit each time, deleted content overwritten. */
export function openLog(path: string): DatabaseSync {
  return opened(path, (database) => {
    // First of all, so that whoever comes second waits instead of failing.
    database.exec('PRAGMA busy_timeout = 5000');
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000;');
    database.exec('PRAGMA cache_size = -16000;');
    migrate(database, TABLES);
  });
}

/** Opens the file of wrapped subject keys. It is small and rarely written, so its journal is truncated, not kept. */
export function openKeys(path: string): DatabaseSync {
  return opened(path, (database) => {
    database.exec('PRAGMA busy_timeout = 5000');
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;');
    migrate(database, KEY_TABLES);
  });
}

function opened(path: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    prepare(database);
    if (path !== ':memory:') chmodSync(path, 0o600);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens the log for reading beside the writer. Committed state only. */
export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16000;');
  return database;
}

function migrate(database: DatabaseSync, tables: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > VERSION) throw new Error(`its layout has version ${String(version)}, this build knows ${String(VERSION)}`);
  if (version === VERSION) return;
  database.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${String(VERSION)}; COMMIT;`);
}
