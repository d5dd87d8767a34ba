import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import { counted, windowSum } from '../../src/kernel/rate-window.ts';
import { SEMANTICS } from '../../src/kernel/semantics.ts';
import { decodeWorld, encodeWorld } from '../../src/kernel/snapshot.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { RateWindow, World } from '../../src/kernel/world.ts';
import { randomAction, randomPolicy } from '../oracle/cases.ts';
import { Dice } from '../oracle/dice.ts';
import { NAMES, randomEntry } from './plain/entries.ts';
import { imageOf, plainFolder } from './plain/fold.ts';
import { DAY, decided, id } from './samples.ts';

const CASES = Number(process.env['AEGIS_FOLD_CASES'] ?? 1_000);
const SEED = { seed: Number(process.env['AEGIS_FOLD_SEED'] ?? 11) };

type Pairs = (readonly [string, unknown])[];

/** A world as JSON that does not depend on the order of keys in its maps. */
function imageOfWorld(world: World): Record<string, unknown> {
  const image = JSON.parse(JSON.stringify(encodeWorld(world))) as Record<string, unknown>;
  const byKey = (pairs: Pairs): Pairs => pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of Object.entries(image)) if (name !== 'halts' && Array.isArray(value)) byKey(value as Pairs);
  for (const [, session] of image['sessions'] as [string, { prints: Pairs }][]) byKey(session.prints);
  return image;
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Time goes on in steps of every size, and now and then a little back. */
function later(dice: Dice, at: number): number {
  return at + dice.pick([0, 0, 10, 400, 900, 2_000, 20_000, 61_000, dice.chance(0.05) ? 90_000_000 : 5, dice.chance(0.05) ? -5_000 : 1]);
}

/** One more entry of a history: a decision the kernel takes itself, or anything else. */
function nextEntry(dice: Dice, { now, rules, at, n }: { now: World; rules: Policy; at: number; n: number }): EntryDraft {
  if (dice.chance(0.55)) return randomEntry(dice, at, n);
  const one = randomAction(dice, at, dice.upTo(NAMES));
  const decision = decide(one, now, rules, { approval: id(`ap${String(dice.upTo(NAMES))}`), askDigest: id('d') });
  return decided(one, decision, ledgersOf(one, now, rules));
}

test('[DEC-15] folding comes to what plain maps and lists come to, and no world that is held ever changes', () => {
  const compare = (seed: number): void => {
    const dice = new Dice(seed);
    const rules = randomPolicy(dice);
    const plain = plainFolder(SEMANTICS);
    const held: { readonly world: World; readonly image: string }[] = [];
    let now = emptyWorld();
    let at = DAY + dice.upTo(1_000);
    for (let n = 5 + dice.upTo(60); n > 0; n--) {
      at = later(dice, at);
      const entry = nextEntry(dice, { now, rules, at, n });
      if (dice.chance(0.1)) held.push({ world: now, image: JSON.stringify(encodeWorld(now)) });
      now = fold(now, entry);
      plain.add(entry);
      // What comes after a snapshot goes on as what comes without one.
      if (dice.chance(0.03)) now = decodeWorld(JSON.parse(JSON.stringify(encodeWorld(now))));
    }
    assert.deepEqual(imageOfWorld(now), asJson(imageOf(plain.now())), `seed ${String(seed)}`);
    for (const { world, image } of held) assert.equal(JSON.stringify(encodeWorld(world)), image, `seed ${String(seed)}`);
  };
  fc.assert(fc.property(fc.noShrink(fc.nat()), compare), { numRuns: CASES, ...SEED });
});

test('[RATE-1] [RATE-3] a window holds what was counted in its last sixty seconds, whatever the clock did', () => {
  const step = fc.record({ wait: fc.constantFrom(0, 1, 3, 17, 59, 60, 61, -5), calls: fc.nat(2), tokens: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(70), (steps, after) => {
      const counts: { readonly second: number; readonly calls: number; readonly tokens: number }[] = [];
      let window: RateWindow | undefined;
      let second = 1_000_000;
      let newest = 0;
      for (const { wait, calls, tokens } of steps) {
        second += wait;
        newest = Math.max(newest, second);
        counts.push({ second: newest, calls, tokens });
        window = counted(window, { second, calls, tokens });
        assert.ok(window.older.length < 60);
      }
      const now = Math.max(second + after, newest);
      const kept = counts.filter((one) => one.second > now - 60);
      for (const kind of ['calls', 'tokens'] as const) {
        const { sum, freeInMs } = windowSum(window, kind, now * 1_000);
        assert.equal(
          sum,
          kept.reduce((total, one) => total + one[kind], 0),
        );
        const oldest = kept.find((one) => one[kind] > 0);
        if (oldest !== undefined) assert.equal(freeInMs, (oldest.second + 60 - now) * 1_000);
      }
    }),
    { numRuns: 2_000 },
  );
});
