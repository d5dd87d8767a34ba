import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { AegisError } from '../../errors.ts';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import type { Clock } from '../../ports.ts';
import { createSecretMask } from '../../wire/secret-mask.ts';
import type { SecretMask } from '../../wire/secret-mask.ts';
import type { Actions, OnFault } from './action/actions.ts';
import type { Prices } from './action/price.ts';
import { createSettlementQueue } from './action/settlement-queue.ts';
import type { AnswerParts } from './answer/exchange.ts';
import { watchLive } from './answer/live-answers.ts';
import type { ModelCaller } from './caller.ts';
import type { Dialect } from './dialect/dialect.ts';
import type { AnswerHistory } from './memory/answer-history.ts';
import { createConversations } from './memory/conversations.ts';
import type { Conversations } from './memory/conversations.ts';
import { createReadBack } from './memory/read-back.ts';
import type { ReadBack } from './memory/read-back.ts';
import { createPrompts } from './prompt/prompts.ts';
import type { Prompts } from './prompt/prompts.ts';
import type { Entrance } from './request/entrance.ts';
import { createUpstream } from './upstream/upstream.ts';
import type { Patience } from './upstream/call-upstream.ts';
import type { Upstream } from './upstream/upstream.ts';

/** How the model proxy is set up; see `llm` in src/config/schema.ts. */
export interface ModelProxySettings {
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
  /** How long a provider may be silent. */
  readonly patience: Patience;
}

/** The connections of this listener, each in its place among the others (DOOR-18, DOOR-19). */
export interface ModelConnections {
  take(socket: Socket): void;
  /** A request is under way on it, until what comes back is called. */
  begin(socket: Socket): () => void;
  /** Its caller is known. @returns what gives up its place among the requests under way; null when this caller may have no more */
  enter(socket: Socket, caller: ModelCaller): (() => void) | null;
  finish(socket: Duplex, words: string): void;
  quiet(socket: Socket): void;
  close(): void;
}

/** Exchanges that are not answered yet: each is refused when something broke that nothing caught (DOOR-12). */
export interface ModelExchanges {
  /** @returns what takes it out again */
  enter(refuse: (error: AegisError) => void): () => void;
}

/** What the proxy needs from elsewhere; src/daemon/model-door.ts injects it. */
export interface ModelProxyDeps {
  readonly gate: ActionGate & LogGate;
  readonly clock: Clock;
  readonly dialects: readonly Dialect[];
  readonly prices: Prices;
  readonly settings: ModelProxySettings;
  /** The agent a bare key belongs to; null for nobody's and for a person's. */
  readonly callerOf: (key: string) => ModelCaller | null;
  /** What the log knows of an agent's newest answers. */
  readonly answersBefore: (caller: ModelCaller) => Promise<AnswerHistory>;
  /** As the gate takes it of arguments. */
  readonly digestOf: (value: Json) => Digest;
  /** Throws HOST_REFUSED or REQUEST_INVALID (AUTH-3). */
  readonly checkHost: (request: IncomingMessage) => void;
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  readonly connections: ModelConnections;
  readonly inFlight: ModelExchanges;
  readonly onFault: OnFault;
}

/** The proxy at work: one member for each part of a call's way, in the order it is walked. Each part sees its own member and those it names. */
export interface ModelProxy {
  readonly entrance: Entrance;
  readonly conversations: Conversations;
  readonly readBack: ReadBack;
  readonly prompts: Prompts;
  readonly actions: Actions;
  readonly upstream: Upstream;
  readonly answers: AnswerParts;
}

/** Agents whose mask is kept ready. */
const MASKS = 256;

/** A mask for each key that asks, made once: of that key and of all the proxy holds. */
function masksOf(held: readonly string[]): (key: string) => SecretMask {
  const masks = new Map<string, SecretMask>();
  return (key) => {
    const known = masks.get(key);
    if (known !== undefined) return known;
    if (masks.size >= MASKS) masks.clear();
    const mask = createSecretMask([...held, key]);
    masks.set(key, mask);
    return mask;
  };
}

/** How often silent streams are looked at. */
const TICK_MS = 250;

export function createModelProxy(deps: ModelProxyDeps): ModelProxy {
  const { settings, gate, clock, dispatcher, prices, digestOf, onFault, dialects, callerOf, checkHost } = deps;
  const { limits, upstreams, decideMs, holdMs, keepAliveMs } = settings;
  const conversations = createConversations();
  const actions: Actions = { gate, prices, digestOf, decideMs, holdMs, settlements: createSettlementQueue(), onFault };
  const live = watchLive(gate, {
    mostPerAgent: limits.livePerAgent,
    tickMs: Math.max(10, Math.min(TICK_MS, keepAliveMs)),
    now: () => clock.monotonic(),
  });
  return {
    entrance: {
      dialects,
      uninspected: settings.uninspected,
      bodyBytes: limits.bodyBytes,
      callerOf,
      heldKey: (provider) => upstreams[provider]?.key ?? '',
      maskFor: masksOf(Object.values(upstreams).map(({ key }) => key)),
      checkHost,
    },
    conversations,
    readBack: createReadBack({ world: (tenant) => gate.world(tenant), answersBefore: deps.answersBefore }, conversations),
    prompts: createPrompts(gate),
    actions,
    upstream: createUpstream({
      dispatcher,
      urlOf: (provider) => upstreams[provider]?.url ?? '',
      answerBytes: limits.answerBytes,
      patience: settings.patience,
    }),
    answers: { actions, conversations, live, inFlight: deps.inFlight, clock, answerBytes: limits.answerBytes, keepAliveMs },
  };
}
