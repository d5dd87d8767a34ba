import type { Draft } from '../draft.ts';
import type { AgentId, EntryIndex, Millis, SessionId } from '../ids.ts';
import { keyOf, nameBefore, sameSession } from '../owned.ts';
import type { SessionPlace } from '../owned.ts';
import { push } from '../queue.ts';
import { canonicalResource } from '../resource-id.ts';
import type { LockState } from '../world.ts';
import type { Handlers, Placed } from './handlers.ts';

type Holder = LockState['holders'][number];

/** How long a waiter keeps its place without asking again. */
export const WAITER_TTL_MS = 10_000;
const MAX_WAITING = 64;

function countHeld({ world, edition }: Draft, agent: AgentId, by: number): void {
  const state = world.agents.get(agent);
  if (state !== undefined) world.agents = world.agents.set(agent, { ...state, locks: Math.max(0, (state.locks ?? 0) + by) }, edition);
}

/** Takes the lock from every holder that matches; a lock nobody holds or awaits is forgotten. */
export function dropHolders(draft: Draft, resource: string, match: (holder: Holder) => boolean): void {
  const { world, edition } = draft;
  const lock = world.locks.get(resource);
  if (lock === undefined) return;
  const gone = lock.holders.filter(match);
  const holders = gone.length === 0 ? lock.holders : lock.holders.filter((holder) => !match(holder));
  const waiting = lock.waiting.some((waiter) => (waiter.until ?? 0) <= world.at)
    ? lock.waiting.filter((waiter) => (waiter.until ?? 0) > world.at)
    : lock.waiting;
  if (gone.length === 0 && waiting === lock.waiting && holders.length + waiting.length > 0) return;
  const empty = holders.length === 0 && waiting.length === 0;
  world.locks = empty ? world.locks.delete(resource, edition) : world.locks.set(resource, { ...lock, holders, waiting }, edition);
  for (const holder of gone) countHeld(draft, holder.agent, -1);
}

function waitsFor({ world, edition }: Draft, { agent, session }: SessionPlace, change: (known: readonly string[]) => readonly string[]): void {
  const key = keyOf(world, agent, session);
  const state = world.sessions.get(key);
  if (state !== undefined) world.sessions = world.sessions.set(key, { ...state, waitsFor: change(state.waitsFor ?? []) }, edition);
}

function setLock({ world, edition }: Draft, resource: string, lock: LockState): void {
  if (!world.locks.has(resource)) world.queues.sweep = push(world.queues.sweep, { kind: 'lock', key: resource });
  world.locks = world.locks.set(resource, lock, edition);
}

/** LOCK-1: the fence is the index of the entry that granted it, so it only ever grows. */
export function grantLock(draft: Draft, resource: string, terms: { slots: number; holder: Holder }): void {
  const { world } = draft;
  const known = world.locks.get(resource);
  const { holder } = terms;
  const live = (known?.holders ?? []).filter((other) => other.expiresAt > world.at);
  setLock(draft, resource, {
    slots: terms.slots,
    holders: [...live, holder],
    waiting: (known?.waiting ?? []).filter((waiter) => !sameSession(world, waiter, holder) && (waiter.until ?? 0) > world.at),
  });
  for (const other of known?.holders ?? []) if (other.expiresAt <= world.at) countHeld(draft, other.agent, -1);
  countHeld(draft, holder.agent, 1);
  waitsFor(draft, holder, (list) => list.filter((name) => name !== resource));
}

/** LOCK-4: who was deferred keeps its place from its first try for as long as it keeps asking. */
export function queueFor(draft: Draft, resource: string, asker: { agent: AgentId; session: SessionId; priority: number; slots: number }): void {
  const { world } = draft;
  const lock: LockState = world.locks.get(resource) ?? { slots: asker.slots, holders: [], waiting: [] };
  const mine = lock.waiting.find((waiter) => sameSession(world, waiter, asker));
  const fresh = lock.waiting.filter((waiter) => (waiter.until ?? 0) > world.at && waiter !== mine);
  if (mine === undefined && fresh.length >= MAX_WAITING) return;
  const entry = {
    agent: asker.agent,
    session: asker.session,
    priority: asker.priority,
    since: mine?.since ?? world.at,
    until: world.at + WAITER_TTL_MS,
  };
  const waiting = [...fresh, entry].sort((a, b) => a.since - b.since || (nameBefore(a, b) ? -1 : 1));
  setLock(draft, resource, { ...lock, waiting });
  waitsFor(draft, asker, (list) => (list.includes(resource) ? list : [...list.slice(-15), resource]));
}

function expiry(at: Millis, ttlMs: number): Millis {
  return at + (Number.isSafeInteger(ttlMs) && ttlMs > 0 ? ttlMs : 0);
}

function release(draft: Draft, resource: string, fence: EntryIndex): void {
  dropHolders(draft, canonicalResource(resource), (holder) => holder.fence === fence);
}

export const lockHandlers: Handlers = {
  'lock-granted': (draft, body, entry: Placed) => {
    if (entry.agent === undefined || entry.session === undefined) return;
    const holder = {
      agent: entry.agent,
      session: entry.session,
      ...(body.action === undefined ? {} : { action: body.action }),
      fence: entry.index,
      priority: body.priority,
      expiresAt: expiry(entry.at, body.ttlMs),
    };
    grantLock(draft, canonicalResource(body.resource), { slots: body.slots, holder });
  },
  'lock-renewed': ({ world, edition }, body, entry: Placed) => {
    const resource = canonicalResource(body.resource);
    const lock = world.locks.get(resource);
    if (lock === undefined) return;
    const holders = lock.holders.map((holder) =>
      holder.fence === body.fence && holder.expiresAt > entry.at ? { ...holder, expiresAt: expiry(entry.at, body.ttlMs) } : holder,
    );
    world.locks = world.locks.set(resource, { ...lock, holders }, edition);
  },
  'lock-released': (draft, body) => release(draft, body.resource, body.fence),
  'lock-evicted': (draft, body) => release(draft, body.resource, body.fence),
};
