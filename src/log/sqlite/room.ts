import { statfsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** Pages in the write-ahead log when they are moved into the file: few enough for a short stall, enough to make it rare. */
export const WAL_PAGES = 2000;
const PAGE = 4096;

/** Room is made only where the disk has this many times as much: what is left belongs to the file, the keys and the checkpoints. */
const AMPLE = 8;

/**
 * Makes the write-ahead log as long as it will get before anything waits for it. A commit that makes a file longer syncs the file
 * system's journal too, and with it whatever else the machine writes; one that writes over what is there does not. What is written for it
 * is spilled from the cache and never committed. Room is a convenience: where the disk has little, commits make the file longer as they go.
 */
export function makeRoom(database: DatabaseSync): void {
  if (!isAmple(database)) return;
  const cache = Number(database.prepare('PRAGMA cache_size').get()?.['cache_size'] ?? 0);
  let full = false;
  try {
    database.exec('PRAGMA cache_size = 50; BEGIN IMMEDIATE; CREATE TABLE room (bytes BLOB)');
    database.prepare('INSERT INTO room VALUES (zeroblob(?))').run(WAL_PAGES * PAGE);
  } catch (error) {
    full = codeOf(error) === FULL;
    if (!full && codeOf(error) !== BUSY) throw error;
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
    database.exec(`PRAGMA cache_size = ${String(cache)}`);
  }
  // What was taken from a disk that had not enough is given back.
  if (full) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function isAmple(database: DatabaseSync): boolean {
  const path = database.location();
  if (path === null) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize >= AMPLE * WAL_PAGES * PAGE;
}

/** SQLITE_FULL; and SQLITE_BUSY: another process is writing, and has made room. */
const [FULL, BUSY] = [13, 5];

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}
