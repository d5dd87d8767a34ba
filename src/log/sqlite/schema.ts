import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ERASURE_TABLES } from './erasures.ts';
import { fillAll, SPAN } from './lookup.ts';
import { REMEMBERED_TABLE } from './remembered.ts';
import { WAL_PAGES } from './room.ts';

/** The layouts' versions, kept in `PRAGMA user_version`. */
const VERSION = 3;
const KEYS_VERSION = 1;

/**
 * One row per entry, keyed by tenant number and index in a single integer: unique, gapless by the writer's hand, in insertion order on disk.
 * Everything but `bytes` is derived from `bytes`. `subtree` keeps the root of each complete run of 256 leaves. Payloads lie in the order they
 * came, under ids of the same shape; what finds them by name is `lookup` (see lookup.ts).
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS tenant (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, leaf BLOB NOT NULL, frontier BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
  agent TEXT, session TEXT, action TEXT) STRICT;
CREATE TABLE IF NOT EXISTS subtree (id INTEGER PRIMARY KEY, root BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS payload (id INTEGER PRIMARY KEY, digest BLOB NOT NULL, subject TEXT NOT NULL, sealed BLOB) STRICT;
CREATE TABLE IF NOT EXISTS lookup (field INTEGER NOT NULL, value ANY NOT NULL, run INTEGER NOT NULL, places TEXT NOT NULL,
  PRIMARY KEY (field, value, run)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (tenant INTEGER PRIMARY KEY, size INTEGER NOT NULL, leaf BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
`;

/** Version 1 kept an index for each look-up and payloads in the order of their digests: every append touched a page for each. */
const FROM_1 = `
ALTER TABLE payload RENAME TO payload_1;
${TABLES}
INSERT INTO payload SELECT tenant * ${String(SPAN)} + row_number() OVER (PARTITION BY tenant ORDER BY digest, subject) - 1, digest, subject, sealed FROM payload_1;
DROP TABLE payload_1;
DROP INDEX entry_type; DROP INDEX entry_agent; DROP INDEX entry_session; DROP INDEX entry_action;
`;

/** Version 2 had a row of `lookup` for each row it found. */
const FROM_2 = `DROP TABLE lookup; ${TABLES}`;

/** Subject keys, wrapped by the master key, in a file of their own so that a backup of the log holds none of them. */
const KEY_TABLES = `CREATE TABLE IF NOT EXISTS subject_key (tenant TEXT NOT NULL, subject TEXT NOT NULL, wrapped BLOB NOT NULL,
  PRIMARY KEY (tenant, subject)) STRICT, WITHOUT ROWID;`;

/** Opens the log for writing: WAL, a synced commit each time, deleted content overwritten. */
export function openLog(path: string): DatabaseSync {
  return opened(path, (database) => {
    // First of all, so that whoever comes second waits instead of failing.
    database.exec('PRAGMA busy_timeout = 5000');
    writeAhead(database);
    database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    database.exec(`PRAGMA wal_autocheckpoint = ${String(WAL_PAGES)}`);
    database.exec('PRAGMA cache_size = -16000;');
    migrate(database, { to: VERSION, empty: TABLES, older: (version) => older(database, version) });
    database.exec(ERASURE_TABLES);
    database.exec(REMEMBERED_TABLE);
  });
}

/** Without shared memory readers would see halves, and two processes would not see each other (GATE-28). @throws Error */
export function writeAhead(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal' && mode !== 'memory') throw new Error('its disk has no shared memory for a write-ahead log; use a folder on a local disk');
}

/** Opens the file of wrapped subject keys. It is small and rarely written, so its journal is truncated, not kept. */
export function openKeys(path: string): DatabaseSync {
  return opened(path, (database) => {
    database.exec('PRAGMA busy_timeout = 5000');
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;');
    migrate(database, { to: KEYS_VERSION, empty: KEY_TABLES, older: () => undefined });
  });
}

/** Before SQLite sees it: its write-ahead log, shared memory and journal take the mode of the file they belong to. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}

function opened(path: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  if (path !== ':memory:') makePrivate(path);
  const database = new DatabaseSync(path);
  try {
    prepare(database);
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

/** Why a database cannot be read as a log as it is; null when it can. */
export function layoutFault(database: DatabaseSync): string | null {
  if (database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'tenant'`).get() === undefined) return 'it is a database, but not a log of Aegis';
  const version = versionOf(database);
  if (version < VERSION) return `its layout has version ${String(version)}; start Aegis once to carry it over to ${String(VERSION)}`;
  return version > VERSION ? `its layout has version ${String(version)}, this build knows ${String(VERSION)}` : null;
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** A database of somebody else: nothing is added to it. */
export class ForeignDatabase extends Error {}

function isForeign(database: DatabaseSync): boolean {
  const names = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`).all();
  return (
    names.some(({ name }) => name !== 'tenant' && name !== 'subject_key') && !names.some(({ name }) => name === 'tenant' || name === 'subject_key')
  );
}

interface Layout {
  readonly to: number;
  readonly empty: string;
  /** From an earlier version, inside the transaction. */
  readonly older: (version: number) => void;
}

/** Whole or not at all: a crash on the way leaves the layout that was there (LOG-7). */
function migrate(database: DatabaseSync, { to, empty, older }: Layout): void {
  const found = versionOf(database);
  if (found > to) throw new Error(`its layout has version ${String(found)}, this build knows ${String(to)}`);
  if (found === to) return;
  if (found === 0 && isForeign(database)) throw new ForeignDatabase('it is a database, but not a log of Aegis');
  database.exec('BEGIN IMMEDIATE');
  // Asked again: another process may have been faster.
  const now = versionOf(database);
  if (now === 0) database.exec(empty);
  else if (now < to) older(now);
  database.exec(`PRAGMA user_version = ${String(to)}; COMMIT`);
}

function older(database: DatabaseSync, version: number): void {
  database.exec(version === 1 ? FROM_1 : FROM_2);
  for (const { no, size } of database.prepare('SELECT no, size FROM tenant').all()) fillAll(database, Number(no) * SPAN, Number(size));
}
