import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettlementQueue } from '../../../src/intercept/llm/action/settlement-queue.ts';

test('[LLM-6] what has ended is settled with what comes next, in order, or alone after a moment', async () => {
  const settled: number[] = [];
  const settle = (at: number) => (): Promise<void> => Promise.resolve(void settled.push(at));
  const queue = createSettlementQueue(1);
  queue.add(settle(1));
  queue.add(settle(2));
  assert.deepEqual(settled, []);
  queue.flush();
  assert.deepEqual(settled, [1, 2]);
  const alone = Promise.withResolvers<undefined>();
  queue.add(() => Promise.resolve(alone.resolve(undefined)));
  await alone.promise;
});

test('[LLM-6] many ends do not wait, and closing waits for all of them', async () => {
  let begun = 0;
  let done = 0;
  const go = Promise.withResolvers<undefined>();
  const queue = createSettlementQueue(600_000);
  for (let at = 0; at < 100; at++) {
    queue.add(async () => {
      begun++;
      await go.promise;
      done++;
    });
  }
  assert.equal(begun, 64);
  const closed = queue.close();
  assert.equal(begun, 100);
  go.resolve(undefined);
  await closed;
  assert.equal(done, 100);
});
