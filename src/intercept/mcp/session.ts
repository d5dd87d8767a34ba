import type { Clock } from '../../ports.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { DecisionPoint } from './decision-point.ts';
import type { Message } from './message.ts';
import type { ServerIdentity } from './server-identity.ts';
import type { StateSigner } from './state-signer.ts';
import type { Upstream } from './upstream.ts';

export interface SessionDeps {
  readonly decisionPoint: DecisionPoint;
  readonly server: ServerIdentity;
  readonly upstream: Upstream;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly after: (ms: number, wake: () => void) => () => void;
  /** A new UUIDv7. */
  readonly mint: () => string;
  readonly digestOf: (value: unknown) => Digest;
  readonly stateSigner: StateSigner;
  /** Milliseconds a server may take for anything but a decided call (MCP-23). */
  readonly answerMs?: number;
  /** Tells the person who runs this proxy, where there is a place for that. */
  readonly notice?: (text: string) => void;
}

/** Says something to the agent: a notification, or a request of the server. */
export type SendToAgent = (message: Exclude<Message, { kind: 'reply' }>['message']) => void;

export interface RunningRequest {
  readonly abort: AbortController;
  readonly progressToken: unknown;
  readonly tell: SendToAgent;
  /** Requests of the server to the agent that this call waits for: a person may be typing. */
  asking: number;
  /** How often the agent was told that it waits. */
  waits?: number;
}

export interface ShownTool {
  readonly digest: Digest;
  readonly definition: JsonObject;
}

/** A request of the server that was passed on. */
export interface AskedOfAgent {
  /** Its decided action; null while it is being decided. */
  readonly action: string | null;
  readonly call: RunningRequest | null;
  /** Under which the agent may tell of its progress. */
  readonly token: unknown;
}

/** What one agent's conversation with one server has come to. Only the relay and its parts write it. */
export interface Session {
  readonly deps: SessionDeps;
  /** The server's tools as they were last shown, in quarantine or not: the gate knows which. */
  readonly tools: Map<string, ShownTool>;
  /** Whether `tools` is what the server would say now. */
  listed: boolean;
  /** Names on the pages of the list that is being read, each with the digest of its definition (MCP-25). */
  readonly listing: Map<string, string>;
  /** Links to files that wait for a person, with the action that was asked about: shown again it is the same question (MCP-21). */
  readonly heldLinks: Map<string, string>;
  /** Resources the agent was allowed to subscribe to. */
  readonly subscribed: Set<string>;
  /** What was last said of tools that are held back, so that it is said once. */
  told: string;
  /** The least level of log messages the agent asked for; null where it did not say. */
  logLevel: string | null;
  /** What the agent can be asked for (2025-11-25 and before; later it comes with each request). */
  capabilities: JsonObject;
  /** The agent's requests that have no reply yet. */
  readonly running: Map<string, RunningRequest>;
  /** The server's requests that were passed on and have no answer yet, with their decided action. */
  readonly asked: Map<string, AskedOfAgent>;
  /** What was audited lately, so that a hostile server cannot fill the log (MCP-11). */
  readonly audited: Map<string, number>;
  flood: { at: number; left: number };
}

export function newSession(deps: SessionDeps): Session {
  return {
    deps,
    tools: new Map(),
    listed: false,
    listing: new Map(),
    heldLinks: new Map(),
    subscribed: new Set(),
    told: '',
    logLevel: null,
    capabilities: {},
    running: new Map(),
    asked: new Map(),
    audited: new Map(),
    flood: { at: deps.clock.monotonic(), left: BURST },
  };
}

const BURST = 200;
const PER_SECOND = 100;
const AUDIT_EVERY_MS = 10_000;

/** One row for each kind of refusal in ten seconds; a refusal that cannot be recorded stands all the same. */
export function audit({ deps, audited }: Session, code: string): void {
  const now = deps.clock.monotonic();
  const last = audited.get(code);
  if (last !== undefined && now - last < AUDIT_EVERY_MS) return;
  audited.set(code, now);
  deps.decisionPoint.refused(code).catch(() => undefined);
}

/** MCP-11: whether one more unasked-for message of the server fits into its rate. */
export function withinRate(session: Session): boolean {
  const now = session.deps.clock.monotonic();
  const { flood } = session;
  flood.left = Math.min(BURST, flood.left + ((now - flood.at) * PER_SECOND) / 1_000);
  flood.at = now;
  if (flood.left < 1) return false;
  flood.left -= 1;
  return true;
}
