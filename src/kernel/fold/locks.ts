import type { AgentId, EntryIndex, Millis, SessionId } from '../ids.ts';
import { canonicalResource } from '../resource-id.ts';
import type { LockState, World } from '../world.ts';
import type { Handlers, Placed } from './handlers.ts';
import { enqueue } from './enqueue.ts';

type Holder = LockState['holders'][number];

/** How long a waiter keeps its place without asking again. */
export const WAITER_TTL_MS = 10_000;
const MAX_WAITING = 64;

function countHeld(world: World, agent: AgentId, by: number): World {
  const state = world.agents.get(agent);
  return state === undefined ? world : { ...world, agents: world.agents.set(agent, { ...state, locks: Math.max(0, (state.locks ?? 0) + by) }) };
}

/** Takes the lock from every holder that matches; a lock nobody holds or awaits is forgotten. */
export function dropHolders(world: World, resource: string, match: (holder: Holder) => boolean): World {
  const lock = world.locks.get(resource);
  if (lock === undefined) return world;
  const gone = lock.holders.filter(match);
  const holders = gone.length === 0 ? lock.holders : lock.holders.filter((holder) => !match(holder));
  const waiting = lock.waiting.some((waiter) => (waiter.until ?? 0) <= world.at)
    ? lock.waiting.filter((waiter) => (waiter.until ?? 0) > world.at)
    : lock.waiting;
  if (gone.length === 0 && waiting === lock.waiting && holders.length + waiting.length > 0) return world;
  const empty = holders.length === 0 && waiting.length === 0;
  let next: World = { ...world, locks: empty ? world.locks.delete(resource) : world.locks.set(resource, { ...lock, holders, waiting }) };
  for (const holder of gone) next = countHeld(next, holder.agent, -1);
  return next;
}

function waitsFor(world: World, session: SessionId, change: (known: readonly string[]) => readonly string[]): World {
  const state = world.sessions.get(session);
  if (state === undefined) return world;
  return { ...world, sessions: world.sessions.set(session, { ...state, waitsFor: change(state.waitsFor ?? []) }) };
}

/** LOCK-1: the fence is the index of the entry that granted it, so it only ever grows. */
export function grantLock(world: World, resource: string, terms: { slots: number; holder: Holder }): World {
  const known = world.locks.get(resource);
  const { holder } = terms;
  const live = (known?.holders ?? []).filter((other) => other.expiresAt > world.at);
  const lock: LockState = {
    slots: terms.slots,
    holders: [...live, holder],
    waiting: (known?.waiting ?? []).filter((waiter) => waiter.session !== holder.session && (waiter.until ?? 0) > world.at),
  };
  let next: World = { ...world, locks: world.locks.set(resource, lock) };
  for (const other of known?.holders ?? []) if (other.expiresAt <= world.at) next = countHeld(next, other.agent, -1);
  next = waitsFor(countHeld(next, holder.agent, 1), holder.session, (list) => list.filter((name) => name !== resource));
  return known === undefined ? enqueue(next, 'sweep', `lock:${resource}`) : next;
}

/** LOCK-4: who was deferred keeps its place from its first try for as long as it keeps asking. */
export function queueFor(world: World, resource: string, asker: { agent: AgentId; session: SessionId; priority: number; slots: number }): World {
  const known = world.locks.get(resource);
  const lock: LockState = known ?? { slots: asker.slots, holders: [], waiting: [] };
  const mine = lock.waiting.find((waiter) => waiter.session === asker.session);
  const fresh = lock.waiting.filter((waiter) => (waiter.until ?? 0) > world.at && waiter.session !== asker.session);
  if (mine === undefined && fresh.length >= MAX_WAITING) return world;
  const entry = {
    agent: asker.agent,
    session: asker.session,
    priority: asker.priority,
    since: mine?.since ?? world.at,
    until: world.at + WAITER_TTL_MS,
  };
  const waiting = [...fresh, entry].sort((a, b) => a.since - b.since || (a.session < b.session ? -1 : 1));
  const next = { ...world, locks: world.locks.set(resource, { ...lock, waiting }) };
  const placed = waitsFor(next, asker.session, (list) => (list.includes(resource) ? list : [...list.slice(-15), resource]));
  return known === undefined ? enqueue(placed, 'sweep', `lock:${resource}`) : placed;
}

function expiry(at: Millis, ttlMs: number): Millis {
  return at + (Number.isSafeInteger(ttlMs) && ttlMs > 0 ? ttlMs : 0);
}

function release(world: World, resource: string, fence: EntryIndex): World {
  return dropHolders(world, canonicalResource(resource), (holder) => holder.fence === fence);
}

export const lockHandlers: Handlers = {
  'lock-granted': (world, body, entry: Placed) => {
    if (entry.agent === undefined || entry.session === undefined) return world;
    const holder = {
      agent: entry.agent,
      session: entry.session,
      ...(body.action === undefined ? {} : { action: body.action }),
      fence: entry.index,
      priority: body.priority,
      expiresAt: expiry(entry.at, body.ttlMs),
    };
    return grantLock(world, canonicalResource(body.resource), { slots: body.slots, holder });
  },
  'lock-renewed': (world, body, entry: Placed) => {
    const resource = canonicalResource(body.resource);
    const lock = world.locks.get(resource);
    if (lock === undefined) return world;
    const holders = lock.holders.map((holder) =>
      holder.fence === body.fence && holder.expiresAt > entry.at ? { ...holder, expiresAt: expiry(entry.at, body.ttlMs) } : holder,
    );
    return { ...world, locks: world.locks.set(resource, { ...lock, holders }) };
  },
  'lock-released': (world, body) => release(world, body.resource, body.fence),
  'lock-evicted': (world, body) => release(world, body.resource, body.fence),
};
