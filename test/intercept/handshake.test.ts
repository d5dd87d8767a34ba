import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handshakeTerms, permissionProposal, toMicros } from '../../src/intercept/http/handshake/normalise.ts';
import { running } from '../api/daemon.ts';

test('[DOOR-6] dollars become micro-dollars upwards, so that rounding never makes a cost free', () => {
  assert.deepEqual([0, 0.000_000_1, 0.1, 1, 4.35].map(toMicros), [0, 1, 100_000, 1_000_000, 4_350_000]);
});

test('[AUTH-8] a handshake lowers what an operator allowed and never raises it', () => {
  const registered = { capabilities: [], maxPriority: 4, onUnavailable: 'deny', sessionBudgetUsdMicros: 1_000_000 } as const;
  const known = { registered, firstSeen: 0, revoked: false, violations: [], pendingApprovals: 0 };
  const more = handshakeTerms({ agent_id: 'bot', max_priority: 9, session_budget_usd: 50 }, known, true);
  assert.deepEqual([more.maxPriority, more.sessionBudgetUsdMicros], [4, 1_000_000]);
  const less = handshakeTerms({ agent_id: 'bot', max_priority: 2, session_budget_usd: 0.5 }, known, true);
  assert.deepEqual([less.maxPriority, less.sessionBudgetUsdMicros], [2, 500_000]);
});

test('[DOOR-6] a lock request that names no resource is refused', () => {
  const body = { agent_id: 'bot', task_intent: 'write', resource_type: 'file_lock', estimated_cost_usd: 0 } as const;
  assert.throws(() => permissionProposal(body, { role: 'agent', tenant: 't' as never, agent: 'bot' as never }), { code: 'REQUEST_INVALID' });
});

test('[DOOR-6] handshake, permission and release over HTTP: locks exclude, tokens belong to their holder', async (context) => {
  const aegis = await running(context);
  const [one, two] = [await aegis.agent('one', { sessionBudgetUsdMicros: 2_000_000 }), await aegis.agent('two')];
  const unknown = await aegis.ask('POST', '/api/v1/request-permission', {
    key: aegis.admin,
    body: { agent_id: 'nobody', task_intent: 'x', estimated_cost_usd: 0 },
  });
  assert.deepEqual([unknown.status, unknown.body['code']], [403, 'UNKNOWN_AGENT']);
  const shaken = await aegis.ask('POST', '/api/v1/handshake', { key: one, body: { agent_id: 'one', agent_framework: 'custom' } });
  assert.deepEqual([shaken.status, shaken.body['status']], [200, 'registered']);
  const foreign = await aegis.ask('POST', '/api/v1/handshake', { key: one, body: { agent_id: 'two' } });
  assert.deepEqual([foreign.status, foreign.body['code']], [403, 'AGENT_MISMATCH']);
  const lock = (agent: string, key: string) =>
    aegis.ask('POST', '/api/v1/request-permission', {
      key,
      body: { agent_id: agent, task_intent: 'update the report', resource_type: 'wallet_lock', target_resource: '0xabc', estimated_cost_usd: 0.5 },
    });
  const granted = await lock('one', one);
  assert.deepEqual([granted.body['status'], granted.body['remaining_budget_usd']], ['GRANTED', 1.5], granted.text);
  assert.match(String(granted.body['lock_token']), /^fence-\d+$/);
  const waiting = await lock('two', two);
  assert.equal(waiting.body['status'], 'PENDING', waiting.text);
  assert.ok(Number(waiting.body['retry_after_seconds']) >= 1);
  const stolen = await aegis.ask('POST', '/api/v1/release-lock', {
    key: two,
    body: { agent_id: 'two', resource: '0xabc', lock_token: granted.body['lock_token'] },
  });
  assert.equal(stolen.status, 409);
  const released = await aegis.ask('POST', '/api/v1/release-lock', {
    key: one,
    body: { agent_id: 'one', resource: '0xabc', lock_token: granted.body['lock_token'] },
  });
  assert.equal(released.body['success'], true, released.text);
  assert.equal((await lock('two', two)).body['status'], 'GRANTED');
  const dear = await aegis.ask('POST', '/api/v1/request-permission', {
    key: one,
    body: { agent_id: 'one', task_intent: 'compute', resource_type: 'compute', estimated_cost_usd: 1.6 },
  });
  assert.equal(dear.body['status'], 'REJECTED', dear.text);
});
