import type { Action } from './action.ts';
import type { AgentId, EntryIndex, Millis, OwnedKey } from './ids.ts';
import { keyOf, nameBefore, sameSession } from './owned.ts';
import type { SessionPlace } from './owned.ts';
import { canonicalResource } from './resource-id.ts';
import type { LockState, World } from './world.ts';

/** Locks one agent may hold at a time (LOCK-6). */
export const MAX_LOCKS = 64;
const MAX_VISITS = 256;

type Holder = LockState['holders'][number];

export interface LockEviction {
  readonly resource: string;
  readonly fence: EntryIndex;
  readonly reason: 'expired' | 'preempted';
}

export function liveHolders(lock: LockState | undefined, at: Millis): readonly Holder[] {
  return lock === undefined ? [] : lock.holders.filter((holder) => holder.expiresAt > at);
}

export function heldBy(agent: AgentId, world: World): number {
  return world.agents.get(agent)?.locks ?? 0;
}

/** The claimed priority, never above the registered one; 5 when nothing was claimed. */
export function priorityOf(action: Action, world: World): number {
  return Math.min(action.claims.priority ?? 5, world.agents.get(action.agent)?.registered.maxPriority ?? 5);
}

/** How many stand in the queue before this one: higher priority first, then who came first. */
export function waitersAhead(action: Action, lock: LockState | undefined, world: World): number {
  if (lock === undefined) return 0;
  const mine = lock.waiting.find((waiter) => sameSession(world, waiter, action));
  const since = mine?.since ?? action.at;
  const priority = priorityOf(action, world);
  return lock.waiting.filter((waiter) => {
    if (waiter === mine || (waiter.until ?? 0) <= action.at) return false;
    if (waiter.priority !== priority) return waiter.priority > priority;
    return waiter.since < since || (waiter.since === since && (mine === undefined || nameBefore(waiter, action)));
  }).length;
}

/** LOCK-5: walks from the holders to what they wait for; true when it comes back to this session. */
export function wouldDeadlock(action: Action, live: readonly Holder[], world: World): boolean {
  const seen = new Set<OwnedKey>();
  const open: SessionPlace[] = live.filter((holder) => !sameSession(world, holder, action));
  for (let place = open.pop(); place !== undefined && seen.size < MAX_VISITS; place = open.pop()) {
    const here = place;
    const key = keyOf(world, here.agent, here.session);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const resource of world.sessions.get(key)?.waitsFor ?? []) {
      const lock = world.locks.get(resource);
      if (lock?.waiting.some((waiter) => sameSession(world, waiter, here) && (waiter.until ?? 0) > action.at) !== true) continue;
      for (const holder of liveHolders(lock, action.at)) {
        if (sameSession(world, holder, action)) return true;
        open.push(holder);
      }
    }
  }
  return false;
}

/**
 * What the gate may evict so that this action gets its slot: holders that expired, and, when that is not enough, the one with the lowest
 * priority if it is below the action's (the newest of equals). Asked only after `decide` deferred for LOCK_HELD and nothing stricter.
 */
export function locksToEvict(action: Action, world: World): readonly LockEviction[] {
  const claim = action.resource;
  if (claim === undefined) return [];
  const resource = canonicalResource(claim.resource);
  const lock = world.locks.get(resource);
  if (lock === undefined) return [];
  const expired = lock.holders.filter((holder) => holder.expiresAt <= action.at);
  const evictions: LockEviction[] = expired.map(({ fence }) => ({ resource, fence, reason: 'expired' }));
  const live = liveHolders(lock, action.at);
  if (live.length < claim.slots || lock.slots !== claim.slots || waitersAhead(action, lock, world) > 0) return evictions;
  const [weakest] = live.toSorted((a, b) => a.priority - b.priority || b.fence - a.fence);
  if (weakest !== undefined && weakest.priority < priorityOf(action, world)) evictions.push({ resource, fence: weakest.fence, reason: 'preempted' });
  return evictions;
}

/** Whether this fence still holds the resource: what the place of the effect asks (LOCK-2). */
export function fenceIsCurrent(world: World, held: { readonly resource: string; readonly fence: EntryIndex; readonly at: Millis }): boolean {
  return liveHolders(world.locks.get(canonicalResource(held.resource)), held.at).some((holder) => holder.fence === held.fence);
}

/** How long until the first holder's time is up. */
export function lockRetryMs(action: Action, world: World): number {
  const claim = action.resource;
  const live = claim === undefined ? [] : liveHolders(world.locks.get(canonicalResource(claim.resource)), action.at);
  const soonest = Math.min(...live.map((holder) => holder.expiresAt - action.at), 1_000);
  return Math.max(50, soonest);
}
