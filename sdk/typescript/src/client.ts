import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AegisRefusedError, AegisSetupError, AegisUnavailableError } from './errors.ts';
import { keptAnswerKey } from './kept-answer-key.ts';
import { fileJournal, type Journal } from './journal.ts';
import { isObject } from './json.ts';
import { transport as transportTo, type Transport } from './transport.ts';
import type { Decision, FoundIn, Json, JsonObject, OnUnavailable, Outcome, Proposal, Settled, Source } from './wire.ts';

export interface AegisOptions {
  /** Default `AEGIS_URL`, else http://127.0.0.1:7411. */
  readonly url?: string;
  /**
   * The local socket, which is asked before HTTP: a path, or `off`. Default `AEGIS_SOCKET`, else the one that belongs to the port of `url` when
   * that is http:// on this machine's loopback. HTTP is asked where nobody listens at it.
   */
  readonly socket?: string;
  /**
   * The daemon's answer key, which `aegis identity` prints: over HTTP only answers signed with it count. Default `AEGIS_ANSWER_KEY`, else the one
   * that `aegis login` kept for `url`.
   */
  readonly answerKey?: string;
  /** The agent's key. Default `AEGIS_KEY`. */
  readonly key?: string;
  /** Default `AEGIS_AGENT`. Must be the agent the key belongs to. */
  readonly agentId?: string;
  /** One run of the agent. Default `AEGIS_SESSION`, else a new UUID. */
  readonly session?: string;
  /** How long an action may wait for a person. Default `AEGIS_ASK_TIMEOUT_MS`, else 300_000. */
  readonly askTimeoutMs?: number;
  /** For one request that does not wait for a person. Default 10_000. */
  readonly timeoutMs?: number;
  /** Where local decisions are kept while Aegis is away. Default ~/.local/state/aegis/journal/<agent>.jsonl. */
  readonly journalPath?: string;
}

/** A connection to Aegis for one agent and one session. It asks; it never decides. */
export interface AegisClient {
  readonly agent: string;
  readonly session: string;
  /** Proposes an action and waits, if a person is asked, until the decision is final or `askTimeoutMs` has passed. */
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
}

/** One held request is at most this long, so that proxies in between do not cut it. */
const HOLD_MS = 25_000;

export function connect(options: AegisOptions = {}): AegisClient {
  const { url, key, agent, session } = identity(options);
  const socket = options.socket ?? process.env['AEGIS_SOCKET'] ?? '';
  const answerKey = options.answerKey ?? process.env['AEGIS_ANSWER_KEY'] ?? keptAnswerKey(url);
  const transport = transportTo({ url, key, socket, answerKey, timeoutMs: options.timeoutMs ?? 10_000 });
  const journal = fileJournal(options.journalPath ?? join(homedir(), '.local', 'state', 'aegis', 'journal', `${encodeURIComponent(agent)}.jsonl`));
  const alone = loner(agent, transport, journal);
  const askTimeoutMs = options.askTimeoutMs ?? milliseconds(process.env['AEGIS_ASK_TIMEOUT_MS'], 300_000);

  return {
    agent,
    session,
    async decide(proposal, signal): Promise<Decision> {
      const id = proposal.id ?? randomUUID();
      try {
        await alone.prepare();
        const body = { kind: 'tool', enforcement: 'advisory', harness: 'sdk-typescript', ...folderFor(url), ...proposal, id, agent, session };
        const first = decision(
          await transport.send({
            method: 'POST',
            path: `/v1/actions?wait=${Math.min(HOLD_MS, askTimeoutMs)}`,
            body,
            deadlineMs: (options.timeoutMs ?? 10_000) + Math.min(HOLD_MS, askTimeoutMs),
            signal,
          }),
          id,
        );
        return await untilFinal(transport, first, askTimeoutMs, signal);
      } catch (error) {
        if (error instanceof AegisUnavailableError) return alone.decide({ ...proposal, id }, error);
        throw error;
      }
    },
    settle: (action, outcome) =>
      transport
        .send({ method: 'POST', path: `/v1/actions/${encodeURIComponent(action)}/outcome`, body: outcome })
        .then(settled, () => false as const),
    async label(source, value, trusted = false): Promise<void> {
      // A label that does not arrive only makes values look more foreign than they are: safe to go on.
      await transport
        .send({ method: 'POST', path: `/v1/sessions/${encodeURIComponent(session)}/content`, body: { source, value, trusted } })
        .catch(() => undefined);
    },
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
  };
}

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

/** Where Aegis is on this machine, files that an action names can be looked for: in the folder this process works in. */
function folderFor(url: string): { readonly cwd?: string } {
  const host = URL.parse(url)?.hostname ?? '';
  if (host !== 'localhost' && host !== '[::1]' && !host.startsWith('127.')) return {};
  try {
    return { cwd: process.cwd() };
  } catch {
    // The folder was removed under this process.
    return {};
  }
}

function identity(options: AegisOptions): { url: string; key: string; agent: string; session: string } {
  const env = process.env;
  const key = options.key ?? env['AEGIS_KEY'];
  const agent = options.agentId ?? env['AEGIS_AGENT'];
  if (key === undefined || key === '')
    throw new AegisSetupError('No agent key: set AEGIS_KEY or pass { key }. `npx aegis agents add <name>` makes one.');
  if (agent === undefined || agent === '') throw new AegisSetupError('No agent id: set AEGIS_AGENT or pass { agentId }.');
  return {
    url: options.url ?? env['AEGIS_URL'] ?? 'http://127.0.0.1:7411',
    key,
    agent,
    session: options.session ?? env['AEGIS_SESSION'] ?? randomUUID(),
  };
}

function milliseconds(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new AegisSetupError(`AEGIS_ASK_TIMEOUT_MS is not a number of milliseconds: ${text}`);
  return value;
}

const EFFECTS: ReadonlySet<unknown> = new Set(['allow', 'modify', 'ask', 'defer', 'deny']);

/** A 200 that is not a decision on this action is not an allow. */
function decision(answer: Json, action: string): Decision {
  const shaped = isObject(answer) ? answer : {};
  const { effect, reasons, modify } = shaped;
  const whole = EFFECTS.has(effect) && Array.isArray(reasons) && reasons.length > 0;
  if (!whole || (effect === 'modify' && (!isObject(modify) || !isObject(modify['args'])))) throw undecided('the answer is not a decision');
  if (shaped['action'] !== action) throw undecided('the answer is about another action');
  return answer as unknown as Decision;
}

function settled(answer: Json): Settled {
  const findings = isObject(answer) && Array.isArray(answer['findings']) ? answer['findings'] : [];
  return { findings: findings as unknown as readonly FoundIn[] };
}

const undecided = (why: string): AegisUnavailableError => new AegisUnavailableError('the configured address', new Error(why));

async function untilFinal(transport: Transport, first: Decision, askTimeoutMs: number, signal?: AbortSignal): Promise<Decision> {
  const started = performance.now();
  let current = first;
  while (current.effect === 'ask' || current.effect === 'defer') {
    const left = askTimeoutMs - (performance.now() - started);
    if (left <= 0) return current;
    const path = `/v1/actions/${encodeURIComponent(current.action)}?wait=${Math.floor(Math.min(HOLD_MS, left))}`;
    const answer = (await transport.send({ method: 'GET', path, deadlineMs: HOLD_MS + 10_000, signal })) as { decision?: Json };
    current = decision(answer.decision ?? null, first.action);
  }
  return current;
}

interface SelfReply {
  readonly onUnavailable?: OnUnavailable;
  readonly capabilities?: readonly string[];
}

/** A capability of this form names a tool that only reads; the server's word, given when the agent is registered. */
const READONLY = 'readonly:';

interface Loner {
  prepare(): Promise<void>;
  decide(proposal: Proposal & { id: string }, cause: AegisUnavailableError): Promise<Decision>;
  mode(): OnUnavailable;
}

/** Obeys the server's word for the time it is away. Nothing learned yet means deny. */
function loner(agent: string, transport: Transport, journal: Journal): Loner {
  let mode: OnUnavailable = 'deny';
  let readOnly: ReadonlySet<string> = new Set();
  let fresh = false;
  return {
    mode: () => mode,
    async prepare(): Promise<void> {
      if (fresh) return;
      const self = (await transport.send({ method: 'GET', path: `/v1/agents/${encodeURIComponent(agent)}` })) as SelfReply;
      mode = self.onUnavailable ?? 'deny';
      readOnly = new Set((self.capabilities ?? []).filter((one) => one.startsWith(READONLY)).map((one) => one.slice(READONLY.length)));
      await journal.replay(transport);
      fresh = true;
    },
    async decide(proposal, cause): Promise<Decision> {
      fresh = false;
      const effect = mode === 'allow' || (mode === 'allow_readonly' && readOnly.has(proposal.name)) ? 'allow' : 'deny';
      const action: JsonObject = { id: proposal.id, agent, name: proposal.name, args: proposal.args };
      // Recorded before acted upon, here too: no journal, no allow.
      await journal.append({ action, effect, mode, decidedAt: Date.now() }).catch((error: unknown) => {
        throw new AegisUnavailableError('the journal', error);
      });
      if (effect === 'deny') throw cause;
      return {
        action: proposal.id,
        effect: 'allow',
        reasons: [
          { code: 'UNAVAILABLE', rule: 'on_unavailable', message: `Aegis is away; this agent is set to ${mode}. The action was journalled.` },
        ],
        risk: 'MEDIUM',
        policy: '',
        obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
      };
    },
  };
}
