import type { Config } from '../config/schema.ts';
import type { Gate } from '../gate/gate.ts';
import type { Principal } from '../gate/nouns.ts';
import type { AnswerKey } from '../http/answer-signing.ts';
import type { BrowserLogins } from '../http/browser-logins.ts';
import type { InFlight } from '../http/in-flight.ts';
import type { RateLimiter } from '../http/rate.ts';
import type { ServedFolder } from '../http/served-folder.ts';
import type { Shares } from '../http/shares.ts';
import type { EntryOf } from '../kernel/entry.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { EntryIndex, TenantId } from '../kernel/ids.ts';
import type { ReplayReport } from '../lab/replay.ts';
import type { SimulationReport } from '../lab/simulate.ts';
import type { Holder } from '../log/sqlite/leases.ts';
import type { LogStore } from '../log/store.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import type { Clock, GasPrices, Ids, Random } from '../ports.ts';
import type { SentPolicy } from './policy-body.ts';

/** Everything the API is given. It owns nothing and constructs nothing. */
export interface ApiDeps {
  readonly gate: Gate;
  /** The log for those who may wait: it is read in turns (GATE-23). */
  readonly store: LogStore;
  /** The same log for what agents wait for. */
  readonly direct: LogStore;
  readonly clock: Clock;
  /** One for every transport, so that a key has one rate (AUTH-6). */
  readonly limiter: RateLimiter;
  /** Requests under way over every transport; each holder of a key has its share (DOOR-19). */
  readonly underWay: Shares;
  /** Exchanges that are not answered yet, over every transport (DOOR-12). */
  readonly inFlight: InFlight;
  /** Browsers that are logged in (VIEW-1). */
  readonly logins: BrowserLogins;
  /** The built page for people (VIEW-5). */
  readonly page: ServedFolder;
  readonly ids: Ids;
  readonly random: Random;
  readonly gas: GasPrices;
  readonly limits: Config['limits'];
  /** Names a Host header may carry; a function, because the port is known only after listening. */
  readonly hosts: () => readonly string[];
  readonly origins: readonly string[];
  readonly version: string;
  /** The newest offline reset of an administrator that none has acknowledged (AUTH-14). */
  readonly pendingReset: (tenant: TenantId) => Promise<EntryOf<'admin-reset'> | null>;
  /** Every process that serves the store at this moment, this one first (GATE-27). */
  readonly daemons: () => readonly Holder[];
  readonly answers: AnswerKey;
  /** Faults of a policy document, as JSON objects; empty when it may be activated. Of very many the first, and how many more there are. */
  readonly policyFaults: (policy: SentPolicy, signal?: AbortSignal) => Promise<{ readonly faults: readonly JsonObject[]; readonly omitted: number }>;
  /** A tenant's log decided again, or one session of it, beside everything else (GATE-23). */
  readonly replay: (of: { readonly tenant: TenantId; readonly place?: SessionPlace }, signal: AbortSignal) => Promise<ReplayReport>;
  /** What another document would have decided. @throws AegisError POLICY_INVALID */
  readonly simulate: (terms: SentPolicy & { readonly tenant: TenantId; readonly limit: number }, signal: AbortSignal) => Promise<SimulationReport>;
  /** The newest signed checkpoint of a tenant as a C2SP note, or null before the first. */
  readonly checkpoint: (tenant: TenantId) => Promise<string | null>;
  /** One of everything that is in the log now; the newest there is when the second place cannot take one. */
  readonly signNow: (tenant: TenantId) => Promise<{ readonly note: string | null; readonly fresh: boolean }>;
  /** Hands the log over to a new signing key. @throws AegisError GATE_CLOSED */
  readonly rotateKey: (by: Principal, reason: string) => Promise<{ readonly previous: string; readonly next: string; readonly index: EntryIndex }>;
  readonly onFault: (fault: { readonly what: string; readonly request: string; readonly error: unknown }) => void;
}

/** What one module of the API is given: the faces of the gate it uses, and what else it needs. */
export type ApiParts<Faces, Needs extends Exclude<keyof ApiDeps, 'gate'> = never> = { readonly gate: Faces } & Pick<ApiDeps, Needs>;
