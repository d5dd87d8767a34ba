import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { AegisError } from '../../src/errors.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { LogStore } from '../../src/log/store.ts';
import { ADMIN, BOOT, document, handClock, id, OPERATOR, proposal, register, sampleGate, TENANT } from './sample-gate.ts';
import type { SampleGate } from './sample-gate.ts';

const ASKS = document({ agents: { a1: { review: ['pay'], allow: ['*'] } }, approvals: { timeoutMs: 60_000 } });

/** Two gates on one file, each over a store of its own, as two processes have them. */
async function two(t: TestContext, wrap: (store: LogStore) => LogStore = (store) => store): Promise<readonly [SampleGate, SampleGate]> {
  const dir = mkdtempSync(join(tmpdir(), 'aegis-current-'));
  const hand = handClock();
  const stores = [await openSqliteStore({ path: join(dir, 'log.db') }), await openSqliteStore({ path: join(dir, 'log.db') })] as const;
  const gates = [
    await sampleGate({ store: stores[0], hand, policy: ASKS }),
    await sampleGate({ store: wrap(stores[1]), hand, policy: ASKS }),
  ] as const;
  t.after(async () => {
    for (const { gate } of gates) await gate.close();
    for (const store of stores) await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return gates;
}

test('[GATE-26] a look waits for nothing where nobody else wrote, also while its own writes are on their way', async (t) => {
  const [{ gate: one }, { gate: other }] = await two(t);
  await one.current();
  assert.equal(one.current(), null);
  const under = one.admit(proposal({ id: 'own' }));
  assert.equal(one.current(TENANT), null);
  await under;
  assert.equal(one.current(TENANT), null);
  assert.equal(other.world(TENANT).actions.size, 0);
  await other.current(TENANT);
  assert.equal(other.world(TENANT).actions.size, 1);
  assert.equal(other.current(TENANT), null);
});

test('[GATE-26] what is answered from the world alone is answered from the world as the other gate has made it', async (t) => {
  const [{ gate: one }, { gate: other }] = await two(t);
  const asked = await other.admit(proposal({ id: 'p1', name: 'pay' }));
  assert.equal(asked.effect, 'ask');
  await one.current();
  const [pending] = await one.pending(TENANT);
  assert.ok(pending);
  await one.grant(TENANT, pending.approval, OPERATOR, { reason: 'ok', channel: 'test' });
  // Asked again, it writes nothing: only a look at the log tells it of the grant.
  assert.equal((await other.admit(proposal({ id: 'p1', name: 'pay' }))).effect, 'allow');
});

test('[GATE-26] who was removed while a request was on its way halts, resumes and closes nothing', async (t) => {
  const [{ gate: one }, { gate: other }] = await two(t);
  await other.current();
  await one.record(TENANT, 'operator-removed', { operator: OPERATOR.operator, reason: 'left' }, ADMIN);
  const forbidden = (error: unknown): boolean => error instanceof AegisError && error.code === 'FORBIDDEN';
  await assert.rejects(other.halt(TENANT, { kind: 'all' }, 'late', OPERATOR), forbidden);
  assert.deepEqual(other.world(TENANT).halts, []);
  await one.admit(proposal({ id: 'opens' }));
  await one.halt(TENANT, { kind: 'all' }, 'real', ADMIN);
  await assert.rejects(other.resume(TENANT, { kind: 'all' }, 'late', OPERATOR), forbidden);
  await assert.rejects(other.closeSession(TENANT, id('s1'), 'late', OPERATOR), forbidden);
});

test('[GATE-26] a gate that can write nothing still reads what the other writes, and opens again', async (t) => {
  let full = false;
  const [{ gate: one }, { gate: other, clock }] = await two(t, (store) => ({
    ...store,
    append: (...terms) => (full ? Promise.reject(new AegisError('STORE_UNAVAILABLE', { detail: 'full' })) : store.append(...terms)),
  }));
  full = true;
  await assert.rejects(other.admit(proposal({ id: 'lost' })), (error: unknown) => error instanceof AegisError && error.code === 'GATE_CLOSED');
  await register(one, 'a2');
  await one.halt(TENANT, { kind: 'agent', id: id('a2') }, 'stop', BOOT);
  await other.current(TENANT);
  assert.equal(other.world(TENANT).halts.length, 1);
  assert.equal(other.state().open, false);
  full = false;
  while (!other.state().open) {
    clock.move(1_001);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await other.admit(proposal({ id: 'again' }))).effect, 'allow');
});

test('[GATE-26] two that add one person at once make one key: the second is told', async (t) => {
  const [{ gate: one }, { gate: other }] = await two(t);
  const added = { operator: id<never>('new'), role: 'admin', name: 'New' } as const;
  const both = await Promise.allSettled([
    one.record(TENANT, 'operator-added', { ...added, keyDigest: id('1'.repeat(64)) }, BOOT),
    other.record(TENANT, 'operator-added', { ...added, keyDigest: id('2'.repeat(64)) }, BOOT),
  ]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('[GATE-25] a wall clock that leaps ahead of the timer expires what waits at the next look', async () => {
  const { gate, clock } = await sampleGate({ policy: ASKS });
  await gate.admit(proposal({ id: 'p1', name: 'pay' }));
  const waits = gate.wait({ tenant: TENANT, agent: id('a1'), action: id('p1') }, 600_000);
  clock.set(clock.now() + 3_600_000);
  assert.deepEqual(await gate.pending(TENANT), []);
  await gate.current();
  assert.equal((await waits).effect, 'deny');
  await gate.close();
});
