import { isAmount } from '../amounts.ts';
import type { Decision } from '../decision.ts';
import type { ActionRecord, EntryBodies } from '../entry.ts';
import type { AgentId, Digest, SessionId } from '../ids.ts';
import { canonicalResource } from '../resource-id.ts';
import { isViolation } from '../violations.ts';
import type { ActionState, SessionState, World } from '../world.ts';
import { openApproval, useGrant } from './approvals.ts';
import type { Handlers, Placed } from './handlers.ts';
import { chargeOf, reserve, settle } from './ledgers.ts';
import { dropHolders, grantLock, queueFor } from './locks.ts';
import { addPrints } from './prints.ts';
import { countRate } from './rates.ts';
import { changeSession, fromMemory } from './sessions.ts';
import { enqueue } from './enqueue.ts';

const MAX_CALLS = 64;
const MAX_VIOLATIONS = 64;

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

/** What an allowed action takes: money, rate, a place among the calls, a lock, a use of a grant. */
function start(world: World, decision: Runs, decided: Decided): World {
  const { action, agent, session, entry } = decided;
  let next = reserve(world, decided.ledgers, decision.reserve);
  next = countRate(next, { agent, name: action.name, at: entry.at, calls: 1, tokens: decision.reserve.tokens });
  next = changeSession(next, session, (state) => {
    const call = { action: action.id, name: action.name, argsDigest: action.argsDigest, at: entry.at, state: null };
    return { ...state, calls: state.calls.length < MAX_CALLS ? [...state.calls, call] : [...state.calls.slice(1 - MAX_CALLS), call] };
  });
  for (const reason of decision.reasons) if (reason.rule.startsWith('grant:')) next = useGrant(next, reason.rule.slice(6));
  const claim = action.resource;
  if (claim === undefined || decision.fence === undefined) return next;
  const holder = {
    agent,
    session,
    action: action.id,
    fence: entry.index,
    priority: priorityOf(world, agent, action),
    expiresAt: entry.at + claim.ttlMs,
  };
  return grantLock(next, canonicalResource(claim.resource), { slots: claim.slots, holder });
}

function violated(world: World, agent: AgentId, at: number): World {
  const state = world.agents.get(agent);
  if (state === undefined) return world;
  return { ...world, agents: world.agents.set(agent, { ...state, violations: [...state.violations.slice(1 - MAX_VIOLATIONS), at] }) };
}

function consequences(world: World, decision: Decision, decided: Decided): World {
  const { action, agent, session, entry } = decided;
  if (decision.effect === 'allow' || decision.effect === 'modify') return start(world, decision, decided);
  if (decision.effect === 'deny') return isViolation(decision) ? violated(world, agent, entry.at) : world;
  if (decision.effect === 'ask') {
    const { approval, digest, approvers, quorum, expiresAt } = decision.ask;
    const asked = { action: action.id, agent, session, tool: action.name, argsDigest: action.argsDigest };
    return openApproval(world, approval, { ...asked, digest, index: entry.index, expiresAt, quorum, approvers, grantedBy: [], status: 'pending' });
  }
  const claim = action.resource;
  const waits = claim !== undefined && decision.reasons.some((reason) => reason.code === 'LOCK_HELD');
  if (!waits) return world;
  return queueFor(world, canonicalResource(claim.resource), { agent, session, priority: priorityOf(world, agent, action), slots: claim.slots });
}

function decide(world: World, body: EntryBodies['action-decided'], entry: Placed): World {
  const { action, decision } = body;
  if (entry.agent === undefined || entry.session === undefined) return world;
  const known = world.actions.get(action.id);
  // One action runs once: after an allow or a deny nothing more is taken for this id.
  if (known !== undefined && known.decision.effect !== 'ask' && known.decision.effect !== 'defer') return world;
  const decided = { action, agent: entry.agent, session: entry.session, entry, ledgers: body.ledgers };
  const state: ActionState = {
    agent: entry.agent,
    session: entry.session,
    argsDigest: action.argsDigest,
    name: action.name,
    index: entry.index,
    decision,
    ledgers: body.ledgers,
    settled: decision.effect === 'deny',
    ...(action.resource === undefined ? {} : { resource: canonicalResource(action.resource.resource) }),
  };
  let next = consequences(world, decision, decided);
  next = { ...next, actions: next.actions.set(action.id, state) };
  if (known === undefined) next = enqueue(next, 'decided', action.id);
  return state.settled ? enqueue(next, 'finished', action.id) : next;
}

function observed(session: SessionState, body: EntryBodies['action-settled']): SessionState {
  // LOOP-4: the same error is the same state.
  const state = body.stateDigest ?? (body.errorCode === undefined ? null : (`error:${body.errorCode}` as Digest));
  if (state === null || !session.calls.some((call) => call.action === body.action)) return session;
  return { ...session, calls: session.calls.map((call) => (call.action === body.action ? { ...call, state } : call)) };
}

function settleAction(world: World, body: EntryBodies['action-settled'], entry: Placed): World {
  const known = world.actions.get(body.action);
  if (known === undefined || known.settled) return world;
  const { decision } = known;
  if (decision.effect !== 'allow' && decision.effect !== 'modify') return world;
  const charge = chargeOf(decision.reserve, body.usage);
  let next: World = { ...world, actions: world.actions.set(body.action, { ...known, settled: true }) };
  next = enqueue(settle(next, known.ledgers, { reserved: decision.reserve, charge }), 'finished', body.action);
  const extra = charge.tokens - decision.reserve.tokens;
  if (isAmount(extra) && extra > 0) next = countRate(next, { agent: known.agent, name: known.name, at: entry.at, calls: 0, tokens: extra });
  if (known.resource !== undefined) next = dropHolders(next, known.resource, (holder) => holder.action === body.action);
  const prints = body.source === 'memory_read' ? fromMemory(body.prints, []) : body.prints;
  return changeSession(next, known.session, (session) =>
    addPrints(observed(session, body), prints, { labels: [body.source], trusted: body.trusted, source: entry.index }),
  );
}

export const actionHandlers: Handlers = { 'action-decided': decide, 'action-settled': settleAction };
