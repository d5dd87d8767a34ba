import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { inTurns } from '../../src/log/in-turns.ts';
import type { LogStore } from '../../src/log/store.ts';
import type { SealedEntry } from '../../src/log/sealed-entry.ts';
import { passes } from '../../src/log/filter.ts';

const T = 'default' as never;
const NAMES = ['a', 'b', 'c'];
const ENTRIES: readonly SealedEntry[] = Array.from({ length: 40_000 }, (_, index) => ({
  index,
  bytes: new Uint8Array(),
  leaf: '' as never,
  type: index % 1_000 === 7 ? 'rare' : 'common',
  at: index,
  ...(index % 3 === 0 ? {} : { agent: NAMES[index % 3] ?? 'a' }),
}));

/** A store that tells how much it was asked for at once. */
function sample(): { readonly store: LogStore; readonly asked: { limit: number; span: number }[] } {
  const asked: { limit: number; span: number }[] = [];
  const store = {
    head: () => Promise.resolve({ size: ENTRIES.length, leaf: '' }),
    read: (_tenant: string, filter: Parameters<LogStore['read']>[1]) => {
      asked.push({ limit: filter.limit, span: (filter.to ?? ENTRIES.length) - (filter.from ?? 0) });
      const found = ENTRIES.filter((entry) => passes(entry, filter));
      return Promise.resolve((filter.reverse === true ? found.toReversed() : found).slice(0, filter.limit));
    },
  } as unknown as LogStore;
  return { store, asked };
}

test('[GATE-23] what is read in turns is what is read at once, in pieces', async () => {
  const place = fc.option(fc.integer({ min: 0, max: 41_000 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        {
          from: place,
          to: place,
          type: fc.constantFrom('rare', 'common', 'none', undefined),
          agent: fc.constantFrom(...NAMES, undefined),
          reverse: fc.boolean(),
          limit: fc.constantFrom(1, 2, 15, 16, 17, 1_000),
        },
        { requiredKeys: ['limit'] },
      ),
      async (drawn) => {
        const filter = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as { limit: number };
        const { store, asked } = sample();
        const indexes = (read: readonly SealedEntry[]): number[] => read.map(({ index }) => index);
        const whole = indexes(await store.read(T, filter));
        asked.length = 0;
        assert.deepEqual(indexes(await inTurns(store).read(T, filter)), whole);
        assert.ok(asked.every(({ limit, span }) => limit <= 16 && span <= 16_384));
      },
    ),
    { numRuns: 60 },
  );
});

test('[GATE-23] however many read, the event loop goes round between two of their pieces', async () => {
  const { store, asked } = sample();
  const turns = inTurns(store);
  let over = false;
  const reading = Promise.all(Array.from({ length: 50 }, () => turns.read(T, { limit: 1_000, agent: 'b' }))).then(() => (over = true));
  let most = 0;
  for (let before = 0; !over; before = asked.length) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, asked.length - before);
  }
  await reading;
  assert.ok(asked.length >= 400);
  assert.ok(most <= 2, `${String(most)} pieces in one turn`);
});
