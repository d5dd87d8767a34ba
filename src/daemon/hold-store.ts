import { hostname } from 'node:os';
import { join } from 'node:path';
import { AegisError } from '../errors.ts';
import { holdersIn, takeLease } from '../log/sqlite/leases.ts';
import type { Holder, Lease } from '../log/sqlite/leases.ts';
import { isNetworkDisk, lockersOf } from '../log/sqlite/shareable.ts';
import { openSqliteStore } from '../log/sqlite/sqlite.ts';
import type { LogStore } from '../log/store.ts';
import { LEASE_FOLDER, LOG_FILE } from './log-file.ts';
import { systemClock } from './runtime.ts';

export interface HeldStore {
  readonly store: LogStore;
  readonly lease: Lease;
}

/** Who serves this store at this moment. */
export function holdersOfStore(dataDir: string): readonly Holder[] {
  return holdersIn(join(dataDir, LEASE_FOLDER), hostname(), { network: isNetworkDisk(dataDir) });
}

/**
 * Opens a store beside whoever else serves it, where it can be shared (GATE-27, GATE-28). `network`: whether its disk is another machine's.
 * @throws AegisError STORE_HELD naming the process, STORE_UNAVAILABLE, STORE_CORRUPT
 */
export async function holdStore(dataDir: string, network = isNetworkDisk(dataDir)): Promise<HeldStore> {
  const own = { pid: process.pid, host: hostname(), since: systemClock.now() };
  const lease = takeLease(join(dataDir, LEASE_FOLDER), own, { network });
  try {
    const [other] = lease.others();
    if (network && other !== undefined)
      throw held(dataDir, saidOf(other), 'its disk is another machine’s, where locks and shared memory do not hold for two processes');
    return { store: await opened(dataDir, lease), lease };
  } catch (error) {
    lease.end();
    throw error;
  }
}

export function held(path: string, holder: string, why: string): AegisError {
  return new AegisError('STORE_HELD', { path, holder, detail: why });
}

export function saidOf({ pid, url, host }: Holder): string {
  return `process ${String(pid)}${host === hostname() ? '' : ` on ${host}`}${url === null ? '' : ` at ${url}`}`;
}

async function opened(dataDir: string, lease: Lease): Promise<LogStore> {
  const path = join(dataDir, LOG_FILE);
  try {
    return await openSqliteStore({ path });
  } catch (error) {
    if (!(error instanceof AegisError) || error.code !== 'STORE_UNAVAILABLE' || !/is locked|locking protocol/.test(error.message)) throw error;
    const [pid] = lockersOf(path);
    const [other] = lease.others();
    const holder = pid !== undefined ? `process ${String(pid)}` : other !== undefined ? saidOf(other) : 'another process';
    throw held(dataDir, holder, 'it was opened there for one process alone');
  }
}
