import { randomUUID } from 'node:crypto';
import { actionIds } from './action-ids.ts';
import { ask, WaitLost } from './ask.ts';
import { away } from './away.ts';
import { AegisRefusedError, AegisUnavailableError } from './errors.ts';
import { fileJournal } from './journal.ts';
import { isObject } from './json.ts';
import { isPause } from './pause.ts';
import { folderFor, settingsOf, type AegisOptions } from './settings.ts';
import { transport as transportTo, type Transport } from './transport.ts';
import type { Decision, FoundIn, Json, JsonObject, OnUnavailable, Outcome, Proposal, Settled, Source } from './wire.ts';

/** A connection to Aegis for one agent and one session. It asks; it never decides. */
export interface AegisClient {
  readonly agent: string;
  readonly session: string;
  /**
   * Proposes an action and waits, if a person is asked, until the decision is final or `askTimeoutMs` has passed. `signal` takes it back: its reason is
   * thrown, and an approval that waits is withdrawn.
   */
  decide(proposal: Proposal, signal?: AbortSignal): Promise<Decision>;
  /**
   * Reports what happened, and learns what was found in the result. Failing to report is not failing to act: it resolves false and the action stays
   * `unknown` in the log.
   */
  settle(action: string, outcome: Outcome): Promise<Settled | false>;
  /** Tells Aegis what entered the session: the user's own words, a document, a memory. */
  label(source: Source, value: Json, trusted?: boolean): Promise<void>;
  /**
   * Holds the lock of an allowed action for `ttlMs` more. False: it is lost or nobody could say that it is held, and what it guards must stop.
   * `fence` is the decision's.
   */
  renew(resource: string, fence: number, ttlMs: number): Promise<boolean>;
  /** A client for a session that goes on with what this one knows of its values: for a part of the work done elsewhere. Default a new UUID. */
  child(session?: string): Promise<AegisClient>;
  /** The agent's server-side unavailability setting as last read. */
  onUnavailable(): OnUnavailable;
  /** Whether a framework throws this to pause a run and go on later: it is no failure of the tool. */
  isPause(error: unknown): boolean;
}

/** Decisions made here while Aegis was away; they have no outcome to report. */
const KEPT_LOCAL = 10_000;

export function connect(options: AegisOptions = {}): AegisClient {
  const settings = settingsOf(options);
  const { url, key, agent, session, askTimeoutMs, timeoutMs } = settings;
  const transport = transportTo(settings);
  const alone = away(agent, transport, fileJournal(settings.journalPath));
  const ids = actionIds(session);
  const local = new Set<string>();
  const withdraw = (action: string): void => {
    ids.ended(action);
    void transport.send({ method: 'POST', path: outcomeOf(action), body: { status: 'cancelled' } }).catch(() => undefined);
  };

  return {
    agent,
    session,
    async decide({ callId, ...proposal }, signal): Promise<Decision> {
      signal?.throwIfAborted();
      const { name, args } = proposal;
      const id = proposal.id ?? ids.of({ callId, name, args });
      const fixed = { kind: 'tool', enforcement: 'advisory', harness: 'sdk-typescript', ...folderFor(url) };
      try {
        await alone.prepare();
        return await ask(
          transport,
          { ...fixed, ...(proposal as unknown as JsonObject), id, name, agent, session },
          { askTimeoutMs, timeoutMs, signal },
        );
      } catch (error) {
        if (signal?.aborted === true) withdraw(id);
        else if (error instanceof WaitLost) {
          await alone.lost({ id, session, name, args });
          throw error.unavailable;
        } else if (error instanceof AegisUnavailableError) {
          if (local.size >= KEPT_LOCAL) local.clear();
          local.add(id);
          return await alone.decide({ id, session, name, args }, error, { askTimeoutMs, signal });
        }
        throw error;
      }
    },
    settle(action, outcome) {
      if (outcome.status === 'succeeded' || outcome.status === 'cancelled') ids.ended(action);
      if (local.delete(action)) return Promise.resolve({ findings: [] });
      return transport.send({ method: 'POST', path: outcomeOf(action), body: outcome }).then(settled, () => false as const);
    },
    label: (source, value, trusted = false) => labelled(transport, session, { source, value, trusted }),
    renew: (resource, fence, ttlMs) =>
      transport.send({ method: 'POST', path: '/v1/locks/renew', body: { resource, fence, ttlMs } }).then(
        () => true,
        () => false,
      ),
    child: async (of = randomUUID()) => {
      await openChild(transport, session, of);
      return connect({ ...options, url, key, agentId: agent, session: of });
    },
    onUnavailable: () => alone.mode(),
    isPause,
  };
}

/** A label that does not arrive only makes values look more foreign than they are: safe to go on. */
async function labelled(transport: Transport, session: string, content: JsonObject): Promise<void> {
  await transport.send({ method: 'POST', path: `/v1/sessions/${encodeURIComponent(session)}/content`, body: content }).catch(() => undefined);
}

const outcomeOf = (action: string): string => `/v1/actions/${encodeURIComponent(action)}/outcome`;

/** A parent that nothing was done in yet is opened first: a child of a session nobody knows would know nothing. */
async function openChild(transport: Transport, parent: string, session: string): Promise<void> {
  const open = (body: JsonObject): Promise<Json> => transport.send({ method: 'POST', path: '/v1/sessions', body });
  try {
    await open({ session, parent });
  } catch (error) {
    if (!(error instanceof AegisRefusedError) || error.status !== 404) throw error;
    await open({ session: parent });
    await open({ session, parent });
  }
}

function settled(answer: Json): Settled {
  const findings = isObject(answer) && Array.isArray(answer['findings']) ? answer['findings'] : [];
  return { findings: findings as unknown as readonly FoundIn[] };
}
