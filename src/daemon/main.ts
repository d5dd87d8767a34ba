import { recordRecoveries } from '../checkpoints/record-recoveries.ts';
import { refuseRollback } from '../checkpoints/rollback.ts';
import { openSecondPlace } from '../checkpoints/second-place.ts';
import type { Config } from '../config/schema.ts';
import type { Gate } from '../gate/gate.ts';
import type { Holder } from '../log/sqlite/leases.ts';
import { holdStore } from './hold-store.ts';
import { keepCurrent } from './keep-current.ts';
import { AegisError } from '../errors.ts';
import { createInFlight } from '../http/in-flight.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { firstAdministrators } from './first-administrators.ts';
import type { FirstKey } from './first-administrators.ts';
import { lastResort } from './last-resort.ts';
import { openDoors } from './listen.ts';
import { openGate } from './open-gate.ts';
import type { OnFault } from './open-gate.ts';
import { prepareFolders } from './prepare-folders.ts';
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
  /** What its answers are signed with; null for the model proxy alone. */
  readonly answerKey: string | null;
  readonly firstKeys: readonly FirstKey[];
  readonly gate: Gate;
  /** Refuses whoever waits for an answer, at every door; how many there were. */
  refuseWaiting(): number;
  /** Other processes that serve the same store at this moment. */
  others(): readonly Holder[];
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
 * Constructs everything and listens. The only place that does. A start that fails leaves nothing that listens or is held.
 * @throws AegisError CONFIG_INVALID, STORE_HELD, STORE_ROLLED_BACK, STORE_CORRUPT, STORE_UNAVAILABLE, POLICY_INVALID, LISTEN_FAILED
 */
export async function startDaemon(terms: StartTerms): Promise<Daemon> {
  const opened: (() => Promise<void> | void)[] = [];
  const shut = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const started = await start(terms, (close) => void opened.push(close));
    let closing: Promise<void> | null = null;
    return { ...started, close: () => (closing ??= shut()) };
  } catch (error) {
    await shut();
    throw error;
  }
}

type Opened = (close: () => Promise<void> | void) => void;

async function start({ config, cwd, onFault, serve = 'all', rehearse = false }: StartTerms, opened: Opened): Promise<Omit<Daemon, 'close'>> {
  prepareFolders(config, onFault);
  const policy = readPolicy(config.policy, cwd);
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
  await secondPlace.settle(gate);
  unfollow = await secondPlace.follow(gate, onFault);
  opened(keepCurrent(gate, onFault));
  const inFlight = createInFlight();
  const doors = await openDoors(
    { store, gate, config, policy, secondPlace, inFlight, onFault, daemons: () => [lease.self(), ...lease.others()] },
    serve,
  );
  opened(() => doors.close());
  lease.listens(doors.url);
  // Last of all: a start that fails must not make a key that nobody is shown.
  const firstKeys = await firstAdministrators(gate, config);
  if (rehearse) opened(warmUp(policy));
  const { url, modelUrl, socket, answerKey } = doors;
  const refuseWaiting = (): number => inFlight.refuse(new AegisError('INTERRUPTED'));
  return { url, modelUrl, socket, answerKey, firstKeys, gate, refuseWaiting, others: () => lease.others() };
}

/** For a process that is the daemon and nothing else (DOOR-12). */
export function surviveFaults(daemon: Daemon, onFault: OnFault): void {
  const refuse = (error: unknown): void => {
    const refused = daemon.refuseWaiting();
    // GATE-2: a closed gate has nothing to write to, and told its operator so.
    daemon.gate.record(DEFAULT_TENANT, 'daemon-faulted', { ...faultOf(error), refused }, 'system').catch(() => undefined);
  };
  lastResort({ onFault, refuse, monotonic: () => systemClock.monotonic(), end: () => daemon.close() });
}

/** What kind of error it was and where it was thrown: its own words may hold what is nobody's to read. */
function faultOf(error: unknown): { readonly error: string; readonly at?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const [, frame = ''] = error.stack?.split('\n') ?? [];
  const at = frame.lastIndexOf('/src/');
  return { error: error.constructor.name.slice(0, 64), ...(at < 0 ? {} : { at: frame.slice(at + 1, at + 129).replace(')', '') }) };
}
