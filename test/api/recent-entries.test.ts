import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentEntries } from '../../src/api/recent-entries.ts';
import type { LoggedEntry } from '../../src/api/pages.ts';
import { DEFAULT_TENANT } from '../../src/kernel/ids.ts';
import type { LogStore } from '../../src/log/store.ts';
import { proposal, sampleGate, TENANT } from '../gate/sample-gate.ts';
import { fc } from '../random.ts';

async function log(): Promise<{ grow: () => Promise<void>; store: LogStore }> {
  const { gate, deps } = await sampleGate();
  let made = 0;
  return { store: deps.store, grow: async () => void (await gate.admit(proposal({ session: `s${String(made++)}` }))) };
}

const indexes = (entries: readonly LoggedEntry[]): readonly number[] => entries.map(({ index }) => index);

test('[VIEW-9] however many follow, from wherever, each is given every entry once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 }), fc.scheduler(), async (starts, scheduler) => {
      const { store, grow } = await log();
      const recent = recentEntries({ read: scheduler.scheduleFunction((tenant: never, filter: never) => store.read(tenant, filter)) });
      const followed = starts.map(async (from) => {
        const found: number[] = [];
        for (let at = 0, next = from; at < 8; at++) {
          const piece = indexes(await recent.read(TENANT, next));
          found.push(...piece);
          next = (piece.at(-1) ?? next - 1) + 1;
        }
        return found;
      });
      await grow();
      await scheduler.waitFor(Promise.all(followed));
      const { size } = await store.head(TENANT);
      for (const [at, found] of (await Promise.all(followed)).entries()) {
        const from = starts[at] ?? 0;
        assert.deepEqual(found, from < size ? Array.from({ length: size - from }, (_, more) => from + more) : []);
      }
    }),
    { numRuns: 40 },
  );
});

test('[VIEW-9] what came before a reading is asked for is in it, though another is under way', async () => {
  const { store, grow } = await log();
  const { size } = await store.head(TENANT);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reads = 0;
  const recent = recentEntries({
    read: async (tenant, filter) => {
      const found = await store.read(tenant, filter);
      if (reads++ === 0) await held;
      return found;
    },
  });
  const early = recent.read(DEFAULT_TENANT, size);
  // The first reading has looked already when the entry comes.
  await Promise.resolve();
  await Promise.resolve();
  await grow();
  const late = [recent.read(DEFAULT_TENANT, size), recent.read(DEFAULT_TENANT, size)];
  release();
  await early;
  for (const one of await Promise.all(late)) assert.equal(indexes(one)[0], size);
  assert.ok(reads <= 3);
});

test('[VIEW-9] twenty who follow the end cost one reading an entry', async () => {
  const { store, grow } = await log();
  let reads = 0;
  const recent = recentEntries({ read: (tenant, filter) => (reads++, store.read(tenant, filter)) });
  let next = (await store.head(TENANT)).size;
  await grow();
  reads = 0;
  for (let round = 0; round < 5; round++) {
    const pieces = await Promise.all(Array.from({ length: 20 }, () => recent.read(TENANT, next)));
    assert.equal(new Set(pieces.map((piece) => JSON.stringify(indexes(piece)))).size, 1);
    next = (pieces[0]?.at(-1)?.index ?? next - 1) + 1;
    await grow();
  }
  assert.ok(reads <= 10, String(reads));
});
