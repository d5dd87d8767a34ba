import type { ApprovalId } from '../ids.ts';
import { LEDGER_GRACE_MS, periodEnd, scopeKey } from '../ledger.ts';
import { pop, push, ready } from '../queue.ts';
import type { World } from '../world.ts';
import { withQueue } from './enqueue.ts';
import { dropHolders } from './locks.ts';

/** How much of the past the world keeps (DEC-16). Older ids are to be looked up in the log. */
export const KEPT = { finishedActions: 4_096, openActions: 16_384, approvals: 4_096, closedSessions: 16_384, openSessions: 65_536 } as const;

const SWEEPS_PER_ENTRY = 4;

function dropFinished(world: World): World {
  if (world.queues.finished.size <= KEPT.finishedActions) return world;
  const oldest = pop(world.queues.finished);
  return oldest === null ? world : { ...withQueue(world, 'finished', oldest.rest), actions: world.actions.delete(oldest.item) };
}

/** Pops what ended already; past the bound an open action leaves too and its reservation stands for good (SPEND-7). */
function dropDecided(world: World): World {
  let queue = ready(world.queues.decided);
  let actions = world.actions;
  for (let i = 0; i < 2; i++) {
    const oldest = pop(queue);
    if (oldest === null) break;
    const state = actions.get(oldest.item);
    const crowded = queue.size > KEPT.openActions;
    if (state !== undefined && !state.settled && !crowded) break;
    if (state !== undefined && !state.settled) actions = actions.delete(oldest.item);
    queue = oldest.rest;
  }
  return queue === world.queues.decided ? world : { ...withQueue(world, 'decided', queue), actions };
}

function dropApproval(world: World): World {
  if (world.queues.approvals.size <= KEPT.approvals) return world;
  const oldest = pop<ApprovalId>(world.queues.approvals);
  return oldest === null ? world : { ...withQueue(world, 'approvals', oldest.rest), approvals: world.approvals.delete(oldest.item) };
}

function dropSession(world: World): World {
  const name = world.queues.closed.size > KEPT.closedSessions ? 'closed' : world.queues.opened.size > KEPT.openSessions ? 'opened' : null;
  const oldest = name === null ? null : pop(world.queues[name]);
  if (name === null || oldest === null) return world;
  const next = withQueue(world, name, oldest.rest);
  const session = world.sessions.get(oldest.item);
  if (session === undefined || (name === 'opened' && session.closed)) return next;
  const ledger = scopeKey('session', { agent: session.agent, session: oldest.item }, world);
  return { ...next, sessions: world.sessions.delete(oldest.item), ledgers: ledger === null ? world.ledgers : world.ledgers.delete(ledger) };
}

/** The world without the thing under this key, or null when it is still needed. */
function expire(world: World, tagged: string): World | null {
  const colon = tagged.indexOf(':');
  const kind = tagged.slice(0, colon);
  const key = tagged.slice(colon + 1);
  if (kind === 'rate') {
    const window = world.rates.get(key);
    const idle = window === undefined || window.second + 60 < Math.floor(world.at / 1000);
    return idle ? { ...world, rates: world.rates.delete(key) } : null;
  }
  if (kind === 'grant') {
    const grant = world.grants.get(key);
    const over = grant === undefined || grant.expiresAt <= world.at || grant.used >= grant.uses;
    return over ? { ...world, grants: world.grants.delete(key) } : null;
  }
  if (kind === 'ledger') {
    const end = periodEnd(key);
    const past = !world.ledgers.has(key) || (end !== null && end + LEDGER_GRACE_MS <= world.at);
    return past ? { ...world, ledgers: world.ledgers.delete(key) } : null;
  }
  const lock = world.locks.get(key);
  if (lock === undefined) return world;
  const swept = dropHolders(world, key, (holder) => holder.expiresAt <= world.at);
  return swept.locks.has(key) ? (swept === world ? null : swept) : swept;
}

/** A constant number of looks per entry; every key enters the queue once, when its thing is made. */
export function sweep(before: World): World {
  let world = dropSession(dropApproval(dropDecided(dropFinished(before))));
  for (let i = 0; i < SWEEPS_PER_ENTRY; i++) {
    const next = pop(world.queues.sweep);
    if (next === null) break;
    const swept = expire(world, next.item);
    const kept = swept === null || (next.item.startsWith('lock:') && swept.locks.has(next.item.slice(5)));
    world = withQueue(swept ?? world, 'sweep', kept ? push(next.rest, next.item) : next.rest);
  }
  return world;
}
