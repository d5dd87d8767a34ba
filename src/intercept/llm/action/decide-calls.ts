import { AegisError } from '../../../errors.ts';
import type { Proposal } from '../../../gate/nouns.ts';
import { textOf } from '../../../gate/refusal.ts';
import type { Decision } from '../../../kernel/decision.ts';
import type { ActionId } from '../../../kernel/ids.ts';
import type { Answer, CallDecision, ToolCall } from '../dialect/model-answer.ts';
import type { Restore } from '../dialect/restore.ts';
import { questionKey, rememberCall, rememberQuestion, takeQuestion } from '../memory/conversations.ts';
import type { Conversations } from '../memory/conversations.ts';
import { UNREADABLE } from '../memory/missing-outputs.ts';
import type { Actions } from './actions.ts';
import { answerNames, logAnswer, logPassed } from './log-answer.ts';
import type { ModelAction } from './model-action.ts';
import { restoredCalls, restoredDecisions } from './restored-calls.ts';

/** What deciding calls may touch. */
export interface Deciding {
  readonly actions: Actions;
  readonly conversations: Conversations;
}

/** The decided set of one answer's calls. */
export interface DecidedCalls {
  /** One for each call of the answer, in order. */
  readonly decisions: readonly CallDecision[];
  /** Calls that may run, by the provider's name. */
  readonly running: readonly { readonly callId: string; readonly action: ActionId }[];
}

/**
 * Decides the calls of one answer as a set, in order, in one append; waits for people and resources up to the proxy's patience (LLM-4, LLM-8).
 * What cannot be decided is refused; only a broken invariant is thrown.
 */
export async function decideCalls(
  on: Deciding,
  sent: ModelAction,
  terms: { readonly answer: Pick<Answer, 'id' | 'calls'>; readonly restore: Restore; readonly signal: AbortSignal },
): Promise<DecidedCalls> {
  const { answer, restore, signal } = terms;
  const { actions } = on;
  const calls = restoredCalls(answer.calls, restore);
  const proposals = calls.map((call, at) => (call.args === null ? null : proposalOf(on, sent, { call, at })));
  const readable = proposals.filter((proposal) => proposal !== null);
  const byAction = new Map<ActionId, Decision>();
  try {
    await recordUnreadable(actions, sent, calls.length - readable.length);
    const logged = logAnswer(actions, sent, { names: answerNames(sent, answer.id), calls, actions: proposals.map((proposal) => proposal?.id) });
    const [set] = await Promise.all([readable.length === 0 ? [] : actions.gate.admitAll(readable), logged]);
    const final = await Promise.all(set.map((decision, at) => waited(actions, { decision, proposal: readable[at], signal })));
    for (const decision of final) byAction.set(decision.action, decision);
    await logPassed(actions, sent, granted(sent, set, final));
    rememberOpen(on, sent, { proposals: readable, byAction });
  } catch (error) {
    return { decisions: calls.map(() => refusedFor(actions, error)), running: [] };
  }
  const decided = proposals.map((proposal) => callDecisionOf(proposal === null ? undefined : byAction.get(proposal.id)));
  const decisions = restoredDecisions(decided, { came: answer.calls, calls });
  const running = calls.flatMap(({ id }, at) => {
    const proposal = proposals[at];
    return proposal === null || proposal === undefined || decisions[at]?.kind === 'refuse' ? [] : [{ callId: id, action: proposal.id }];
  });
  return { decisions, running };
}

type Identified = Proposal & { readonly id: ActionId };

function proposalOf(
  { actions, conversations }: Deciding,
  sent: ModelAction,
  { call, at }: { readonly call: ToolCall; readonly at: number },
): Identified {
  const { caller, session, id, dialect, request } = sent;
  const declaration = request.tools.find(({ name }) => name === call.name);
  const memory = conversations.of(sent);
  const again = memory.questions.size === 0 ? null : takeQuestion(memory, questionKey(call.name, actions.digestOf(call.args ?? {})));
  return {
    // The answer's own name and the place in it: a provider that repeats a call's name cannot repeat its decision (GATE-3).
    id: again ?? (`${id}.${String(at)}` as ActionId),
    ...caller,
    session,
    parent: id,
    kind: 'tool',
    name: call.name,
    args: call.args ?? {},
    ...(declaration === undefined ? {} : { declaration }),
    claims: {},
    door: 'llm',
    enforcement: call.done === true ? 'advisory' : 'enforcing',
    harness: dialect.name,
  };
}

/** LLM-8: nobody answered yet; when the model asks for the same again it is the same question, and a grant given meanwhile is redeemed. */
function rememberOpen(
  { actions, conversations }: Deciding,
  sent: ModelAction,
  { proposals, byAction }: { readonly proposals: readonly Identified[]; readonly byAction: ReadonlyMap<ActionId, Decision> },
): void {
  const memory = conversations.of(sent);
  for (const { id, name, args } of proposals)
    if (byAction.get(id)?.effect === 'ask') rememberQuestion(memory, questionKey(name, actions.digestOf(args)), id);
}

/** What a person was asked about, now or in an answer before, and may run. */
function granted({ id }: ModelAction, first: readonly Decision[], final: readonly Decision[]): readonly ActionId[] {
  return final.flatMap((decision, at) => {
    const asked = first[at]?.effect === 'ask' || !decision.action.startsWith(`${id}.`);
    return asked && (decision.effect === 'allow' || decision.effect === 'modify') ? [decision.action] : [];
  });
}

async function recordUnreadable({ gate }: Actions, { caller }: ModelAction, count: number): Promise<void> {
  const by = { role: 'agent', ...caller } as const;
  for (let at = 0; at < Math.min(count, 16); at++) {
    await gate.record(caller.tenant, 'request-refused', { code: 'BODY_INVALID_JSON', door: 'llm' }, by, { agent: caller.agent });
  }
}

/** The same id again finds the same question, and waits for its answer. */
async function waited(
  { gate, holdMs }: Actions,
  terms: { readonly decision: Decision; readonly proposal: Identified | undefined; readonly signal: AbortSignal },
): Promise<Decision> {
  const { decision, proposal, signal } = terms;
  if ((decision.effect !== 'ask' && decision.effect !== 'defer') || proposal === undefined || signal.aborted) return decision;
  return gate.admit(proposal, holdMs, signal);
}

/** A decision as a dialect writes it. Undefined: the call could not be read. */
export function callDecisionOf(decision: Decision | undefined): CallDecision {
  if (decision === undefined) return { kind: 'refuse', text: UNREADABLE };
  if (decision.effect === 'allow') return { kind: 'pass' };
  if (decision.effect === 'modify') return { kind: 'replace', args: decision.modify.args };
  return { kind: 'refuse', text: textOf(decision) ?? '' };
}

function refusedFor({ onFault }: Actions, error: unknown): CallDecision {
  if (!(error instanceof AegisError)) onFault({ what: 'deciding the calls of an answer', error });
  const { message, code, hint } = error instanceof AegisError ? error : new AegisError('INTERNAL');
  return { kind: 'refuse', text: `Aegis denied this action. ${message} (${code}). ${hint} It has not been done.` };
}

/** The client has the calls: their results are awaited. */
export function rememberRunning(conversations: Conversations, sent: ModelAction, { running }: DecidedCalls): void {
  const memory = conversations.of(sent);
  for (const { callId, action } of running) rememberCall(memory, callId, action);
}

/** The client went away before it could have the calls: none of them ran. */
export async function cancelUndelivered({ gate, onFault }: Actions, { caller }: ModelAction, { running }: DecidedCalls): Promise<void> {
  const outcome = { ...caller, status: 'cancelled', usage: {}, source: 'tool_output', trusted: false } as const;
  for (const { action } of running) {
    try {
      await gate.settle({ ...outcome, action });
    } catch (error) {
      if (!(error instanceof AegisError)) onFault({ what: 'settling a call nobody took', error });
    }
  }
}
