import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordRecoveries } from '../checkpoints/record-recoveries.ts';
import { refuseRollback } from '../checkpoints/rollback.ts';
import { openSecondPlace } from '../checkpoints/second-place.ts';
import type { Config } from '../config/schema.ts';
import type { Gate } from '../gate/gate.ts';
import { openSqliteStore } from '../log/sqlite/sqlite.ts';
import { firstAdministrators } from './first-administrators.ts';
import type { FirstKey } from './first-administrators.ts';
import { lastResort } from './last-resort.ts';
import { openDoors } from './listen.ts';
import { LOG_FILE } from './log-file.ts';
import { openGate } from './open-gate.ts';
import type { OnFault } from './open-gate.ts';
import { readPolicy } from './policy-files.ts';
import { systemClock, systemRandom } from './runtime.ts';
import { warmUp } from './warm-up.ts';

export interface Daemon {
  /** `http://127.0.0.1:7411` */
  readonly url: string;
  /** Where the model proxy listens; null when it is switched off. */
  readonly modelUrl: string | null;
  /** Where the local socket lies; null when there is none. */
  readonly socket: string | null;
  readonly firstKeys: readonly FirstKey[];
  readonly gate: Gate;
  /** Drains, signs the last checkpoint and closes the store; a second call is the first one. */
  close(): Promise<void>;
}

export interface StartTerms {
  readonly config: Config;
  readonly cwd: string;
  /** `models`: the model proxy alone, without the control API; `url` is then the proxy's. Default `all`. */
  readonly serve?: 'all' | 'models';
  readonly onFault: OnFault;
  /** Warm the code every action runs, once listening: for a process that is the daemon and nothing else. Default false. */
  readonly rehearse?: boolean;
}

/**
 * Constructs everything and listens. The only place that does.
 * @throws AegisError CONFIG_INVALID, STORE_ROLLED_BACK, STORE_CORRUPT, STORE_UNAVAILABLE, POLICY_INVALID
 */
export async function startDaemon({ config, cwd, onFault, serve = 'all', rehearse = false }: StartTerms): Promise<Daemon> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const policy = readPolicy(config.policy, cwd);
  const store = await openSqliteStore({ path: join(config.dataDir, LOG_FILE) });
  try {
    const secondPlace = await openSecondPlace({ config, store, clock: systemClock, random: systemRandom });
    await refuseRollback(secondPlace);
    const gate = await openGate({ store, policy, onFault });
    const firstKeys = await firstAdministrators(gate, config);
    // Before anything is signed: what the second place remembers of recoveries is replaced by the next checkpoint.
    await recordRecoveries(gate, secondPlace);
    await secondPlace.settle(gate);
    const unfollow = await secondPlace.follow(gate, onFault);
    const doors = await openDoors({ store, gate, config, policy, secondPlace, onFault }, serve);
    const endWarmUp = rehearse ? warmUp(policy) : async () => undefined;
    const shut = async (): Promise<void> => {
      await endWarmUp();
      await doors.close();
      await gate.close();
      await unfollow();
      await store.close();
    };
    let closing: Promise<void> | null = null;
    return {
      url: doors.url,
      modelUrl: doors.modelUrl,
      socket: doors.socket,
      firstKeys,
      gate,
      close: () => (closing ??= shut()),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** For a process that is the daemon and nothing else (DOOR-12). */
export function surviveFaults(daemon: Daemon, onFault: OnFault): void {
  lastResort({ onFault, monotonic: () => systemClock.monotonic(), end: () => daemon.close() });
}
