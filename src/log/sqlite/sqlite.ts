import { AegisError } from '../../errors.ts';
import type { Digest } from '../../kernel/ids.ts';
import { batchFault } from '../filter.ts';
import type { LogStore } from '../store.ts';
import { writerQueue } from './queue.ts';
import { sqliteReader } from './reader.ts';
import { loadSnapshotFile, saveSnapshotFile, snapshotPath } from './snapshot-file.ts';
import { openReader } from './schema.ts';
import { stretches } from './stretches.ts';
import type { WriterOptions } from './wire.ts';

export interface SqliteOptions {
  /** The log's file. */
  readonly path: string;
  /** Wrapped subject keys; default `<path>.keys`. Not part of a backup of the log. */
  readonly keysPath?: string;
  /** 32 bytes, mode 0600, made when absent; default `<path>.master`. */
  readonly masterKeyPath?: string;
}

export function filesOf({ path, keysPath, masterKeyPath }: SqliteOptions): WriterOptions {
  return { path, keysPath: keysPath ?? `${path}.keys`, masterKeyPath: masterKeyPath ?? `${path}.master` };
}

/**
 * The embedded store: node:sqlite in a writer thread (WAL, synchronous FULL, group commit), read beside it on the caller's thread.
 * A resolved append survives power loss. After an I/O error appends reject with STORE_UNAVAILABLE and each next one tries to reopen.
 * @throws AegisError STORE_CORRUPT | STORE_UNAVAILABLE when it cannot be opened or its tail does not hold together
 */
export async function openSqliteStore(options: SqliteOptions): Promise<LogStore> {
  const files = filesOf(options);
  const { path } = files;
  const queue = writerQueue(files);
  try {
    await queue.ask({ kind: 'open' });
  } catch (error) {
    await queue.ask({ kind: 'close' });
    throw error;
  }
  const reader = sqliteReader(openReader(path));
  let closed: Promise<void> | null = null;
  // Reading may meet a damaged page; the caller gets a coded error, never a raw one.
  const read = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw new AegisError('STORE_CORRUPT', { index: 0, detail: error instanceof Error ? error.message : String(error) });
    }
  };
  return {
    tenants: () => read(() => reader.tenants()),
    head: (tenant) => read(() => reader.head(tenant)),
    append: async (tenant, expected, entries, payloads) => {
      const fault = batchFault(expected.size, entries);
      if (fault !== null) throw new TypeError(fault);
      const result = await queue.append({ kind: 'append', tenant, expected, entries: [...entries], payloads: [...payloads] });
      if (!result.appended) return { kind: 'conflict', head: result.head };
      const last = entries.at(-1);
      if (last !== undefined && last.leaf !== result.head.leaf) throw new TypeError('an entry was sealed with a leaf its bytes do not have');
      return { kind: 'appended' };
    },
    read: (tenant, filter) => read(() => reader.read(tenant, filter)),
    payload: (tenant, digest) => queue.ask({ kind: 'payload', tenant, digest }) as Promise<Uint8Array | 'erased' | null>,
    erase: (tenant, subject, reason = '') => queue.ask({ kind: 'erase', tenant, subject, reason }) as Promise<readonly Digest[]>,
    saveSnapshot: async (tenant, snapshot) => {
      const no = reader.number(tenant);
      if (no !== null) await saveSnapshotFile(snapshotPath(path, no), snapshot);
    },
    loadSnapshot: (tenant) =>
      read(async () => {
        const no = reader.number(tenant);
        return no === null ? null : ((await loadSnapshotFile(snapshotPath(path, no))) ?? reader.keptSnapshot(no));
      }),
    pendingErasures: (tenant) => read(() => reader.pendingErasures(tenant)),
    checkpointed: (tenant) => read(() => reader.checkpointed(tenant)),
    rememberCheckpoint: async (tenant, size, anew = false) => void (await queue.ask({ kind: 'remember', tenant, size, anew })),
    leaves: (tenant, from, count) => read(() => reader.leaves(tenant, from, count)),
    frontier: (tenant) => read(() => reader.frontier(tenant)),
    subtrees: (tenant, from, count) => read(() => reader.subtrees(tenant, from, count)),
    stretches: (tenant, terms) => stretches(files, tenant, terms),
    shared: { version: () => reader.version(), head: (tenant) => reader.head(tenant) },
    close: () =>
      (closed ??= (async (): Promise<void> => {
        reader.close();
        await queue.ask({ kind: 'close' });
      })()),
  };
}
