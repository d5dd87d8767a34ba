import type { Draft } from '../draft.ts';
import { LEDGER_GRACE_MS, scopeKey } from '../ledger.ts';
import { idIn } from '../owned.ts';
import { pop, ready, rotate } from '../queue.ts';
import type { Sweepable } from '../world.ts';
import { dropHolders } from './locks.ts';

/** How much of the past the world keeps (DEC-16). Older ids are to be looked up in the log. */
export const KEPT = { finishedActions: 4_096, openActions: 16_384, approvals: 4_096, closedSessions: 16_384, openSessions: 65_536 } as const;

const SWEEPS_PER_ENTRY = 4;

function dropFinished({ world, edition }: Draft): void {
  if (world.queues.finished.size <= KEPT.finishedActions) return;
  const oldest = pop(world.queues.finished);
  if (oldest === null) return;
  world.queues.finished = oldest.rest;
  world.actions = world.actions.delete(oldest.item, edition);
}

/** Pops what ended already; past the bound an open action leaves too and its reservation stands for good (SPEND-7). */
function dropDecided({ world, edition }: Draft): void {
  for (let i = 0; i < 2; i++) {
    const queue = ready(world.queues.decided);
    world.queues.decided = queue;
    const oldest = queue.front?.item;
    if (oldest === undefined) return;
    const state = world.actions.get(oldest);
    const open = state !== undefined && !state.settled;
    if (open && queue.size <= KEPT.openActions) return;
    if (open) world.actions = world.actions.delete(oldest, edition);
    world.queues.decided = pop(queue)?.rest ?? queue;
  }
}

function dropApproval({ world, edition }: Draft): void {
  if (world.queues.approvals.size <= KEPT.approvals) return;
  const oldest = pop(world.queues.approvals);
  if (oldest === null) return;
  world.queues.approvals = oldest.rest;
  world.approvals = world.approvals.delete(oldest.item, edition);
}

function dropSession({ world, edition }: Draft): void {
  const name = world.queues.closed.size > KEPT.closedSessions ? 'closed' : world.queues.opened.size > KEPT.openSessions ? 'opened' : null;
  const oldest = name === null ? null : pop(world.queues[name]);
  if (name === null || oldest === null) return;
  world.queues[name] = oldest.rest;
  const session = world.sessions.get(oldest.item);
  if (session === undefined || (name === 'opened' && session.closed)) return;
  const ledger = scopeKey('session', { agent: session.agent, session: idIn(world, oldest.item, session.agent) }, world);
  world.sessions = world.sessions.delete(oldest.item, edition);
  if (ledger !== null) world.ledgers = world.ledgers.delete(ledger, edition);
}

/** Forgets the thing under this key, or says that it is still needed. */
function isKept(draft: Draft, { kind, key, end }: Sweepable): boolean {
  const { world, edition } = draft;
  if (kind === 'rate') {
    const window = world.rates.get(key);
    const idle = window === undefined || window.second + 60 < Math.floor(world.at / 1000);
    if (idle) world.rates = world.rates.delete(key, edition);
    return !idle;
  }
  if (kind === 'grant') {
    const grant = world.grants.get(key);
    const over = grant === undefined || grant.expiresAt <= world.at || grant.used >= grant.uses;
    if (over) world.grants = world.grants.delete(key, edition);
    return !over;
  }
  if (kind === 'ledger') {
    const past = (end !== undefined && end + LEDGER_GRACE_MS <= world.at) || !world.ledgers.has(key);
    if (past) world.ledgers = world.ledgers.delete(key, edition);
    return !past;
  }
  dropHolders(draft, key, (holder) => holder.expiresAt <= world.at);
  return world.locks.has(key);
}

/** A constant number of looks per entry; every key enters the queue once, when its thing is made. */
export function sweep(draft: Draft): void {
  dropFinished(draft);
  dropDecided(draft);
  dropApproval(draft);
  dropSession(draft);
  const { queues } = draft.world;
  if (queues.sweep.size > 0) queues.sweep = rotate(queues.sweep, SWEEPS_PER_ENTRY, (one) => isKept(draft, one));
}
