import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from '../../src/gate/create-gate.ts';
import { memoryStore } from '../../src/log/memory.ts';
import type { LogStore } from '../../src/log/store.ts';
import { verifyStore } from '../../src/log/verify.ts';
import { ofType } from './entries.ts';
import { ADMIN, dependencies, document, id, OPERATOR, proposal, sampleGate, SECOND, TENANT } from './sample-gate.ts';

test('[LOG-24] an erasure whose entry never became durable is put on record when the gate opens again', async () => {
  const store = memoryStore();
  let broken = false;
  const failing: LogStore = {
    ...store,
    append: (...args) => (broken ? Promise.reject(new Error('the disk is gone')) : store.append(...args)),
  };
  const { gate } = await sampleGate({ store: failing });
  await gate.admit(proposal({ args: { note: 'private' } }));
  assert.ok((await verifyStore(store, TENANT)).ok);
  broken = true;
  await assert.rejects(gate.erase(TENANT, 'session/s1', 'request 881', ADMIN), { code: 'GATE_CLOSED' });
  assert.match((await verifyStore(store, TENANT)).detail, /an erasure of session\/a1~s1 was begun and is not on record/);
  const { hand: _hand, ...deps } = dependencies({ store });
  await (await createGate(deps)).close();
  const [erased, ...more] = await ofType(store, 'payload-erased');
  assert.deepEqual(
    [erased?.body.subject, erased?.body.reason, erased?.body.digests.length, erased?.actor.kind, more.length],
    ['session/a1~s1', 'request 881', 1, 'system', 0],
  );
  const verified = await verifyStore(store, TENANT);
  assert.deepEqual([verified.ok, verified.payloads.erased], [true, 1], verified.detail);
  await (await createGate(deps)).close();
  assert.equal((await ofType(store, 'payload-erased')).length, 1, 'once');
});

test('[LOG-22, ASK-24] what waits for a person and is erased does not come back beside the log when it is decided again', async () => {
  const policy = document({ agents: { a1: { review: ['pay'], allow: ['*'] } }, approvals: { timeoutMs: 60_000, quorum: 2 } });
  for (const edited of [false, true]) {
    const { gate, deps } = await sampleGate({ policy });
    const decision = await gate.admit(proposal({ name: 'pay', args: { note: 'private' } }));
    assert.ok(decision.effect === 'ask');
    const { approval } = decision.ask;
    const terms = { reason: 'ok', channel: 'test' };
    if (edited) await gate.grant(TENANT, approval, OPERATOR, { ...terms, editedArgs: { note: 'also private' } });
    await gate.erase(TENANT, 'session/s1', 'asked to', ADMIN);
    await gate.refuse(TENANT, approval, SECOND, terms);
    const verified = await verifyStore(deps.store, TENANT);
    assert.ok(verified.ok, verified.detail);
    for (const entry of await ofType(deps.store, 'action-decided')) {
      const bytes = await deps.store.payload(TENANT, entry.body.action.argsDigest);
      assert.equal(bytes, 'erased', String(entry.index));
    }
    assert.equal(await deps.store.payload(TENANT, id('0'.repeat(64))), null);
    await gate.close();
  }
});

test('[LOG-37] erasing an agent erases every session it has had, its own key last, and no session of another agent', async () => {
  const { gate, deps } = await sampleGate();
  for (const session of ['s1', 's2']) await gate.admit(proposal({ session: id(session), args: { note: `private ${session}` } }));
  const notes = (await ofType(deps.store, 'action-decided')).map(({ body }) => body.action.argsDigest);
  await gate.erase(TENANT, 'agent/a2', 'another agent', ADMIN);
  for (const digest of notes) assert.notEqual(await deps.store.payload(TENANT, digest), 'erased');
  const { erased } = await gate.erase(TENANT, 'agent/a1', 'request 882', ADMIN);
  assert.ok(erased >= 2, String(erased));
  for (const digest of notes) assert.equal(await deps.store.payload(TENANT, digest), 'erased');
  const subjects = (await ofType(deps.store, 'payload-erased')).map(({ body }) => body.subject);
  assert.deepEqual(subjects, ['agent/a2', 'session/a1~s1', 'session/a1~s2', 'agent/a1']);
  const verified = await verifyStore(deps.store, TENANT);
  assert.ok(verified.ok, verified.detail);
  await gate.close();
});
