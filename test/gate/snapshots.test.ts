import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeWorld } from '../../src/kernel/snapshot.ts';
import { memoryStore } from '../../src/log/memory.ts';
import type { LogStore, NewSnapshot } from '../../src/log/store.ts';
import { proposal, sampleGate, TENANT } from './sample-gate.ts';
import { settledYet } from './wilful.ts';

/** A store that takes a snapshot's parts one by one, as it is told to. */
function pulling(): LogStore & { readonly begun: NewSnapshot[]; pull: () => boolean; finish: () => void; readonly text: () => string } {
  const begun: NewSnapshot[] = [];
  let iterator: Iterator<Uint8Array> | null = null;
  let taken: Uint8Array[] = [];
  let settle = { resolve: (): void => undefined, reject: (_error: unknown): void => undefined };
  const pull = (): boolean => {
    try {
      const next = iterator?.next();
      if (next?.done === false) taken.push(next.value);
      return next?.done === false;
    } catch (error) {
      settle.reject(error);
      return false;
    }
  };
  return {
    ...memoryStore(),
    begun,
    pull,
    finish: () => {
      while (pull());
      settle.resolve();
    },
    text: () => Buffer.concat(taken).toString('utf8'),
    saveSnapshot: (_tenant, snapshot) =>
      new Promise<void>((resolve, reject) => {
        begun.push(snapshot);
        iterator = snapshot.parts[Symbol.iterator]();
        taken = [];
        settle = { resolve, reject };
      }),
  };
}

test('[GATE-16] a snapshot is of one moment, though the gate decides while it is written', async () => {
  const store = pulling();
  const { gate } = await sampleGate({ store, snapshotEvery: 400 });
  const worlds = new Map<number, unknown>();
  gate.follow((tenant, _from, to) => worlds.set(to, encodeWorld(gate.world(tenant))));
  for (let n = 0; store.begun.length === 0; n++) await gate.admit(proposal({ session: `s${String(n)}`, args: { note: 'x'.repeat(300) } }));
  const [first] = store.begun;
  assert.ok(store.pull());
  const size = gate.world(TENANT).size;
  for (let n = 0; n < 300; n++) await gate.admit(proposal({ session: `more${String(n)}` }));
  assert.ok(gate.world(TENANT).size >= size + 600);
  assert.equal(store.begun.length, 1, 'one at a time');
  const begun = store.text().length;
  store.finish();
  assert.ok(store.text().length > begun, 'there was more than one part');
  assert.deepEqual(JSON.parse(store.text()), JSON.parse(JSON.stringify(worlds.get(first?.size ?? 0))));
  await gate.close();
});

test('[GATE-16] what was decided when the gate has nothing to do is saved before the usual number of entries is reached', async () => {
  const store = pulling();
  const { gate, clock } = await sampleGate({ store, snapshotEvery: 100 });
  for (let n = 0; n < 12; n++) await gate.admit(proposal({ session: `s${String(n)}` }));
  clock.move(999);
  await gate.admit(proposal());
  clock.move(1);
  assert.equal(store.begun.length, 0, 'it was busy within the second');
  clock.move(1_000);
  assert.equal(store.begun[0]?.size, gate.world(TENANT).size);
  store.finish();
  await gate.close();
});

test('[GATE-16] a gate that is closed gives up the snapshot it is writing, and tells of no fault', async () => {
  const store = pulling();
  const faults: unknown[] = [];
  const { gate } = await sampleGate({ store, snapshotEvery: 20, onFault: (fault) => faults.push(fault) });
  while (store.begun.length === 0) await gate.admit(proposal());
  const closing = gate.close();
  assert.equal(await settledYet(closing), false, 'it waits until nothing writes any more');
  assert.equal(store.pull(), false);
  await closing;
  assert.equal(store.text(), '');
  assert.deepEqual(faults, []);
});
