import type { Law, Subject, Word } from '../law.ts';

const priorityOf = ({ action, world }: Pick<Subject, 'action' | 'world'>): number =>
  Math.min(action.claims.priority ?? 5, world.agents.get(action.agent)?.registered.maxPriority ?? 5);

/** LOCK-3 … LOCK-6; the resources of the cases are canonical already. */
function locks({ action, world }: Subject): Word[] {
  const claim = action.resource;
  if (claim === undefined) return [];
  const lock = world.locks.get(claim.resource);
  const live = (lock?.holders ?? []).filter((holder) => holder.expiresAt > action.at);
  if (live.some((holder) => holder.action === action.id)) return [];
  const words: Word[] = [];
  if (live.length > 0 && lock?.slots !== claim.slots) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  if ((world.agents.get(action.agent)?.locks ?? 0) >= 64) words.push({ effect: 'deny', code: 'LOCK_HELD' });
  const waiting = (lock?.waiting ?? []).filter((waiter) => (waiter.until ?? 0) > action.at || waiter.session === action.session);
  const mine = waiting.findIndex((waiter) => waiter.session === action.session);
  const since = mine < 0 ? action.at : (waiting[mine]?.since ?? action.at);
  const priority = priorityOf({ action, world });
  const before = (waiter: { since: number; session: string }): boolean =>
    waiter.since < since || (waiter.since === since && (mine < 0 || waiter.session < action.session));
  const ahead = waiting.filter((waiter, i) => i !== mine && (waiter.priority === priority ? before(waiter) : waiter.priority > priority));
  if (live.length + ahead.length < claim.slots) return words;
  words.push({ effect: 'defer', code: 'LOCK_HELD' });
  const reach = new Set<string>(live.map((holder) => holder.session).filter((session) => session !== action.session));
  for (const session of reach) {
    for (const [, other] of world.locks.entries()) {
      if (!other.waiting.some((waiter) => waiter.session === session && (waiter.until ?? 0) > action.at)) continue;
      for (const holder of other.holders) if (holder.expiresAt > action.at) reach.add(holder.session);
    }
  }
  if (reach.has(action.session)) words.push({ effect: 'deny', code: 'LOCK_DEADLOCK' });
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
