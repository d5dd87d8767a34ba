import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import { foldingFrom } from '../../src/kernel/folding.ts';
import type { Folding } from '../../src/kernel/folding.ts';
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
import { DAY, decided, draft, id } from './samples.ts';

const CASES = Number(process.env['TEST_FOLD_CASES'] ?? 1_000);
const SEED = { seed: Number(process.env['TEST_FOLD_SEED'] ?? 11) };

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

/** Half of the logs begin under an older number and go on under a newer one. */
function firstEntry(dice: Dice, at: number): readonly EntryDraft[] {
  return dice.chance(0.5) ? [draft('gate-opened', { version: '1', semantics: dice.pick([1, 2]), epoch: 1 }, { at })] : [];
}

/** One more entry of a history: a decision the kernel takes itself, or anything else. */
function nextEntry(dice: Dice, { now, rules, at, n }: { now: World; rules: Policy; at: number; n: number }): EntryDraft {
  if (dice.chance(0.55)) return randomEntry(dice, at, n);
  const one = randomAction(dice, at, dice.upTo(NAMES));
  const decision = decide(one, now, rules, { approval: id(`ap${String(dice.upTo(NAMES))}`), askDigest: id('d') });
  return decided(one, decision, ledgersOf(one, now, rules));
}

test('[DEC-15] [DEC-18] folding comes to what plain maps and lists come to, and no world that is held ever changes', () => {
  const compare = (seed: number): void => {
    const dice = new Dice(seed);
    const rules = randomPolicy(dice);
    const plain = plainFolder(SEMANTICS);
    const held: { readonly world: World; readonly image: string }[] = [];
    let now = emptyWorld();
    let at = DAY + dice.upTo(1_000);
    const first = firstEntry(dice, at);
    for (let n = 5 + dice.upTo(60); n > 0; n--) {
      at = later(dice, at);
      const entry = now.size < first.length && first[0] !== undefined ? first[0] : nextEntry(dice, { now, rules, at, n });
      if (dice.chance(0.1)) held.push({ world: now, image: JSON.stringify(encodeWorld(now)) });
      now = fold(now, entry);
      plain.add(entry);
      // What comes after a snapshot goes on as what comes without one, whoever wrote it.
      if (dice.chance(0.03)) now = decodeWorld(JSON.parse(JSON.stringify(dice.chance(0.5) ? encodeWorld(now) : imageOf(plain.now()))));
    }
    assert.deepEqual(imageOfWorld(now), asJson(imageOf(plain.now())), `seed ${String(seed)}`);
    for (const { world, image } of held) assert.equal(JSON.stringify(encodeWorld(world)), image, `seed ${String(seed)}`);
  };
  fc.assert(fc.property(fc.noShrink(fc.nat()), compare), { numRuns: CASES, ...SEED });
});

/** Does something to a folding that must leave no trace, and returns what its world is to be for good, where it was asked. */
function disturb(dice: Dice, folding: Folding, at: number): World | null {
  if (dice.chance(0.1)) return folding.seal();
  if (!dice.chance(0.2)) return null;
  const count = folding.count();
  for (let n = dice.upTo(4); n >= 0; n--) folding.add(randomEntry(dice, at, n));
  // Back in one step or two: a save point inside another.
  if (dice.chance(0.5)) folding.rewind(count + dice.upTo(folding.count() - count));
  folding.rewind(count);
  return null;
}

test('[DEC-15] entries folded in place, with steps back and worlds held on the way, come to what they come to one by one', () => {
  const compare = (seed: number): void => {
    const dice = new Dice(seed);
    const rules = randomPolicy(dice);
    const folding = foldingFrom(emptyWorld());
    const held: { readonly world: World; readonly image: string }[] = [];
    let now = emptyWorld();
    let at = DAY + dice.upTo(1_000);
    for (let n = 5 + dice.upTo(60); n > 0; n--) {
      at = later(dice, at);
      const sealed = disturb(dice, folding, at);
      if (sealed !== null) held.push({ world: sealed, image: JSON.stringify(encodeWorld(now)) });
      const entry = nextEntry(dice, { now: folding.world(), rules, at, n });
      folding.add(entry);
      now = fold(now, entry);
      if (dice.chance(0.1)) assert.equal(JSON.stringify(encodeWorld(folding.world())), JSON.stringify(encodeWorld(now)), `seed ${String(seed)}`);
    }
    held.push({ world: folding.seal(), image: JSON.stringify(encodeWorld(now)) });
    for (const { world, image } of held) assert.equal(JSON.stringify(encodeWorld(world)), image, `seed ${String(seed)}`);
  };
  fc.assert(fc.property(fc.noShrink(fc.nat()), compare), { numRuns: CASES, ...SEED });
});

test('[DEC-16] stepping back again and again, and nonsense among the entries, fold no entry more than a few times', () => {
  const folding = foldingFrom(emptyWorld());
  let read = 0;
  const counting = (n: number): EntryDraft => {
    const body = { salt: `s${String(n)}` };
    const entry = { tenant: 't', at: DAY, actor: { kind: 'system' }, type: 'session-opened', agent: 'a1', session: `s${String(n)}` };
    const get = (): unknown => {
      read++;
      return body;
    };
    return Object.defineProperty(entry, 'body', { get, enumerable: false }) as unknown as EntryDraft;
  };
  const nonsense = draft('action-settled', null as never, { at: DAY });
  for (let n = 0; n < 500; n++) {
    const before = folding.count();
    folding.add(counting(n));
    folding.add(n % 2 === 0 ? nonsense : counting(1_000 + n));
    folding.rewind(before);
    folding.add(counting(n));
    folding.add(nonsense);
  }
  assert.equal(folding.world().size, 1_000);
  assert.equal(folding.world().sessions.size, 500);
  assert.ok(read < 10_000, `bodies were read ${String(read)} times`);
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
