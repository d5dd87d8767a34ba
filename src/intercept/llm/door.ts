import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { Proposal } from '../../gate/nouns.ts';
import type { ActionId, AgentId, Digest, SessionId, TenantId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import type { Clock } from '../../ports.ts';
import type { Dialect, ModelRoute, Prices } from './dialect.ts';
import type { Endings } from './endings.ts';
import type { LiveAnswers } from './live.ts';
import type { Recall } from './recall.ts';
import type { Known } from './received.ts';
import type { SessionLedger } from './session-ledger.ts';
import type { Vaults } from './vaults.ts';

/** How the model door is set up; see `llm` in src/config/schema.ts. */
export interface ModelDoorSettings {
  /** What becomes of routes, tools and members nobody can inspect: `refuse` (strict), or `pass`, recorded as not inspected. */
  readonly uninspected: 'refuse' | 'pass';
  /** By provider as a dialect names it. An empty key: agents bring the provider's key themselves. */
  readonly upstreams: Readonly<Record<string, { readonly url: string; readonly key: string }>>;
  readonly limits: {
    /** Bytes of one request, decoded. */
    readonly bodyBytes: number;
    /** Bytes of one answer that are held, and of one that is not streamed. */
    readonly answerBytes: number;
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly connections: number;
    /** Answers of one agent under way at once. */
    readonly livePerAgent: number;
  };
  /** How long a person or a resource is waited for before the refusal is said. */
  readonly holdMs: number;
  /** Silence after which a held stream says it is alive. */
  readonly keepAliveMs: number;
  /** How long the gate may take before the request is refused. */
  readonly decideMs: number;
}

/** Who asks, as a key established. */
export interface ModelCaller {
  readonly tenant: TenantId;
  readonly agent: AgentId;
}

/** What the door needs from elsewhere; src/main.ts injects it. */
export interface ModelDoorDeps {
  readonly gate: ActionGate & LogGate;
  readonly clock: Clock;
  readonly dialects: readonly Dialect[];
  readonly prices: Prices;
  readonly settings: ModelDoorSettings;
  /** The agent a bare key belongs to; null for nobody's and for a person's. */
  readonly callerOf: (key: string) => ModelCaller | null;
  /** What the log knows of an agent's newest answers. */
  readonly answersBefore: (caller: ModelCaller) => Promise<Known>;
  /** As the gate takes it of arguments. */
  readonly digestOf: (value: Json) => Digest;
  /** Throws HOST_REFUSED or REQUEST_INVALID (AUTH-3). */
  readonly checkHost: (request: IncomingMessage) => void;
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  readonly onFault: (fault: { readonly what: string; readonly error: unknown }) => void;
}

/** The door at work: what it was given, and what it remembers. */
export interface ModelDoor extends ModelDoorDeps {
  readonly ledger: SessionLedger;
  readonly recall: Recall;
  readonly vaults: Vaults;
  readonly live: LiveAnswers;
  readonly endings: Endings;
}

/** One request that was let in, from its decision to its end. */
export interface Exchange {
  readonly door: ModelDoor;
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly route: ModelRoute;
  readonly caller: ModelCaller;
  readonly session: SessionId;
  /** The model action. */
  readonly sent: Proposal;
  /** Its id. */
  readonly action: ActionId;
}
