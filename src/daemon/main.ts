import type { Config } from '../config/schema.ts';
import type { Gate } from '../gate/gate.ts';
import type { Holder } from '../log/sqlite/leases.ts';
import { heedPolicy } from './heed-policy.ts';
import { keepCurrent } from './keep-current.ts';
import { AegisError } from '../errors.ts';
import { createInFlight } from '../http/in-flight.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { firstAdministrators } from './first-administrators.ts';
import type { FirstKey } from './first-administrators.ts';
import { lastResort } from './last-resort.ts';
import { openDoors } from './listen.ts';
import { whoHasIt } from './listen-fault.ts';
import { openLog, opening } from './open-log.ts';
import type { Opened } from './open-log.ts';
import type { OnFault } from './open-gate.ts';
import { readPolicy } from './policy-files.ts';
import { pendingReset, resetNotice } from './pending-reset.ts';
import { systemClock } from './runtime.ts';
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
  /** A new one-time link that logs the first administrator of the default tenant into the dashboard; null for the model proxy alone. */
  readonly loginLink: () => string | null;
  readonly firstKeys: readonly FirstKey[];
  /** The first keys were shown to somebody: the next start makes no others. */
  keysShown(): void;
  /** What the operator should know at the start, in plain sentences. */
  readonly notices: readonly string[];
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
  /** The caller shows the first keys and says so with `keysShown`; keys it never came to show are made anew at the next start. */
  readonly showsKeys?: boolean;
  /** The policy setting as its user wrote it, where there is one (GATE-29). */
  readonly policyAsked?: { readonly name: string; readonly origin: string } | null;
}

/**
 * Constructs everything and listens. The only place that does. A start that fails leaves nothing that listens or is held.
 * @throws AegisError CONFIG_INVALID, STORE_HELD, STORE_ROLLED_BACK, STORE_CORRUPT, STORE_UNAVAILABLE, POLICY_INVALID, POLICY_NOT_IN_FORCE, LISTEN_FAILED
 */
export async function startDaemon(terms: StartTerms): Promise<Daemon> {
  const { made, close } = await opening((opened) => start(terms, opened));
  return { ...made, close };
}

async function start(terms: StartTerms, opened: Opened): Promise<Omit<Daemon, 'close'>> {
  const { config, cwd, onFault, serve = 'all', rehearse = false, policyAsked = null } = terms;
  const policy = readPolicy(config.policy, cwd);
  const { store, lease, secondPlace, gate } = await openLog({ config, policy, onFault }, opened);
  const said = [await heedPolicy({ gate, store, policy, asked: policyAsked })];
  opened(keepCurrent(gate, onFault));
  const inFlight = createInFlight();
  const doors = await openDoors(
    { store, gate, config, policy, secondPlace, inFlight, onFault, daemons: () => [lease.self(), ...lease.others()] },
    serve,
  ).catch((error: unknown) => {
    throw whoHasIt(error, lease.others());
  });
  opened(() => doors.close());
  lease.listens(doors.url);
  // Last of all: a start that fails must not make a key that nobody is shown (AUTH-12).
  const first = await firstAdministrators(gate, config, terms.showsKeys === true);
  for (const tenant of gate.tenants()) said.push(resetNotice(tenant, await pendingReset(store, tenant)));
  if (rehearse) opened(warmUp(policy));
  const { url, modelUrl, socket, answerKey } = doors;
  const refuseWaiting = (): number => inFlight.refuse(new AegisError('INTERRUPTED'));
  const notices = said.filter((notice) => notice !== null);
  const told = { loginLink: () => doors.loginLink(), firstKeys: first.made, keysShown: first.shown, notices };
  return { url, modelUrl, socket, answerKey, ...told, gate, refuseWaiting, others: () => lease.others() };
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
