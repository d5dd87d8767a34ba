import type { Law, Subject, Word } from '../law.ts';

const priorityOf = ({ action, world }: Pick<Subject, 'action' | 'world'>): number =>
  Math.min(action.claims.priority ?? 5, world.agents.get(action.agent)?.registered.maxPriority ?? 5);

/** DEC-22: a session is its agent's; by the session first, for who came at the same moment (LOCK-4). */
const nameOf = ({ agent, session }: { agent: string; session: string }): string => `${session}\n${agent}`;
const isOf = (a: { agent: string; session: string }, b: { agent: string; session: string }): boolean => nameOf(a) === nameOf(b);

/** LOCK-3 … LOCK-6; the resources of the cases are canonical already. */
function locks({ action, world }: Subject): Word[] {
  const claim = action.resource;
  if (claim === undefined) return [];
  const lock = world.locks.get(claim.resource);
  const live = (lock?.holders ?? []).filter((holder) => holder.expiresAt > action.at);
  if (live.some((holder) => holder.action === action.id && holder.agent === action.agent)) return [];
  const words: Word[] = [];
  if (live.length > 0 && lock?.slots !== claim.slots) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  if ((world.agents.get(action.agent)?.locks ?? 0) >= 64) words.push({ effect: 'deny', code: 'LOCK_HELD' });
  const waiting = (lock?.waiting ?? []).filter((waiter) => (waiter.until ?? 0) > action.at || isOf(waiter, action));
  const mine = waiting.findIndex((waiter) => isOf(waiter, action));
  const since = mine < 0 ? action.at : (waiting[mine]?.since ?? action.at);
  const priority = priorityOf({ action, world });
  const before = (waiter: { since: number; agent: string; session: string }): boolean =>
    waiter.since < since || (waiter.since === since && (mine < 0 || nameOf(waiter) < nameOf(action)));
  const ahead = waiting.filter((waiter, i) => i !== mine && (waiter.priority === priority ? before(waiter) : waiter.priority > priority));
  if (live.length + ahead.length < claim.slots) return words;
  words.push({ effect: 'defer', code: 'LOCK_HELD' });
  const reach = new Set<string>(live.map(nameOf).filter((name) => name !== nameOf(action)));
  for (const name of reach) {
    for (const [, other] of world.locks.entries()) {
      if (!other.waiting.some((waiter) => nameOf(waiter) === name && (waiter.until ?? 0) > action.at)) continue;
      for (const holder of other.holders) if (holder.expiresAt > action.at) reach.add(nameOf(holder));
    }
  }
  if (reach.has(nameOf(action))) words.push({ effect: 'deny', code: 'LOCK_DEADLOCK' });
  return words;
}

const RESOURCES = ['wallet:x', 'file:/y'] as const;

export const laws: readonly Law[] = [
  {
    read: locks,
    action: (dice) =>
      dice.maybe(0.25, () => ({
        resource: {
          resource: dice.pick(RESOURCES),
          slots: dice.chance(0.02) ? 0 : dice.locky ? 1 : dice.pick([1, 1, 1, 2]),
          ttlMs: dice.locky ? 60_000 : dice.pick([500, 5_000, 30_000]),
        },
      })),
  },
];
