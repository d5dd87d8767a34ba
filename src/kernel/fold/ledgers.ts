import { isAmount, isNothing, minus, NOTHING, plus } from '../amounts.ts';
import type { Amounts } from '../decision.ts';
import type { Usage } from '../entry.ts';
import { periodEnd } from '../ledger.ts';
import type { Ledger, World } from '../world.ts';
import { enqueue } from './enqueue.ts';

const EMPTY: Ledger = { spent: NOTHING, reserved: NOTHING };

/** SPEND-1: set aside in every ledger at once. */
export function reserve(world: World, keys: readonly string[], amounts: Amounts): World {
  let next = world;
  for (const key of keys) {
    const known = next.ledgers.get(key);
    const ledger = known ?? EMPTY;
    next = { ...next, ledgers: next.ledgers.set(key, { ...ledger, reserved: plus(ledger.reserved, amounts) }) };
    if (known === undefined && periodEnd(key) !== null) next = enqueue(next, 'sweep', `ledger:${key}`);
  }
  return next;
}

/** What is charged: reported money and tokens if they are amounts at all, else what was reserved (SPEND-3, SPEND-6). */
export function chargeOf(reserved: Amounts, usage: Usage): Amounts {
  return {
    ...reserved,
    usdMicros: isAmount(usage.usdMicros) ? usage.usdMicros : reserved.usdMicros,
    tokens: isAmount(usage.tokens) ? usage.tokens : reserved.tokens,
  };
}

/** SPEND-3: the reservation goes, the charge comes; what passes the reservation is charged too and kept as overrun. */
export function settle(world: World, keys: readonly string[], amounts: { reserved: Amounts; charge: Amounts }): World {
  const over = minus(amounts.charge, amounts.reserved);
  let ledgers = world.ledgers;
  for (const key of keys) {
    const ledger = ledgers.get(key);
    if (ledger === undefined) continue;
    const settled = { ...ledger, spent: plus(ledger.spent, amounts.charge), reserved: minus(ledger.reserved, amounts.reserved) };
    ledgers = ledgers.set(key, isNothing(over) ? settled : { ...settled, overrun: plus(ledger.overrun ?? NOTHING, over) });
  }
  return { ...world, ledgers };
}
