import { isAmount, isNothing, minus, NOTHING, plus } from '../amounts.ts';
import type { Amounts } from '../decision.ts';
import type { Draft } from '../draft.ts';
import type { Usage } from '../entry.ts';
import { periodEnd } from '../ledger.ts';
import { push } from '../queue.ts';

/** SPEND-1: set aside in every ledger at once. The keys come back as the ledgers have them, so that no action keeps texts of its own for them. */
export function reserve({ world, edition }: Draft, keys: readonly string[], amounts: Amounts): readonly string[] {
  return keys.map((key) => {
    const known = world.ledgers.find(key);
    const ledger =
      known === undefined ? { spent: NOTHING, reserved: plus(NOTHING, amounts) } : { ...known.value, reserved: plus(known.value.reserved, amounts) };
    world.ledgers = world.ledgers.set(key, ledger, edition);
    const end = known === undefined ? periodEnd(key) : null;
    if (end !== null) world.queues.sweep = push(world.queues.sweep, { kind: 'ledger', key, end });
    return known?.key ?? key;
  });
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
export function settle({ world, edition }: Draft, keys: readonly string[], amounts: { reserved: Amounts; charge: Amounts }): void {
  const over = minus(amounts.charge, amounts.reserved);
  for (const key of keys) {
    const ledger = world.ledgers.get(key);
    if (ledger === undefined) continue;
    const settled = { ...ledger, spent: plus(ledger.spent, amounts.charge), reserved: minus(ledger.reserved, amounts.reserved) };
    world.ledgers = world.ledgers.set(key, isNothing(over) ? settled : { ...settled, overrun: plus(ledger.overrun ?? NOTHING, over) }, edition);
  }
}
