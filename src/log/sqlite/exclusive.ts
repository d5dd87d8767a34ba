import { setTimeout as pause } from 'node:timers/promises';
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Whoever holds it writes a few lines; a process that stands still in the middle of them is not waited for without end. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Runs `work` while no other process, and nobody else in this one, does anything under the same file: an empty SQLite file that is locked
 * meanwhile. The system frees the lock however the process ends. @throws Error when it was not free for ten seconds
 */
export async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  // Its journal takes the mode of the file.
  closeSync(openSync(file, 'a', 0o600));
  const lock = new DatabaseSync(file);
  try {
    await locked(lock, file);
    return await work();
  } finally {
    lock.close();
  }
}

async function locked(lock: DatabaseSync, file: string): Promise<void> {
  lock.exec('PRAGMA busy_timeout = 0');
  const until = performance.now() + LONGEST_WAIT_MS;
  for (let wait = 1; ; wait = Math.min(wait * 2, 16)) {
    if (isTaken(lock)) return;
    if (performance.now() > until) throw new Error(`${file} was held by another process for ${String(LONGEST_WAIT_MS / 1000)} s`);
    await pause(wait);
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw error;
  }
}
