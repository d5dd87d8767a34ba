import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/**
 * Opens a file of the log where nothing may be made or written: a read-only disk, a full one, somebody else's folder (LOG-26).
 *
 * While a daemon runs, its shared memory is there and is used. Without it SQLite would make the file; so a log that was closed in order is
 * opened as unchanging, and one that was not, with a write-ahead log left over, keeps the index of that in this process's memory.
 */
export function openReadOnly(path: string): DatabaseSync {
  if (existsSync(`${path}-shm`) || process.platform === 'win32') {
    const shared = opened(path);
    if (shared !== null) return shared;
  }
  const leftOver = sizeOf(`${path}-wal`) > 0;
  const database = opened(path, leftOver ? 'mode=ro&vfs=unix-none' : 'immutable=1', leftOver ? 'PRAGMA locking_mode = EXCLUSIVE' : '');
  if (database !== null) return database;
  // A daemon may have started since.
  const again = new DatabaseSync(path, { readOnly: true });
  again.exec(SETTINGS);
  return again;
}

const SETTINGS = 'PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16000;';

/** null where it cannot be read like this. */
function opened(path: string, query = '', more = ''): DatabaseSync | null {
  let database: DatabaseSync | null = null;
  try {
    const url = pathToFileURL(path);
    url.search = query;
    database = new DatabaseSync(query === '' ? path : url, { readOnly: true });
    // The way it locks comes before anything that looks into the file.
    if (more !== '') database.exec(more);
    database.exec(SETTINGS);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch {
    database?.close();
    return null;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
