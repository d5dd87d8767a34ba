import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { emptyMap, hashOf, mapOf } from '../../src/kernel/persistent-map.ts';
import type { PersistentMap } from '../../src/kernel/persistent-map.ts';
import { emptyQueue, itemsOf, pop, push } from '../../src/kernel/queue.ts';

/** Keys whose hashes are equal in all 32 bits: two units whose states differ in the low half only, which the next unit cancels. */
function clashes(): readonly string[] {
  const states = new Map<number, number[]>();
  for (let unit = 1; unit < 0xd800; unit++) {
    const state = Math.imul((0x811c9dc5 ^ unit) >>> 0, 0x01000193);
    states.set(state >>> 16, [...(states.get(state >>> 16) ?? []), unit]);
  }
  const groups = [...states.values()].filter((units) => units.length > 1).slice(0, 8);
  const low = (unit: number): number => Math.imul((0x811c9dc5 ^ unit) >>> 0, 0x01000193) & 0xffff;
  return groups.flatMap((units) => units.map((unit) => String.fromCharCode(unit, low(unit))));
}

const CLASHES = clashes();
const key = fc.oneof(fc.constantFrom(...CLASHES, 'a', 'b', ''), fc.string({ maxLength: 3 }));
const edit = fc.record({ key, value: fc.option(fc.nat(9)) });

function pairs(map: PersistentMap<string, number>): [string, number][] {
  return [...map.entries()];
}

test('[DEC-15] the persistent map is a map, and the old one stays', () => {
  assert.ok(new Set(CLASHES.map(hashOf)).size < CLASHES.length - 7);
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 60 }), (edits) => {
      const model = new Map<string, number>();
      let map = emptyMap<string, number>();
      for (const { key: name, value } of edits) {
        const before = pairs(map);
        const next = value === null ? map.delete(name) : map.set(name, value);
        assert.deepEqual(pairs(map), before);
        map = next;
        if (value === null) model.delete(name);
        else model.set(name, value);
        assert.equal(map.size, model.size);
        assert.equal(map.get(name), model.get(name));
        assert.equal(map.has(name), model.has(name));
      }
      const byKey = (a: [string, number], b: [string, number]): number => (a[0] < b[0] ? -1 : 1);
      assert.deepEqual(pairs(map).sort(byKey), [...model].sort(byKey));
      // Whatever was there in between, the same content is the same tree in the same order.
      assert.deepEqual(map, mapOf([...model].sort(byKey)));
      assert.deepEqual(pairs(map), pairs(mapOf([...model].reverse())));
    }),
    { numRuns: 300 },
  );
});

test('[DEC-16] the queue gives back what came first', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
      const model: number[] = [];
      let queue = emptyQueue<number>();
      for (const [i, isPush] of steps.entries()) {
        if (isPush) {
          model.push(i);
          queue = push(queue, i);
        } else {
          const taken = pop(queue);
          assert.equal(taken?.item, model.shift());
          queue = taken?.rest ?? queue;
        }
        assert.deepEqual(itemsOf(queue), model);
        assert.equal(queue.size, model.length);
      }
    }),
  );
});
