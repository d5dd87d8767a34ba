import { textOf } from '../../../gate/refusal.ts';
import type { Decision } from '../../../kernel/decision.ts';
import type { ActionId, EntryIndex, TenantId } from '../../../kernel/ids.ts';
import { actionOf } from '../../../kernel/owned.ts';
import type { ApprovalState, World } from '../../../kernel/world.ts';
import type { ModelCaller } from '../caller.ts';
import type { MissingOutput } from '../dialect/model-answer.ts';
import type { AnswerHistory, PastAnswer } from './answer-history.ts';
import { questionKey, rememberCall, rememberQuestion } from './conversations.ts';
import type { Conversations, SessionMemory } from './conversations.ts';
import { NOT_PASSED, UNREADABLE } from './missing-outputs.ts';

const MAX_AGENTS = 10_000;
/** What stands for a call the client may have got, when nobody said what came of it and Aegis was started anew since. */
const NOT_KNOWN = 'Aegis was restarted after it let this call go. Nobody has reported what came of it; whether it was done is not known.';

/** Brings back what the log knows of an agent's answers, once, before its first request since the start is read (LLM-20). */
export type ReadBack = (caller: ModelCaller) => Promise<void>;

/** Where what is brought back comes from. */
export interface Past {
  readonly world: (tenant: TenantId) => World;
  readonly answersBefore: (caller: ModelCaller) => Promise<AnswerHistory>;
}

/** @throws whatever the log says when it cannot be read: then nothing is decided on half of what is known, and the next request asks again */
export function createReadBack({ world, answersBefore }: Past, conversations: Conversations): ReadBack {
  const known = new Map<string, Promise<void>>();
  return (caller) => {
    const key = `${caller.tenant}\n${caller.agent}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const reading = answersBefore(caller)
      .then((history) => bringBack(conversations, { caller, world: world(caller.tenant) }, history))
      .catch((error: unknown) => {
        known.delete(key);
        throw error;
      });
    known.set(key, reading);
    const [oldest] = known.keys();
    if (known.size > MAX_AGENTS && oldest !== undefined) known.delete(oldest);
    return reading;
  };
}

interface Known {
  readonly caller: ModelCaller;
  readonly world: World;
  /** The last answer that asked for an action. */
  readonly last: ReadonlyMap<ActionId, PastAnswer>;
  readonly passed: ReadonlySet<ActionId>;
  /** What a person was asked about an action. */
  readonly asked: ReadonlyMap<ActionId, ApprovalState>;
}

/**
 * What became of one call. `unreadable`: refused. `again`: it was asked for again since, so here it did not go out. `asked`: a question is open,
 * or a grant waits to be taken. `out`: the client may have it, and nobody said what came of it. `forgotten`: it ended long ago.
 */
type CallState = 'unreadable' | 'again' | 'asked' | 'out' | 'ended' | 'refused' | 'forgotten';

function bringBack(conversations: Conversations, { caller, world }: Pick<Known, 'caller' | 'world'>, { answers, opened }: AnswerHistory): void {
  const last = new Map(answers.flatMap((answer) => answer.body.calls.flatMap(({ action }) => (action === undefined ? [] : [[action, answer]]))));
  const passed = new Set(answers.flatMap(({ body }) => body.passed ?? []));
  const asked = new Map([...world.approvals.entries()].flatMap(([, one]) => (one.agent === caller.agent ? [[one.action, one] as const] : [])));
  for (const [, approval] of world.approvals.entries()) bringBackRequest(conversations, { caller, world }, { approval, opened });
  // Oldest first, so that what the bounds let go is the oldest.
  for (const answer of answers) bringBackAnswer(conversations, { caller, world, last, passed, asked }, answer);
}

/** A request a person is asked about was not sent; a grant from before the start may have been used, and is not used again. */
function bringBackRequest(
  conversations: Conversations,
  { caller, world }: Pick<Known, 'caller' | 'world'>,
  { approval, opened }: { readonly approval: ApprovalState; readonly opened: EntryIndex },
): void {
  const { agent, session, tool, argsDigest, action, status } = approval;
  const state = actionOf(world, caller.agent, action);
  if (agent !== caller.agent || state === undefined || !/^model(?:-count|-list)?:/.test(tool)) return;
  const runs = state.decision.effect === 'allow' || state.decision.effect === 'modify';
  const open = runs ? !state.settled && state.index > opened : status === 'pending' || status === 'granted';
  if (open) rememberQuestion(conversations.of({ caller, session }), questionKey(tool, argsDigest), action);
}

function bringBackAnswer(conversations: Conversations, known: Known, answer: PastAnswer): void {
  const { caller, world } = known;
  const { names, calls } = answer.body;
  const missing: MissingOutput[] = [];
  for (const call of calls) {
    const state = stateOf(known, answer, call.action);
    if (call.action !== undefined) {
      remember(conversations.of({ caller, session: answer.session }), { known, state, id: call.id, action: call.action });
    }
    const decision = call.action === undefined ? undefined : actionOf(world, caller.agent, call.action)?.decision;
    const text = missingText(state, decision);
    if (text !== null) missing.push({ callId: call.id, ...(call.kind === undefined ? {} : { kind: call.kind }), text });
  }
  for (const name of names) {
    conversations.answered(caller, name, answer.session);
    conversations.missing.set(caller, name, missing);
  }
}

function stateOf({ caller, world, last, passed, asked }: Known, answer: PastAnswer, action: ActionId | undefined): CallState {
  if (action === undefined) return 'unreadable';
  if (last.get(action) !== answer) return 'again';
  const state = actionOf(world, caller.agent, action);
  if (state === undefined) return 'forgotten';
  const { decision, settled } = state;
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  if (runs && settled) return 'ended';
  const approval = asked.get(action);
  if (runs) return approval === undefined || passed.has(action) ? 'out' : 'asked';
  return approval?.status === 'pending' || approval?.status === 'granted' ? 'asked' : 'refused';
}

interface PastCall {
  readonly known: Known;
  readonly state: CallState;
  /** The provider's name for the call. */
  readonly id: string;
  readonly action: ActionId;
}

/** A call whose result is awaited, and a question that is still open. */
function remember(memory: SessionMemory, { known, state, id, action }: PastCall): void {
  if (state === 'out') rememberCall(memory, id, action);
  const approval = known.asked.get(action);
  if (state === 'asked' && approval !== undefined) rememberQuestion(memory, questionKey(approval.tool, approval.argsDigest), action);
}

/** What its provider is told of a call that the client brings no output for; null where the client must have one. */
function missingText(state: CallState, decision: Decision | undefined): string | null {
  switch (state) {
    case 'unreadable':
      return UNREADABLE;
    case 'out':
      return NOT_KNOWN;
    case 'ended':
    case 'forgotten':
      return null;
    case 'again':
      return NOT_PASSED;
    case 'asked':
    case 'refused':
      return (decision === undefined ? null : textOf(decision)) ?? NOT_PASSED;
  }
}
