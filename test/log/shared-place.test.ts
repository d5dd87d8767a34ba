import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCheckpointer } from '../../src/checkpoints/checkpointer.ts';
import { folderPlace } from '../../src/checkpoints/place.ts';
import { parseCheckpoint } from '../../src/log/checkpoint.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { noteSigner } from '../../src/log/note-key.ts';
import { exclusively } from '../../src/log/sqlite/exclusive.ts';
import { TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { fill } from './store.contract.ts';

const folder = testFolder();
const signer = noteSigner('test.example/log', Buffer.alloc(32, 7));
const ORIGIN = `test.example/${TENANT}`;
const clock = { now: () => 1, monotonic: () => 1 };

test('[LOG-38] daemons that share a second place sign into it one after another: each line is of a larger tree, and nothing is torn', async () => {
  const store = memoryStore();
  const path = join(folder, 'shared');
  const turn = <T>(work: () => Promise<T>): Promise<T> => exclusively(join(folder, 'signing.lock'), work);
  const daemons = Array.from({ length: 4 }, () => {
    const place = folderPlace(path);
    return { place, keeper: createCheckpointer({ store, place, signer: () => signer, origin: () => ORIGIN, clock, turn }) };
  });
  for (let round = 0; round < 25; round++) {
    // Each begins at another size, so that who comes late finds a larger one signed.
    const flushing = [];
    for (const { keeper } of daemons) {
      keeper.appended(TENANT, (await fill(store, 1)).size);
      flushing.push(keeper.flush());
    }
    await Promise.all(flushing);
  }
  const sizes = readFileSync(join(path, 'checkpoints.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseCheckpoint((JSON.parse(line) as { note: string }).note)?.size ?? -1);
  assert.deepEqual(
    sizes,
    [...new Set(sizes)].toSorted((a, b) => a - b),
    'no tree is signed twice, none after a larger one',
  );
  assert.equal(sizes.at(-1), 100);
  const { fault, named } = await folderPlace(path).all(ORIGIN);
  assert.deepEqual([fault, named], [null, true]);
  for (const { place } of daemons)
    assert.equal(parseCheckpoint((await place.latest(ORIGIN))?.note ?? '')?.size, 100, 'every daemon names the newest');
});

test('[LOG-38] whoever fails in the turn leaves it to the next', async () => {
  const file = join(folder, 'turns.lock');
  const order: number[] = [];
  const tried = await Promise.allSettled(
    [0, 1, 2, 3].map((n) =>
      exclusively(file, async () => {
        order.push(n);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(n);
        if (n % 2 === 0) throw new Error('no space');
      }),
    ),
  );
  assert.deepEqual(
    tried.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  for (let at = 0; at < order.length; at += 2) assert.equal(order[at], order[at + 1], 'one at a time');
});
