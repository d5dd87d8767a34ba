import { recordRecoveries } from '../checkpoints/record-recoveries.ts';
import { refuseRollback } from '../checkpoints/rollback.ts';
import { openSecondPlace } from '../checkpoints/second-place.ts';
import type { SecondPlace } from '../checkpoints/second-place.ts';
import type { Config } from '../config/schema.ts';
import type { Gate } from '../gate/gate.ts';
import type { Lease } from '../log/sqlite/leases.ts';
import type { LogStore } from '../log/store.ts';
import { holdStore } from './hold-store.ts';
import { openTenants } from './first-administrators.ts';
import { openGate } from './open-gate.ts';
import type { OnFault } from './open-gate.ts';
import type { PolicyText } from './policy-files.ts';
import { prepareFolders } from './prepare-folders.ts';
import { systemClock, systemRandom } from './runtime.ts';

/** A log that may be written: its store, held beside whoever else serves it, its gate, and the second place that follows it. */
export interface OpenLog {
  readonly store: LogStore;
  readonly lease: Lease;
  readonly secondPlace: SecondPlace;
  readonly gate: Gate;
}

export interface OpenTerms {
  readonly config: Config;
  readonly policy: PolicyText;
  readonly onFault: OnFault;
}

/** Tells what closes each part once it is open: in the reverse order, also when what comes after it fails. */
export type Opened = (close: () => Promise<void> | void) => void;

/** Runs `open` and answers with what it made and what closes all of it; when it throws, what was opened is closed. */
export async function opening<T>(open: (opened: Opened) => Promise<T>): Promise<{ readonly made: T; readonly close: () => Promise<void> }> {
  const parts: (() => Promise<void> | void)[] = [];
  const shut = async (): Promise<void> => {
    for (const close of parts.splice(0).reverse()) await close();
  };
  let closing: Promise<void> | null = null;
  try {
    const made = await open((close) => void parts.push(close));
    return { made, close: () => (closing ??= shut()) };
  } catch (error) {
    await shut();
    throw error;
  }
}

/** @throws AegisError STORE_HELD, STORE_ROLLED_BACK, STORE_CORRUPT, STORE_UNAVAILABLE, POLICY_INVALID */
export async function openLog({ config, policy, onFault }: OpenTerms, opened: Opened): Promise<OpenLog> {
  prepareFolders(config, onFault);
  const { store, lease } = await holdStore(config.dataDir);
  opened(() => lease.end());
  opened(() => store.close());
  const secondPlace = await openSecondPlace({ config, store, clock: systemClock, random: systemRandom });
  await refuseRollback(secondPlace);
  const gate = await openGate({ store, policy, onFault });
  let unfollow = async (): Promise<void> => undefined;
  opened(async () => {
    await gate.close();
    // What the gate wrote last is signed too.
    await unfollow();
  });
  // Before anything is signed: what the second place remembers of recoveries is replaced by the next checkpoint.
  await recordRecoveries(gate, secondPlace);
  await openTenants(gate, config);
  await secondPlace.settle(gate);
  unfollow = await secondPlace.follow(gate, onFault);
  return { store, lease, secondPlace, gate };
}
