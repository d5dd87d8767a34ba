import type { DatabaseSync } from 'node:sqlite';

/** Pages in the write-ahead log when they are moved into the file: few enough for a short stall, enough to make it rare. */
export const WAL_PAGES = 2000;
const PAGE = 4096;

/**
 * Makes the write-ahead log as long as it will get before anything waits for it. A commit that makes a file longer syncs the file
 * system's journal too, and with it whatever else the machine writes; one that writes over what is there does not. What is written for it
 * is spilled from the cache and never committed. Room is a convenience: where the disk has none, commits make the file longer as they go.
 */
export function makeRoom(database: DatabaseSync): void {
  const cache = Number(database.prepare('PRAGMA cache_size').get()?.['cache_size'] ?? 0);
  try {
    database.exec('PRAGMA cache_size = 50; BEGIN IMMEDIATE; CREATE TABLE room (bytes BLOB)');
    database.prepare('INSERT INTO room VALUES (zeroblob(?))').run(WAL_PAGES * PAGE);
  } catch (error) {
    if (!isWithout(error)) throw error;
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
    database.exec(`PRAGMA cache_size = ${String(cache)}`);
  }
}

/** SQLITE_FULL, or SQLITE_BUSY: another process is writing, and has its room already. */
function isWithout(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  const code = Number(error.errcode) & 0xff;
  return code === 13 || code === 5;
}
