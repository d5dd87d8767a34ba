import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { AegisError } from '../../errors.ts';
import type { LogReader } from '../store.ts';
import { connectToRead, CorruptLog } from './connection.ts';
import type { Connection } from './connection.ts';
import { SPAN } from './lookup.ts';
import { readPayload } from './payloads.ts';
import { openReadOnly } from './read-only.ts';
import { sqliteReader } from './reader.ts';
import { layoutFault } from './schema.ts';
import { loadSnapshotFile, snapshotPath } from './snapshot-file.ts';
import { filesOf } from './sqlite.ts';
import type { SqliteOptions } from './sqlite.ts';
import { stretches } from './stretches.ts';
import { checkTail, tenantRow } from './tail.ts';
import type { WriterOptions } from './wire.ts';

/**
 * A log opened to be verified: nothing is made, written or mended, whoever else has it open (LOG-26).
 * @throws AegisError STORE_UNREADABLE when it is none, STORE_CORRUPT when its end does not hold together
 */
export function openSqliteToVerify(options: SqliteOptions): LogReader {
  const files = filesOf(options);
  const { path } = files;
  const database = openChecked(path);
  const reader = sqliteReader(database);
  let connection: Connection | null = null;
  const read = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AegisError) throw error;
      throw new AegisError('STORE_CORRUPT', { index: 0, detail: error instanceof Error ? error.message : String(error) });
    }
  };
  return {
    tenants: () => read(() => reader.tenants()),
    head: (tenant) => read(() => reader.head(tenant)),
    read: (tenant, filter) => read(() => reader.read(tenant, filter)),
    payload: async (tenant, digest) => read(() => readPayload((connection ??= openKeys(files)), { tenant, digest })),
    pendingErasures: (tenant) => read(() => reader.pendingErasures(tenant)),
    checkpointed: (tenant) => read(() => reader.checkpointed(tenant)),
    loadSnapshot: (tenant) =>
      read(async () => {
        const no = reader.number(tenant);
        return no === null ? null : ((await loadSnapshotFile(snapshotPath(path, no))) ?? reader.keptSnapshot(no));
      }),
    leaves: (tenant, from, count) => read(() => reader.leaves(tenant, from, count)),
    frontier: (tenant) => read(() => reader.frontier(tenant)),
    subtrees: (tenant, from, count) => read(() => reader.subtrees(tenant, from, count)),
    stretches: (tenant, terms) => stretches(files, tenant, terms),
    close: async () => {
      connection?.close();
      reader.close();
      return Promise.resolve();
    },
  };
}

function openKeys(files: WriterOptions): Connection {
  for (const file of [files.keysPath, files.masterKeyPath])
    if (!existsSync(file)) throw new AegisError('STORE_INCOMPLETE', { detail: `the keys of its payloads are gone: there is no ${file}` });
  return connectToRead(files);
}

function openChecked(path: string): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = openReadOnly(path);
  } catch (error) {
    throw new AegisError('STORE_UNREADABLE', { path, detail: error instanceof Error ? error.message : String(error) });
  }
  try {
    const layout = layoutFault(database);
    if (layout !== null) throw new AegisError('STORE_UNREADABLE', { path, detail: layout });
    // One snapshot for all of it: a daemon may append between two reads.
    database.exec('BEGIN');
    checkEnds(database);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof AegisError) throw error;
    if (error instanceof CorruptLog) throw new AegisError('STORE_CORRUPT', { ...error.fault });
    throw new AegisError('STORE_CORRUPT', { index: 0, detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Tables whose rows belong to a tenant, by the number in their ids. */
const OWNED = ['entry', 'payload', 'subtree'] as const;

function checkEnds(database: DatabaseSync): void {
  const tenants = database.prepare('SELECT no, name, size, leaf, frontier FROM tenant').all().map(tenantRow);
  for (const row of tenants) {
    const fault = checkTail(database, row);
    if (fault !== null) throw new CorruptLog({ index: fault.index, detail: `${row.name}: ${fault.detail}` });
  }
  const known = new Set(tenants.map(({ no }) => no));
  for (const table of OWNED) {
    // The first row of each tenant leads to the next one's, so that no table is read whole.
    const next = database.prepare(`SELECT min(id) AS id FROM ${table} WHERE id >= ?`);
    for (let from = 0; ;) {
      const id = next.get(from)?.['id'];
      if (typeof id !== 'number') break;
      const no = Math.floor(id / SPAN);
      if (!known.has(no)) throw new CorruptLog({ index: id - no * SPAN, detail: `the row of a tenant is gone whose ${table} rows are here` });
      from = (no + 1) * SPAN;
    }
  }
}
