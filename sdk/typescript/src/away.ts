import { AegisUnavailableError } from './errors.ts';
import type { Journal } from './journal.ts';
import { terminal } from './terminal.ts';
import type { Transport } from './transport.ts';
import type { Decision, JsonObject, OnUnavailable } from './wire.ts';

interface SelfReply {
  readonly onUnavailable?: unknown;
  /** The server's word on tools that only read, given by an operator. */
  readonly readOnlyTools?: unknown;
}

/** What was asked when Aegis was found to be away. */
export interface Unanswered {
  readonly id: string;
  readonly session: string;
  readonly name: string;
  readonly args: JsonObject;
}

/** How long a person at the terminal has for an answer; `signal` takes the question back. */
export interface Waits {
  readonly askTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MODES: ReadonlySet<unknown> = new Set<OnUnavailable>(['deny', 'allow_readonly', 'local_approval', 'allow']);

/** Obeys the server's word for the time it is away. Nothing learned yet means deny. */
export interface Away {
  /** Learns the agent's setting and sends what was journalled, once after each absence. */
  prepare(): Promise<void>;
  /** Decides without Aegis, and journals it first. @throws the cause, when it may not run */
  decide(action: Unanswered, cause: AegisUnavailableError, waits: Waits): Promise<Decision>;
  /** Journals that what Aegis was asked about did not run, because its answer was not heard. */
  lost(action: Unanswered): Promise<void>;
  mode(): OnUnavailable;
}

export function away(agent: string, transport: Transport, journal: Journal): Away {
  let mode: OnUnavailable = 'deny';
  let readOnly: ReadonlySet<unknown> = new Set();
  let fresh: Promise<void> | null = null;
  const learn = async (): Promise<void> => {
    const self = (await transport.send({ method: 'GET', path: `/v1/agents/${encodeURIComponent(agent)}` })) as SelfReply | null;
    const { onUnavailable, readOnlyTools } = self ?? {};
    mode = MODES.has(onUnavailable) ? (onUnavailable as OnUnavailable) : 'deny';
    readOnly = new Set(Array.isArray(readOnlyTools) ? (readOnlyTools as readonly unknown[]) : []);
    await journal.replay(transport);
  };
  const append = (action: Unanswered, effect: 'allow' | 'deny'): Promise<void> => {
    const { id, session, name, args } = action;
    // Recorded before acted upon, here too: no journal, no allow.
    return journal.append({ action: { id, agent, session, name, args }, effect, mode, decidedAt: Date.now() }).catch((error: unknown) => {
      throw new AegisUnavailableError('the journal', error);
    });
  };
  return {
    mode: () => mode,
    prepare: () =>
      (fresh ??= learn().catch((error: unknown) => {
        fresh = null;
        throw error;
      })),
    async decide(action, cause, waits) {
      fresh = null;
      const runs =
        mode === 'allow' ||
        (mode === 'allow_readonly' && readOnly.has(action.name)) ||
        (mode === 'local_approval' && (await terminal.ask(action, waits)));
      const effect = runs ? 'allow' : 'deny';
      await append(action, effect);
      if (effect === 'deny') throw cause;
      const message = `Aegis is away; this agent is set to ${mode}. The action was journalled.`;
      return {
        action: action.id,
        effect: 'allow',
        reasons: [{ code: 'UNAVAILABLE', rule: 'on_unavailable', message }],
        risk: 'MEDIUM',
        policy: '',
        obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
      };
    },
    async lost(action) {
      fresh = null;
      await append(action, 'deny');
    },
  };
}
