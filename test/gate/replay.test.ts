import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reloadPolicy } from '../../src/gate/tenant/policies.ts';
import { replayTenant } from '../../src/lab/replay.ts';
import type { CompileRecorded } from '../../src/lab/replay.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { ADMIN, document, sampleGate, id, OPERATOR, proposal, SECOND, TENANT } from './sample-gate.ts';

const compile: CompileRecorded = (bytes, digest) => reloadPolicy(compilePolicy, bytes, digest);
const YES = { reason: 'ok', channel: 'test' } as const;

/** A session in which everything happens once: allowed, denied, asked, edited, refused, expired, halted, deferred, another policy. */
async function busy(): Promise<Awaited<ReturnType<typeof sampleGate>>> {
  const policy = document({
    agents: { a1: { review: ['pay'], allow: ['*'] } },
    approvals: { timeoutMs: 1_000 },
    budgets: [{ scope: 'agent', toolCalls: 9 }],
  });
  const made = await sampleGate({ policy });
  const { gate, clock } = made;
  const pay = async (key: string): Promise<never> => {
    const decision = await gate.admit(proposal({ id: key, name: 'pay', args: { to: 'carol', key } }));
    assert.ok(decision.effect === 'ask');
    return decision.ask.approval as never;
  };
  await gate.label({ tenant: TENANT, agent: id('a1'), session: id('s1'), source: 'user_input', trusted: true, value: 'pay carol, please' });
  await gate.admit(proposal({ id: 'ok', args: { n: 1 } }));
  await gate.settle({
    tenant: TENANT,
    agent: id('a1'),
    action: id('ok'),
    status: 'succeeded',
    usage: {},
    result: { to: 'carol' },
    source: 'tool_output',
    trusted: false,
  });
  await gate.admit(proposal({ id: 'bad', name: 'drop_everything' }));
  await gate.grant(TENANT, await pay('p1'), OPERATOR, YES);
  await gate.grant(TENANT, await pay('p2'), OPERATOR, { ...YES, editedArgs: { to: 'dave' } });
  await gate.refuse(TENANT, await pay('p3'), SECOND, YES);
  await pay('p4');
  clock.move(1_001);
  await gate.wait({ tenant: TENANT, agent: id('a1'), action: id('p4') }, 0);
  const resource = { resource: 'file:/x', slots: 1, ttlMs: 60_000 };
  await gate.admit(proposal({ id: 'l1', resource }));
  await gate.admit(proposal({ id: 'l2', session: 's2', resource, args: { only: 'here' } }));
  await pay('p5');
  await gate.halt(TENANT, { kind: 'agent', id: id('a1') }, 'stop', OPERATOR);
  await gate.resume(TENANT, { kind: 'agent', id: id('a1') }, 'go', OPERATOR);
  await gate.activate(TENANT, document({ default: 'deny', rules: [{ id: 'r', when: 'action.name == "read_thing"', effect: 'allow' }] }), ADMIN);
  for (let n = 0; n < 12; n++) await gate.admit(proposal({ id: `n${String(n)}`, args: { n } }));
  return made;
}

test('[GATE-17] every decision of a busy session comes out again, byte for byte, from the record alone', async () => {
  const { gate, deps } = await busy();
  await gate.close();
  const report = await replayTenant(deps.store, TENANT, compile);
  assert.equal(report.difference, null);
  assert.deepEqual(report.erased, []);
  assert.ok(report.equal > 20);
  assert.equal(report.entries, (await deps.store.head(TENANT)).size);
});

test('[GATE-17] what was erased is said to be erased, and the rest still comes out', async () => {
  const { gate, deps } = await busy();
  await gate.erase(TENANT, 'session/s2', 'asked to', ADMIN);
  await gate.close();
  const report = await replayTenant(deps.store, TENANT, compile);
  assert.equal(report.difference, null);
  assert.ok(report.erased.length >= 1);
  assert.ok(report.equal > 18);
});

test('[GATE-17] the first decision that would be made otherwise is named', async () => {
  const { gate, deps } = await busy();
  await gate.close();
  const stricter: CompileRecorded = async (bytes, digest) => {
    const policy = await compile(bytes, digest);
    return policy === null ? null : { ...policy, budgets: policy.budgets.map((budget) => ({ ...budget, limit: { toolCalls: 2 } })) };
  };
  const { difference } = await replayTenant(deps.store, TENANT, stricter);
  assert.ok(difference !== null);
  assert.ok(difference.replayed.includes('BUDGET_EXCEEDED') && !difference.recorded.includes('BUDGET_EXCEEDED'));
});
