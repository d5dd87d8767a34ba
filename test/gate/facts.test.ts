import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from '../../src/gate/create-gate.ts';
import { AegisError } from '../../src/errors.ts';
import { settledYet } from './wilful.ts';
import { entriesOf, ofType } from './entries.ts';
import { ADMIN, AUDITOR, BOOT, dependencies, document, sampleGate, id, OPERATOR, proposal, register, TENANT } from './sample-gate.ts';

function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AegisError && error.code === code;
}

test('[GATE-9] secrets reach neither the entry nor the world; the arguments lie beside the log and can be erased', async () => {
  const { gate, deps } = await sampleGate();
  const secret = 'sk-test-0123456789abcdef';
  await gate.admit(proposal({ id: 'x1', args: { key: secret }, claims: { intent: `use ${secret}` } }));
  await gate.settle({
    tenant: TENANT,
    agent: id('a1'),
    action: id('x1'),
    status: 'succeeded',
    usage: {},
    result: { value: secret },
    source: 'tool_output',
    trusted: false,
  });
  for (const entry of await entriesOf(deps.store)) assert.ok(!JSON.stringify(entry).includes('0123456789abcdef'), entry.type);
  const [decided] = await ofType(deps.store, 'action-decided');
  assert.ok(decided?.payload !== undefined);
  assert.notEqual(await deps.store.payload(TENANT, decided.payload), 'erased');
  const receipt = await gate.erase(TENANT, 'session/s1', 'asked to', ADMIN);
  assert.equal(await deps.store.payload(TENANT, decided.payload), 'erased');
  const [erased] = await ofType(deps.store, 'payload-erased');
  assert.equal(erased?.index, receipt.index);
  assert.ok(erased.body.digests.includes(decided.payload));
  await gate.close();
});

test('[GATE-10] an outcome is recorded once, by the agent whose action it was', async () => {
  const { gate, deps } = await sampleGate();
  await gate.admit(proposal({ id: 'x1', claims: { usdMicros: 100 } }));
  const outcome = {
    tenant: TENANT,
    agent: id<never>('a1'),
    action: id<never>('x1'),
    status: 'unknown',
    usage: { usdMicros: 40 },
    result: { a: 'text' },
    source: 'tool_output',
    trusted: false,
  } as const;
  await assert.rejects(gate.settle({ ...outcome, agent: id('a2') }), coded('NOT_FOUND'));
  await assert.rejects(gate.settle({ ...outcome, action: id('none') }), coded('NOT_FOUND'));
  for (const usage of [{ usdMicros: -1 }, { tokens: 1.5 }, { usdMicros: Number.NaN }, { tokens: 1e300 }]) {
    await assert.rejects(gate.settle({ ...outcome, usage }), coded('REQUEST_INVALID'));
  }
  const [one, two] = await Promise.all([gate.settle(outcome), gate.settle(outcome)]);
  assert.deepEqual(one, two);
  await assert.rejects(gate.settle({ ...outcome, status: 'failed' }), coded('CONFLICT'));
  await assert.rejects(gate.settle({ ...outcome, usage: {} }), coded('CONFLICT'));
  await assert.rejects(gate.settle({ ...outcome, agent: id('a2') }), coded('NOT_FOUND'));
  const settled = await ofType(deps.store, 'action-settled');
  assert.equal(settled.length, 1);
  assert.equal(settled[0]?.body.status, 'unknown');
  assert.ok((settled[0]?.body.prints.length ?? 0) > 0);
  await gate.admit(proposal({ id: 'no', name: 'drop_everything' }));
  await assert.rejects(gate.settle({ ...outcome, action: id('no') }), coded('CONFLICT'));
  await gate.close();
});

test('[GATE-10] a result beyond the cap is cut, and that is a finding', async () => {
  const { gate, deps } = await sampleGate();
  await gate.admit(proposal({ id: 'x1' }));
  const result = 'word '.repeat(400_000);
  await gate.settle({
    tenant: TENANT,
    agent: id('a1'),
    action: id('x1'),
    status: 'succeeded',
    usage: {},
    result,
    source: 'tool_output',
    trusted: false,
  });
  const [settled] = await ofType(deps.store, 'action-settled');
  assert.ok(settled !== undefined);
  assert.ok(settled.body.findings.some((finding) => finding.code === 'UNINSPECTABLE' && !finding.inspected));
  assert.ok(settled.body.prints.some(({ print }) => print === '*'));
  await gate.close();
});

test('[GATE-11] a clock that goes back is said once, and the log goes on forward', async () => {
  const { gate, clock, deps } = await sampleGate();
  clock.set(clock.now() - 86_400_000);
  for (let n = 0; n < 3; n++) await gate.admit(proposal({ id: `x${String(n)}` }));
  assert.deepEqual(
    (await ofType(deps.store, 'clock-regressed')).map((entry) => entry.body.byMs),
    [86_400_000],
  );
  const times = (await entriesOf(deps.store)).map(({ at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  await gate.close();
});

test('[GATE-12] a faulty policy changes nothing; a sound one is the world’s from its entry on', async () => {
  const { gate, deps } = await sampleGate();
  const before = gate.world(TENANT).policy;
  await assert.rejects(gate.activate(TENANT, document({ nonsense: true }), ADMIN), coded('POLICY_INVALID'));
  await assert.rejects(gate.activate(TENANT, document({ default: 'deny' }), OPERATOR), coded('FORBIDDEN'));
  assert.equal(gate.world(TENANT).policy, before);
  const { digest, index } = await gate.activate(TENANT, document({ default: 'deny' }), ADMIN);
  assert.equal(gate.world(TENANT).policy, digest);
  const decision = await gate.admit(proposal());
  assert.equal(decision.effect, 'deny');
  assert.equal(decision.policy, digest);
  const activated = await ofType(deps.store, 'policy-activated');
  assert.equal(activated.at(-1)?.index, index);
  assert.equal(activated.at(-1)?.body.previous, before);
  const { hand: _hand, ...rest } = dependencies({ store: deps.store });
  await gate.close();
  const restarted = await createGate(rest);
  assert.equal((await restarted.admit(proposal())).policy, digest);
  await restarted.close();
});

test('[GATE-13] each tenant has its own chain and world, and is a fact of the default tenant’s log', async () => {
  const { gate, deps } = await sampleGate();
  const acme = id<typeof TENANT>('acme');
  await assert.rejects(gate.admit(proposal({ tenant: 'acme' })), coded('NOT_FOUND'));
  await assert.rejects(gate.openTenant(acme, OPERATOR), coded('FORBIDDEN'));
  await gate.openTenant(acme, ADMIN);
  await gate.register(acme, id('a1'), { capabilities: [], maxPriority: 5, onUnavailable: 'deny' }, BOOT);
  assert.equal((await gate.admit(proposal({ tenant: 'acme', id: 'x1' }))).effect, 'allow');
  assert.equal(gate.world(TENANT).actions.size, 0);
  await assert.rejects(gate.wait({ tenant: TENANT, agent: id('a1'), action: id('x1') }, 0), coded('NOT_FOUND'));
  await assert.rejects(gate.admitAll([proposal(), proposal({ tenant: 'acme' })]), coded('REQUEST_INVALID'));
  assert.deepEqual(
    (await ofType(deps.store, 'tenant-opened')).map((entry) => entry.body.tenant),
    ['acme'],
  );
  assert.equal((await entriesOf(deps.store, acme))[0]?.type, 'gate-opened');
  await gate.close();
});

test('[GATE-14] only a holder renews or releases its fence, and facts have their writers', async () => {
  const { gate } = await sampleGate();
  await register(gate, 'a2');
  const resource = { resource: 'file:/data/a', slots: 1, ttlMs: 60_000 };
  const held = await gate.admit(proposal({ id: 'l1', resource }));
  assert.ok(held.effect === 'allow' && held.fence !== undefined);
  const body = { resource: 'file:/data/./a', fence: held.fence };
  const one = { role: 'agent', tenant: TENANT, agent: id<never>('a1') } as const;
  const two = { role: 'agent', tenant: TENANT, agent: id<never>('a2') } as const;
  await assert.rejects(gate.record(TENANT, 'lock-released', body, two), coded('CONFLICT'));
  await assert.rejects(gate.record(TENANT, 'lock-released', { ...body, fence: held.fence - 1 }, one), coded('CONFLICT'));
  await gate.record(TENANT, 'lock-renewed', { ...body, ttlMs: 1_000 }, one);
  const other = await gate.admit(proposal({ id: 'l2', agent: 'a2', session: 's2', resource }));
  assert.equal(other.effect, 'defer');
  const waiting = gate.admit(proposal({ id: 'l2', agent: 'a2', session: 's2', resource }), 30_000);
  await settledYet(waiting);
  await gate.record(TENANT, 'lock-released', body, one);
  const granted = await waiting;
  assert.ok(granted.effect === 'allow' && (granted.fence ?? 0) > held.fence);
  for (const own of ['action-settled', 'payload-erased', 'value-endorsed'])
    await assert.rejects(gate.record(TENANT, own as never, {} as never, ADMIN), coded('REQUEST_INVALID'));
  await assert.rejects(gate.record(TENANT, 'operator-added', {} as never, one), coded('FORBIDDEN'));
  const signed = { grant: 'g1', by: id<never>('bob') };
  await assert.rejects(gate.record(TENANT, 'grant-revoked', signed, OPERATOR), coded('FORBIDDEN'));
  const endorsed = { session: id<never>('s1'), value: 'a', reason: '' };
  await assert.rejects(gate.endorse(TENANT, endorsed, one), coded('FORBIDDEN'));
  await assert.rejects(gate.endorse(TENANT, endorsed, AUDITOR), coded('FORBIDDEN'));
  await gate.close();
});

test('[GATE-15] an agent may register again for less, never for more', async () => {
  const { gate } = await sampleGate();
  const own = { role: 'agent', tenant: TENANT, agent: id<never>('a1') } as const;
  const terms = { capabilities: [], maxPriority: 10, onUnavailable: 'deny' } as const;
  await gate.register(TENANT, id('a1'), terms, own);
  for (const more of [
    { capabilities: ['readonly:bash'] },
    { onUnavailable: 'allow' as const },
    { onUnavailable: 'local_approval' as const },
    { team: 'red' },
    { keyDigest: id<never>('0'.repeat(64)) },
  ]) {
    await assert.rejects(gate.register(TENANT, id('a1'), { ...terms, ...more }, own), coded('FORBIDDEN'));
  }
  // Neither of these two is the stricter one; giving either up is stricter.
  for (const [given, other] of [
    ['allow_readonly', 'local_approval'],
    ['local_approval', 'allow_readonly'],
  ] as const) {
    await gate.register(TENANT, id('a1'), { ...terms, onUnavailable: given }, BOOT);
    await assert.rejects(gate.register(TENANT, id('a1'), { ...terms, onUnavailable: other }, own), coded('FORBIDDEN'));
    await gate.register(TENANT, id('a1'), terms, own);
  }
  await assert.rejects(gate.register(TENANT, id('a2'), terms, own), coded('FORBIDDEN'));
  await assert.rejects(gate.register(TENANT, id('a3'), { ...terms, maxPriority: 11 }, BOOT), coded('REQUEST_INVALID'));
  await assert.rejects(gate.register(TENANT, id('a3'), { ...terms, keyDigest: id<never>('alice'.padEnd(64, '0')) }, BOOT), coded('CONFLICT'));
  await gate.close();
});

test('[GATE-16] a restart rebuilds the same world from a snapshot and the tail', async () => {
  const { gate, deps } = await sampleGate({ snapshotEvery: 20 });
  for (let n = 0; n < 60; n++) await gate.admit(proposal({ id: `x${String(n)}`, session: `s${String(n % 3)}` }));
  const before = gate.world(TENANT);
  await gate.close();
  assert.ok((await deps.store.loadSnapshot(TENANT)) !== null);
  const { hand: _hand, ...rest } = dependencies({ store: deps.store });
  const restarted = await createGate(rest);
  const after = restarted.world(TENANT);
  assert.equal(after.size, before.size + 1);
  assert.equal(after.epoch, before.epoch + 1);
  assert.deepEqual([...after.actions.entries()], [...before.actions.entries()]);
  assert.deepEqual([...after.ledgers.entries()], [...before.ledgers.entries()]);
  await restarted.close();
});

test('[GATE-16] a store that is older than its checkpoint is not served', async () => {
  const { hand: _hand, ...deps } = dependencies({ checkStore: () => Promise.reject(new AegisError('STORE_ROLLED_BACK', { detail: 'size 3 < 9' })) });
  await assert.rejects(createGate(deps), coded('STORE_ROLLED_BACK'));
});
