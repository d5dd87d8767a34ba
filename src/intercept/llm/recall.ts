import type { Decision } from '../../kernel/decision.ts';
import type { ActionId, EntryIndex } from '../../kernel/ids.ts';
import type { ApprovalState, World } from '../../kernel/world.ts';
import { textOf } from '../../gate/refusal.ts';
import type { ModelCaller, ModelDoorDeps } from './door.ts';
import { NOT_PASSED, UNREADABLE } from './owed-outputs.ts';
import type { OwedOutput } from './owed-outputs.ts';
import type { Known, KnownAnswer } from './received.ts';
import { askedKey, rememberAsked, rememberCall } from './session-ledger.ts';
import type { Remembered, SessionLedger } from './session-ledger.ts';

const MAX_AGENTS = 10_000;
/** What stands for a call the client may have got, when nobody said what came of it and Aegis was started anew since. */
const NOT_KNOWN = 'Aegis was restarted after it let this call go. Nobody has reported what came of it; whether it was done is not known.';

/** Brings back what the log knows of an agent's answers, once, before its first request since the start is read (LLM-20). */
export type Recall = (caller: ModelCaller) => Promise<void>;

/** @throws whatever the log says when it cannot be read: then nothing is decided on half of what is known, and the next request asks again */
export function createRecall({ gate, answersBefore }: Pick<ModelDoorDeps, 'gate' | 'answersBefore'>, ledger: SessionLedger): Recall {
  const recalled = new Map<string, Promise<void>>();
  return (caller) => {
    const key = `${caller.tenant}\n${caller.agent}`;
    const known = recalled.get(key);
    if (known !== undefined) return known;
    const reading = answersBefore(caller)
      .then((read) => restore(ledger, { caller, world: gate.world(caller.tenant) }, read))
      .catch((error: unknown) => {
        recalled.delete(key);
        throw error;
      });
    recalled.set(key, reading);
    const [oldest] = recalled.keys();
    if (recalled.size > MAX_AGENTS && oldest !== undefined) recalled.delete(oldest);
    return reading;
  };
}

interface Place {
  readonly caller: ModelCaller;
  readonly world: World;
  /** The last answer that asked for an action. */
  readonly last: ReadonlyMap<ActionId, KnownAnswer>;
  readonly passed: ReadonlySet<ActionId>;
  /** What a person was asked about an action. */
  readonly asked: ReadonlyMap<ActionId, ApprovalState>;
}

/**
 * What became of one call. `unreadable`: refused. `again`: it was asked for again since, so here it did not go out. `asked`: a question is open,
 * or a grant waits to be taken. `out`: the client may have it, and nobody said what came of it. `forgotten`: it ended long ago.
 */
type Standing = 'unreadable' | 'again' | 'asked' | 'out' | 'ended' | 'refused' | 'forgotten';

function restore(ledger: SessionLedger, { caller, world }: Pick<Place, 'caller' | 'world'>, { answers, opened }: Known): void {
  const last = new Map(answers.flatMap((answer) => answer.body.calls.flatMap(({ action }) => (action === undefined ? [] : [[action, answer]]))));
  const passed = new Set(answers.flatMap(({ body }) => body.passed ?? []));
  const asked = new Map([...world.approvals.entries()].map(([, approval]) => [approval.action, approval]));
  const place: Place = { caller, world, last, passed, asked };
  for (const [, approval] of world.approvals.entries()) restoreRequest(ledger, { caller, world }, { approval, opened });
  // Oldest first, so that what the bounds let go is the oldest.
  for (const answer of answers) restoreAnswer(ledger, place, answer);
}

/** A request a person is asked about was not sent; a grant from before the start may have been used, and is not used again. */
function restoreRequest(
  ledger: SessionLedger,
  { caller, world }: Pick<Place, 'caller' | 'world'>,
  { approval, opened }: { readonly approval: ApprovalState; readonly opened: EntryIndex },
): void {
  const { agent, session, tool, argsDigest, action, status } = approval;
  const state = world.actions.get(action);
  if (agent !== caller.agent || state === undefined || !/^model(?:-count|-list)?:/.test(tool)) return;
  const runs = state.decision.effect === 'allow' || state.decision.effect === 'modify';
  const open = runs ? !state.settled && state.index > opened : status === 'pending' || status === 'granted';
  if (open) rememberAsked(ledger.of(caller, session), askedKey(tool, argsDigest), action);
}

function restoreAnswer(ledger: SessionLedger, place: Place, answer: KnownAnswer): void {
  const { caller, world } = place;
  const { names, calls } = answer.body;
  const owed: OwedOutput[] = [];
  for (const call of calls) {
    const standing = standingOf(place, answer, call.action);
    if (call.action !== undefined) remember(ledger.of(caller, answer.session), { place, standing, id: call.id, action: call.action });
    const decision = call.action === undefined ? undefined : world.actions.get(call.action)?.decision;
    const text = owedText(standing, decision);
    if (text !== null) owed.push({ callId: call.id, ...(call.kind === undefined ? {} : { kind: call.kind }), text });
  }
  for (const name of names) {
    ledger.answered(caller, name, answer.session);
    ledger.owed.set(caller, name, owed);
  }
}

function standingOf({ caller, world, last, passed, asked }: Place, answer: KnownAnswer, action: ActionId | undefined): Standing {
  if (action === undefined) return 'unreadable';
  if (last.get(action) !== answer) return 'again';
  const state = world.actions.get(action);
  if (state?.agent !== caller.agent) return 'forgotten';
  const { decision, settled } = state;
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  if (runs && settled) return 'ended';
  const approval = asked.get(action);
  if (runs) return approval === undefined || passed.has(action) ? 'out' : 'asked';
  return approval?.status === 'pending' || approval?.status === 'granted' ? 'asked' : 'refused';
}

interface Remembering {
  readonly place: Place;
  readonly standing: Standing;
  /** The provider's name for the call. */
  readonly id: string;
  readonly action: ActionId;
}

/** A call whose result is owed, and a question that is still open. */
function remember(remembered: Remembered, { place, standing, id, action }: Remembering): void {
  if (standing === 'out') rememberCall(remembered, id, action);
  const approval = place.asked.get(action);
  if (standing === 'asked' && approval !== undefined) rememberAsked(remembered, askedKey(approval.tool, approval.argsDigest), action);
}

/** What its provider is told of a call that the client brings no output for; null where the client must have one. */
function owedText(standing: Standing, decision: Decision | undefined): string | null {
  switch (standing) {
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
