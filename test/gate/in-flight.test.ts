import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestFirst } from '../../src/gate/actions/newest-first.ts';
import { fc } from '../random.ts';

test('[GATE-33] what is in flight is read newest first, from any number on, whatever came and went', () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.nat({ max: 400 }).map((n) => ({ remove: n })),
    fc.nat({ max: 400 }).map((n) => ({ read: n })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const list = newestFirst<number>();
      let plain: number[] = [];
      let next = 0;
      for (const one of steps) {
        if (one === 'add') {
          list.add(next, next);
          plain.push(next++);
        } else if ('remove' in one) {
          list.remove(one.remove);
          plain = plain.filter((at) => at !== one.remove);
        } else {
          assert.deepEqual(
            list.read(5, one.read),
            plain
              .filter((at) => at < one.read)
              .toReversed()
              .slice(0, 5),
          );
        }
        assert.equal(list.size, plain.length);
        assert.deepEqual(list.read(3), plain.toReversed().slice(0, 3));
      }
    }),
  );
});
