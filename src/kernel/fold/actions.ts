import { isAmount } from '../amounts.ts';
import { markOf } from '../call-marks.ts';
import type { AskTerms, Decision } from '../decision.ts';
import type { Draft } from '../draft.ts';
import type { ActionRecord, EntryBodies } from '../entry.ts';
import type { AgentId, Digest, Millis, SessionId } from '../ids.ts';
import { isOwned, keyOf } from '../owned.ts';
import { push } from '../queue.ts';
import { canonicalResource } from '../resource-id.ts';
import { isViolation, MAX_VIOLATIONS, violationOf, withDenial } from '../violations.ts';
import type { ActionState, SessionState, World } from '../world.ts';
import { openApproval, useGrant } from './approvals.ts';
import type { Handlers, Placed } from './handlers.ts';
import { withInjected } from './injected.ts';
import { chargeOf, reserve, settle } from './ledgers.ts';
import { dropHolders, grantLock, queueFor } from './locks.ts';
import { addPrints } from './prints.ts';
import { countRate } from './rates.ts';
import { changeSession, fromMemory } from './sessions.ts';
import { withWritten } from './written.ts';

const MAX_CALLS = 64;
const NO_LEDGERS: readonly string[] = [];

interface Decided {
  readonly action: ActionRecord;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly entry: Placed;
  readonly ledgers: readonly string[];
}

type Runs = Decision & { readonly effect: 'allow' | 'modify' };

function priorityOf(world: World, agent: AgentId, action: ActionRecord): number {
  return Math.min(action.claims.priority ?? 5, world.agents.get(agent)?.registered.maxPriority ?? 5);
}

function withCall(session: SessionState, { id, name, argsDigest }: ActionRecord, at: Millis): SessionState {
  const { calls, callMarks } = session;
  const last = calls.at(-1)?.name;
  // One text for one name where a tool is called again: there may be millions of calls.
  const call = { action: id, name: last === name ? last : name, argsDigest, at, state: null };
  const full = calls.length >= MAX_CALLS;
  const kept = full ? calls.slice(1 - MAX_CALLS) : calls;
  const marks = full ? callMarks.slice(1 - MAX_CALLS) : callMarks;
  return { ...session, calls: kept.toSpliced(kept.length, 0, call), callMarks: marks + markOf(argsDigest) };
}

/** What an allowed action takes: money, rate, a place among the calls, a lock, a use of a grant. Returns where the money is reserved. */
function start(draft: Draft, decision: Runs, decided: Decided): readonly string[] {
  const { action, agent, session, entry } = decided;
  const ledgers = reserve(draft, decided.ledgers, decision.reserve);
  countRate(draft, { agent, name: action.name, at: entry.at, calls: 1, tokens: decision.reserve.tokens });
  changeSession(draft, decided, (state) =>
    withWritten(withCall(state, action, entry.at), action.files?.wrote ?? [], { world: draft.world, index: entry.index }),
  );
  for (const reason of decision.reasons) if (reason.rule.startsWith('grant:')) useGrant(draft, reason.rule.slice(6));
  const claim = action.resource;
  if (claim === undefined || decision.fence === undefined) return ledgers;
  const holder = {
    agent,
    session,
    action: action.id,
    fence: entry.index,
    priority: priorityOf(draft.world, agent, action),
    expiresAt: entry.at + claim.ttlMs,
  };
  grantLock(draft, canonicalResource(claim.resource), { slots: claim.slots, holder });
  return ledgers;
}

/** DEC-17: what the agent may be halted for by itself. */
function countViolation({ world, edition }: Draft, decision: Decision, { action, agent, entry: { at } }: Decided): void {
  const state = world.agents.get(agent);
  if (state === undefined) return;
  if (isOwned(world)) {
    const code = violationOf(decision, action);
    const { name, argsDigest } = action;
    if (code !== null) world.agents = world.agents.set(agent, withDenial(state, { at, code, name, argsDigest }), edition);
  } else if (isViolation(decision)) {
    world.agents = world.agents.set(agent, { ...state, violations: [...state.violations.slice(1 - MAX_VIOLATIONS), at] }, edition);
  }
}

function askPeople(draft: Draft, { approval, digest, approvers, quorum, expiresAt }: AskTerms, { action, agent, session, entry }: Decided): void {
  const asked = { action: action.id, agent, session, tool: action.name, argsDigest: action.argsDigest };
  openApproval(draft, approval, { ...asked, digest, index: entry.index, expiresAt, quorum, approvers, grantedBy: [], status: 'pending' });
}

function waitForLock(draft: Draft, decision: Decision, { action, agent, session }: Decided): void {
  const claim = action.resource;
  if (claim === undefined || !decision.reasons.some((reason) => reason.code === 'LOCK_HELD')) return;
  const priority = priorityOf(draft.world, agent, action);
  queueFor(draft, canonicalResource(claim.resource), { agent, session, priority, slots: claim.slots });
}

/** Returns the ledgers the action is to be settled in. */
function consequences(draft: Draft, decision: Decision, decided: Decided): readonly string[] {
  if (decision.effect === 'allow' || decision.effect === 'modify') return start(draft, decision, decided);
  if (decision.effect === 'ask') askPeople(draft, decision.ask, decided);
  else if (decision.effect === 'defer') waitForLock(draft, decision, decided);
  else countViolation(draft, decision, decided);
  return decided.ledgers;
}

/** Released, and taken back before its agent had the answer, because a file it names changed. */
function isAskedAgain(world: World, { decision, settled }: ActionState, { boundFiles }: ActionRecord): boolean {
  if (!isOwned(world) || !settled || decision.effect === 'deny') return false;
  return boundFiles?.some(({ change }) => change !== undefined) === true;
}

function decide(draft: Draft, body: EntryBodies['action-decided'], entry: Placed): void {
  const { world, edition } = draft;
  const { action, decision } = body;
  const { agent, session, index } = entry;
  if (agent === undefined || session === undefined) return;
  const key = keyOf(world, agent, action.id);
  const known = world.actions.get(key);
  // One action runs once: after an allow or a deny nothing more is taken for this id, unless it never ran and is asked about again (ASK-33).
  if (known !== undefined && known.decision.effect !== 'ask' && known.decision.effect !== 'defer' && !isAskedAgain(world, known, action)) return;
  const ledgers = consequences(draft, decision, { action, agent, session, entry, ledgers: body.ledgers });
  const { name, argsDigest, resource } = action;
  const settled = decision.effect === 'deny';
  const state: ActionState = { agent, session, argsDigest, name, index, decision, ledgers, settled };
  const placed = resource === undefined ? state : { ...state, resource: canonicalResource(resource.resource) };
  world.actions = world.actions.set(key, placed, edition);
  if (known === undefined) world.queues.decided = push(world.queues.decided, key);
  if (settled) world.queues.finished = push(world.queues.finished, key);
}

/** Characters of an answer's digest that are kept: two answers are told apart, none is proved. */
const ANSWER = 16;

/** LOOP-5: what the call answered, so that the same call with another answer is told from the same again. */
function answered(session: SessionState, { action, resultDigest }: EntryBodies['action-settled']): SessionState {
  if (resultDigest === undefined) return session;
  if (!session.calls.some((call) => call.action === action)) return session;
  const answer = resultDigest.slice(0, ANSWER);
  return { ...session, calls: session.calls.map((call) => (call.action === action ? { ...call, answer } : call)) };
}

function observed(session: SessionState, body: EntryBodies['action-settled']): SessionState {
  // LOOP-4: the same error is the same state.
  const state = body.stateDigest ?? (body.errorCode === undefined ? null : (`error:${body.errorCode}` as Digest));
  if (state === null || !session.calls.some((call) => call.action === body.action)) return session;
  return { ...session, calls: session.calls.map((call) => (call.action === body.action ? { ...call, state } : call)) };
}

function settleAction(draft: Draft, body: EntryBodies['action-settled'], entry: Placed): void {
  const { world, edition } = draft;
  // Before semantics 3 the id is enough, whoever settles.
  if (entry.agent === undefined && isOwned(world)) return;
  const key = keyOf(world, entry.agent ?? ('' as AgentId), body.action);
  const known = world.actions.get(key);
  if (known === undefined || known.settled) return;
  const { decision } = known;
  if (decision.effect !== 'allow' && decision.effect !== 'modify') return;
  const charge = chargeOf(decision.reserve, body.usage);
  // Where it was reserved is not asked again.
  world.actions = world.actions.set(key, { ...known, ledgers: NO_LEDGERS, settled: true }, edition);
  settle(draft, known.ledgers, { reserved: decision.reserve, charge });
  world.queues.finished = push(world.queues.finished, key);
  const extra = charge.tokens - decision.reserve.tokens;
  if (isAmount(extra) && extra > 0) countRate(draft, { agent: known.agent, name: known.name, at: entry.at, calls: 0, tokens: extra });
  if (known.resource !== undefined)
    dropHolders(draft, known.resource, (holder) => holder.action === body.action && (holder.agent === known.agent || !isOwned(world)));
  const prints = body.source === 'memory_read' ? fromMemory(body.prints, []) : body.prints;
  const arrival = { labels: [body.source], trusted: body.trusted, source: entry.index };
  changeSession(draft, known, (session) => {
    const seen = observed(isOwned(world) ? answered(session, body) : session, body);
    return addPrints(withInjected(seen, body, { world, index: entry.index, tool: known.name }), prints, arrival);
  });
}

export const actionHandlers: Handlers = { 'action-decided': decide, 'action-settled': settleAction };
