import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from '../../src/gate/create-gate.ts';
import { AegisError } from '../../src/errors.ts';
import { actionOf, sessionOf } from '../../src/kernel/owned.ts';
import { settledYet, wilful } from './wilful.ts';
import { entriesOf, ofType } from './entries.ts';
import { dependencies, document, sampleGate, id, OPERATOR, proposal, TENANT } from './sample-gate.ts';

function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AegisError && error.code === code;
}

test('[GATE-1] neither the caller nor a follower hears of a decision before it is durable', async () => {
  const store = wilful();
  const { gate } = await sampleGate({ store });
  const heard: number[] = [];
  gate.follow((_tenant, from, to) => heard.push(from, to));
  store.mode = 'slow';
  const { size } = await store.head(TENANT);
  const admitted = gate.admit(proposal({ id: 'x1' }));
  assert.equal(await settledYet(admitted), false);
  assert.deepEqual(heard, []);
  assert.equal(actionOf(gate.world(TENANT), id('a1'), id('x1')), undefined);
  store.mode = 'well';
  store.release();
  assert.equal((await admitted).effect, 'allow');
  assert.deepEqual(heard, [size, size + 2]);
  await gate.close();
});

test('[GATE-1] while one batch is on its way the next is decided, and they are appended in order', async () => {
  const store = wilful();
  const { gate } = await sampleGate({ store, policy: document({ budgets: [{ scope: 'agent', toolCalls: 3 }] }) });
  store.mode = 'slow';
  const before = store.appends;
  const all = [1, 2].map((n) => gate.admit(proposal({ id: `a${String(n)}` })));
  assert.equal(await settledYet(Promise.race(all)), false);
  all.push(...[3, 4, 5].map((n) => gate.admit(proposal({ id: `a${String(n)}` }))));
  assert.equal(await settledYet(Promise.race(all)), false);
  store.mode = 'well';
  store.release();
  assert.deepEqual(
    (await Promise.all(all)).map(({ effect }) => effect),
    ['allow', 'allow', 'allow', 'deny', 'deny'],
  );
  assert.equal(store.appends - before, 2);
  await gate.close();
});

test('[GATE-2] when nothing can be appended nothing is decided, reads go on, and the gate opens by itself', async () => {
  const store = wilful();
  const { gate, clock } = await sampleGate({ store });
  store.mode = 'full';
  const refused = await Promise.allSettled([1, 2, 3].map((n) => gate.admit(proposal({ id: `x${String(n)}` }))));
  for (const one of refused) assert.ok(one.status === 'rejected' && coded('GATE_CLOSED')(one.reason));
  assert.equal(gate.state().open, false);
  await assert.rejects(gate.admit(proposal()), coded('GATE_CLOSED'));
  assert.ok(gate.world(TENANT).agents.has(id('a1')));
  assert.deepEqual(await gate.pending(TENANT), []);
  clock.move(1_001);
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
  assert.equal(gate.state().open, false);
  store.mode = 'well';
  clock.move(1_001);
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
  assert.deepEqual(gate.state(), { open: true });
  assert.equal((await gate.admit(proposal({ id: 'x1' }))).effect, 'allow');
  const opened = await ofType(store, 'gate-opened');
  assert.deepEqual(
    opened.map((entry) => entry.body.epoch),
    [1, 2],
  );
  await gate.close();
});

test('[GATE-2] a batch that fails takes the batch decided on top of it along', async () => {
  const store = wilful();
  const { gate } = await sampleGate({ store });
  store.mode = 'slow';
  const first = gate.admit(proposal({ id: 'x1' }));
  await settledYet(first);
  const second = gate.admit(proposal({ id: 'x2' }));
  await settledYet(second);
  store.mode = 'full';
  store.release();
  await assert.rejects(first, coded('GATE_CLOSED'));
  await assert.rejects(second, coded('GATE_CLOSED'));
  assert.equal((await ofType(store, 'action-decided')).length, 0);
  await gate.close();
});

test('[GATE-3] 100 concurrent retries of one id get one decision, one entry; other arguments are refused', async () => {
  const { gate, deps } = await sampleGate();
  const all = await Promise.all(Array.from({ length: 100 }, () => gate.admit(proposal({ id: 'k1', args: { n: 1 } }))));
  assert.ok(all.every((one) => one.effect === 'allow' && one.worldIndex === all[0]?.worldIndex));
  assert.equal((await ofType(deps.store, 'action-decided')).length, 1);
  for (const other of [{ args: { n: 2 } }, { name: 'other', args: { n: 1 } }, { session: 's2', args: { n: 1 } }]) {
    await assert.rejects(gate.admit(proposal({ id: 'k1', ...other })), coded('IDEMPOTENCY_MISMATCH'));
  }
  await gate.close();
});

test('[GATE-3] an id the world has forgotten is found in the log', async () => {
  const { gate, deps } = await sampleGate();
  const first = await gate.admit(proposal({ id: 'old', name: 'drop_everything' }));
  for (let n = 0; n < 30; n++) {
    const set = Array.from({ length: 200 }, (_, k) => proposal({ id: `d${String(n)}-${String(k)}`, name: 'drop_everything' }));
    await gate.admitAll(set);
  }
  assert.equal(actionOf(gate.world(TENANT), id('a1'), id('old')), undefined);
  const { size } = await deps.store.head(TENANT);
  assert.deepEqual(await gate.admit(proposal({ id: 'old', name: 'drop_everything' })), first);
  await assert.rejects(gate.admit(proposal({ id: 'old', name: 'read_thing' })), coded('IDEMPOTENCY_MISMATCH'));
  assert.deepEqual(await gate.wait({ tenant: TENANT, agent: id('a1'), action: id('old') }, 0), first);
  assert.equal((await deps.store.head(TENANT)).size, size);
  await gate.close();
});

test('[GATE-4] a malformed act of a known agent is refused and recorded, a stranger is denied', async () => {
  const { gate, deps } = await sampleGate();
  let deep: object = {};
  for (let n = 0; n < 70; n++) deep = { deep };
  const wide = Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`k${String(n)}`, n]));
  const cases: [object, string][] = [
    [{ args: deep }, 'BODY_TOO_DEEP'],
    [{ args: wide }, 'BODY_TOO_MANY_KEYS'],
    [{ args: { a: Number.NaN } }, 'BODY_INVALID_JSON'],
    [{ args: { a: 2 ** 53 } }, 'REQUEST_INVALID'],
    [{ args: { a: '\ud800' } }, 'BODY_INVALID_JSON'],
    [{ args: { a: 'x'.repeat(1_100_000) } }, 'BODY_TOO_LARGE'],
    [{ args: JSON.parse('{"__proto__":{"a":1}}') }, 'REQUEST_INVALID'],
    [{ args: [] }, 'REQUEST_INVALID'],
    [{ session: 'a b' }, 'REQUEST_INVALID'],
    [{ id: 'é' }, 'REQUEST_INVALID'],
    [{ name: '' }, 'REQUEST_INVALID'],
    [{ claims: { priority: 11 } }, 'REQUEST_INVALID'],
    [{ claims: { usdMicros: -1 } }, 'REQUEST_INVALID'],
    [{ claims: { confidence: Number.NaN } }, 'REQUEST_INVALID'],
    [{ resource: { resource: 'file:/x', slots: 0, ttlMs: 1 } }, 'REQUEST_INVALID'],
  ];
  for (const [part, code] of cases) await assert.rejects(gate.admit(proposal(part)), coded(code), JSON.stringify(part).slice(0, 80));
  assert.deepEqual(
    (await ofType(deps.store, 'request-refused')).map((entry) => entry.body.code),
    cases.map(([, code]) => code),
  );
  const stranger = await gate.admit(proposal({ agent: 'nobody' }));
  assert.equal(stranger.effect, 'deny');
  assert.equal(stranger.reasons[0].code, 'UNKNOWN_AGENT');
  assert.equal(sessionOf(gate.world(TENANT), { agent: id('a1'), session: id('s1') }), undefined);
  await gate.close();
});

test('[GATE-4] what the caller changes after it asked reaches nothing', async () => {
  const { gate, deps } = await sampleGate({ policy: document({ default: 'ask' }) });
  const args = { to: 'carol' };
  const admitted = gate.admit(proposal({ id: 'x1', args }));
  args.to = 'mallory';
  await admitted;
  assert.equal((await gate.pending(TENANT))[0]?.canonicalArgs, '{"to":"carol"}');
  assert.equal((await ofType(deps.store, 'action-decided')).length, 1);
  await gate.close();
});

test('[GATE-5] two gates on one store decide one order: nothing forks, nothing is spent twice', async () => {
  const policy = document({ budgets: [{ scope: 'tenant', toolCalls: 50 }] });
  const one = await sampleGate({ policy });
  const { hand: _hand, ...deps } = dependencies({
    store: one.deps.store,
    hand: one.clock,
    policy,
    ids: { next: () => `b-${String(Math.floor(count++))}` },
  });
  let count = 0;
  const two = await createGate(deps);
  const all = await Promise.all(
    Array.from({ length: 120 }, (_, n) =>
      (n % 2 === 0 ? one.gate : two).admit(proposal({ id: `z${String(n)}`, session: `s${String(n % 7)}`, args: { n } })),
    ),
  );
  assert.equal(all.filter((decision) => decision.effect === 'allow').length, 50);
  const decided = await ofType(one.deps.store, 'action-decided');
  assert.equal(decided.length, 120);
  await one.gate.close();
  await two.close();
});

test('[GATE-7] a set is decided as one: parallel calls cannot overspend', async () => {
  const { gate, deps } = await sampleGate({ policy: document({ budgets: [{ scope: 'session', usd: 1 }] }) });
  const before = await deps.store.head(TENANT);
  const set = await gate.admitAll(Array.from({ length: 10 }, (_, n) => proposal({ id: `c${String(n)}`, claims: { usdMicros: 300_000 } })));
  assert.deepEqual(
    set.map(({ effect }) => effect),
    [...Array<string>(3).fill('allow'), ...Array<string>(7).fill('deny')],
  );
  assert.equal((await deps.store.head(TENANT)).size - before.size, 11);
  const more = await Promise.all(Array.from({ length: 50 }, (_, n) => gate.admit(proposal({ id: `e${String(n)}`, claims: { usdMicros: 40_000 } }))));
  assert.equal(more.filter(({ effect }) => effect === 'allow').length, 2);
  await gate.close();
});

test('[GATE-8] a halt overtakes the queue, denies what waits and is lifted only by an operator', async () => {
  const { gate, deps } = await sampleGate({ policy: document({ agents: { a1: { review: ['pay'], allow: ['*'] } } }), limits: { batch: 4 } });
  const held = gate.admit(proposal({ id: 'p1', name: 'pay' }), 600_000);
  while ((await gate.pending(TENANT)).length === 0) await new Promise(setImmediate);
  const queued = Array.from({ length: 12 }, (_, n) => gate.admit(proposal({ id: `q${String(n)}` })));
  for (let n = 0; n < 50; n++) await Promise.resolve();
  const halted = gate.halt(TENANT, { kind: 'agent', id: id('a1') }, 'stop it', OPERATOR);
  const effects = (await Promise.all(queued)).map(({ effect }) => effect);
  await halted;
  assert.deepEqual(effects, [...Array<string>(4).fill('allow'), ...Array<string>(8).fill('deny')]);
  assert.equal((await held).effect, 'deny');
  const agent = { role: 'agent', tenant: TENANT, agent: id('a1') } as const;
  await assert.rejects(gate.resume(TENANT, { kind: 'agent', id: id('a1') }, 'please', agent as never), coded('FORBIDDEN'));
  await assert.rejects(gate.halt(TENANT, { kind: 'all' }, 'me', agent as never), coded('FORBIDDEN'));
  await gate.resume(TENANT, { kind: 'agent', id: id('a1') }, 'looked at it', OPERATOR);
  assert.equal((await gate.admit(proposal({ id: 'after' }))).effect, 'allow');
  await assert.rejects(gate.resume(TENANT, { kind: 'all' }, 'none', OPERATOR), coded('CONFLICT'));
  assert.equal((await ofType(deps.store, 'agent-halted')).length, 1);
  await gate.close();
});

test('[GATE-8] a halt that cannot be recorded still refuses, and is the first thing recorded', async () => {
  const store = wilful();
  const { gate, clock } = await sampleGate({ store });
  store.mode = 'full';
  await assert.rejects(gate.halt(TENANT, { kind: 'all' }, 'fire', OPERATOR), coded('GATE_CLOSED'));
  await assert.rejects(gate.halt(TENANT, { kind: 'agent', id: id('a1') }, 'fire', OPERATOR), coded('GATE_CLOSED'));
  store.mode = 'well';
  clock.move(1_001);
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
  assert.equal((await gate.admit(proposal())).effect, 'deny');
  const types = (await entriesOf(store)).map(({ type }) => type);
  assert.deepEqual(types.slice(types.lastIndexOf('agent-registered') + 1, -2), ['agent-halted', 'agent-halted', 'gate-opened']);
  await gate.close();
});

test('[GATE-8] an agent that violates too often is halted by itself', async () => {
  const { gate, deps } = await sampleGate({ policy: document({ autoHalt: { violations: 3, windowMs: 3_600_000 } }) });
  for (let n = 0; n < 3; n++) await gate.admit(proposal({ id: `v${String(n)}`, name: 'drop_everything', args: { n } }));
  assert.deepEqual(
    (await ofType(deps.store, 'agent-halted')).map((entry) => entry.body.cause),
    ['violations'],
  );
  const after = await gate.admit(proposal({ id: 'v9' }));
  assert.ok(after.reasons.some(({ code }) => code === 'HALTED'));
  await gate.resume(TENANT, { kind: 'agent', id: id('a1') }, 'ok', OPERATOR);
  assert.equal((await gate.admit(proposal({ id: 'v10' }))).effect, 'allow');
  await gate.close();
});
