import { AegisUnavailableError } from './errors.ts';
import { isObject } from './json.ts';
import { notice } from './notice.ts';
import type { Transport } from './transport.ts';
import type { Decision, Json, JsonObject } from './wire.ts';

/** One held request is at most this long, so that proxies in between do not cut it. */
const HOLD_MS = 25_000;
const EFFECTS: ReadonlySet<unknown> = new Set(['allow', 'modify', 'ask', 'defer', 'deny']);

export interface Terms {
  readonly askTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A question as it goes to Aegis. */
export type Question = JsonObject & { readonly id: string; readonly name: string };

/** Aegis said that a person or a resource is waited for, and then could not be heard. What was to be asked about does not run without an answer. */
export class WaitLost extends Error {
  readonly unavailable: AegisUnavailableError;

  constructor(unavailable: AegisUnavailableError) {
    super(unavailable.message);
    this.unavailable = unavailable;
  }
}

/**
 * Asks, and asks on until the decision is final or the time is up. The first question is not held, so that a person who is asked is told of at once.
 * @throws WaitLost, AegisUnavailableError, AegisRefusedError
 */
export async function ask(transport: Transport, question: Question, terms: Terms): Promise<Decision> {
  const until = performance.now() + terms.askTimeoutMs;
  let asked = performance.now();
  let current = await propose(transport, question, 0, terms);
  let said = '';
  while (current.effect === 'ask' || current.effect === 'defer') {
    if (current.effect === 'ask' && current.ask.approval !== said) {
      said = current.ask.approval;
      tell(question.name, said, current.reasons[0].message);
    }
    const left = until - performance.now();
    if (left <= 0) return current;
    const wait = Math.floor(Math.min(HOLD_MS, left));
    const pause = current.effect === 'defer' ? Math.min(left, asked + current.defer.retryAfterMs - performance.now()) : 0;
    try {
      if (pause > 0) await sleep(pause, terms.signal);
      asked = performance.now();
      // Only a repeated question moves what waits for a resource on.
      current = await (current.effect === 'defer' ? propose(transport, question, wait, terms) : look(transport, question.id, wait, terms));
    } catch (error) {
      throw error instanceof AegisUnavailableError ? new WaitLost(error) : error;
    }
  }
  return current;
}

function tell(name: string, approval: string, why: string): void {
  notice(`${name} waits for approval ${approval}: ${why} Answer with \`aegis approvals grant ${approval} --reason "…"\` (or refuse)`);
}

async function propose(transport: Transport, question: Question, wait: number, { timeoutMs, signal }: Terms): Promise<Decision> {
  const path = `/v1/actions?wait=${String(wait)}`;
  return decision(await transport.send({ method: 'POST', path, body: question, deadlineMs: timeoutMs + wait, signal }), question.id);
}

async function look(transport: Transport, action: string, wait: number, { timeoutMs, signal }: Terms): Promise<Decision> {
  const path = `/v1/actions/${encodeURIComponent(action)}?wait=${String(wait)}`;
  const answer = await transport.send({ method: 'GET', path, deadlineMs: timeoutMs + wait, signal });
  return decision(isObject(answer) ? (answer['decision'] ?? null) : null, action);
}

/** A 200 that is not a decision on this action is not an allow. */
function decision(answer: Json, action: string): Decision {
  const shaped = isObject(answer) ? answer : {};
  const { effect, reasons, modify } = shaped;
  if (!EFFECTS.has(effect) || !Array.isArray(reasons) || !reasons.every(isReason) || reasons.length === 0)
    throw undecided('the answer is not a decision');
  if (effect === 'modify' && (!isObject(modify) || !isObject(modify['args']))) throw undecided('the answer is not a decision');
  if (effect === 'ask' && !(isObject(shaped['ask']) && typeof shaped['ask']['approval'] === 'string'))
    throw undecided('the answer is not a decision');
  if (effect === 'defer' && !(isObject(shaped['defer']) && typeof shaped['defer']['retryAfterMs'] === 'number'))
    throw undecided('the answer is not a decision');
  if (shaped['action'] !== action) throw undecided('the answer is about another action');
  const obligations = isObject(shaped['obligations']) ? shaped['obligations'] : {};
  return { ...shaped, obligations } as unknown as Decision;
}

const isReason = (reason: unknown): boolean => isObject(reason) && typeof reason['code'] === 'string' && typeof reason['message'] === 'string';

const undecided = (why: string): AegisUnavailableError => new AegisUnavailableError('the configured address', new Error(why));

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const left = (): void => (clearTimeout(timer), reject(signal?.reason as Error));
    const timer = setTimeout(() => (signal?.removeEventListener('abort', left), resolve()), ms);
    signal?.addEventListener('abort', left, { once: true });
  });
}
