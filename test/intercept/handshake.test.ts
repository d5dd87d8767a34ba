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

test('[DOOR-25] what an agent says of its capabilities only takes away, whatever it names', () => {
  const registered = { capabilities: ['readonly:read_file', 'readonly:list', 'chat'], maxPriority: 5, onUnavailable: 'deny' } as const;
  const known = { registered, firstSeen: 0, revoked: false, violations: [], pendingApprovals: 0 };
  const told = (capabilities: string[] | undefined): readonly string[] =>
    handshakeTerms({ agent_id: 'bot', ...(capabilities === undefined ? {} : { capabilities }) }, known, true).capabilities;
  assert.deepEqual(told(undefined), registered.capabilities);
  assert.deepEqual(told(['readonly:bash']), ['chat']);
  assert.deepEqual(told(['readonly:list', 'readonly:bash']), ['readonly:list', 'chat']);
  assert.deepEqual(told(['chat', 'admin']), registered.capabilities);
  assert.deepEqual(told(['admin']), ['readonly:read_file', 'readonly:list']);
  assert.deepEqual(told([]), registered.capabilities);
});

test('[DOOR-25] [DEC-10] a handshake says what was capped, and a request above the ceiling is refused', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot', { maxPriority: 4, sessionBudgetUsdMicros: 2_000_000, capabilities: ['readonly:read_file'] });
  const post = (path: string, body: object) => aegis.ask('POST', path, { key, body: { agent_id: 'bot', ...body } });
  const shaken = await post('/api/v1/handshake', { max_priority: 7, session_budget_usd: 50, capabilities: ['readonly:bash', 'root'] });
  const { max_priority: priority, session_budget_usd: budget, capabilities, message } = shaken.body;
  assert.deepEqual([shaken.status, priority, budget, capabilities], [200, 4, 2, []], shaken.text);
  for (const said of ['max_priority 7 is above', '4 holds', 'session_budget_usd 50 is above', '2 holds', 'readonly:bash, root'])
    assert.ok(String(message).includes(said), String(message));
  const { body: seen } = await aegis.ask('GET', '/v1/agents/self', { key });
  assert.deepEqual([seen['maxPriority'], seen['readOnlyTools'], seen['sessionBudgetUsdMicros']], [4, [], 2_000_000]);
  const asked = { task_intent: 'compute', resource_type: 'compute', estimated_cost_usd: 0 };
  const above = await post('/api/v1/request-permission', { ...asked, priority: 7 });
  assert.equal(above.body['status'], 'REJECTED');
  assert.match(String(above.body['reason']), /Priority 7 is above .* 4.*\(INVALID_ACTION\)/);
  assert.equal((await post('/api/v1/request-permission', asked)).body['status'], 'GRANTED', 'what nobody claimed is within the ceiling');
  assert.equal((await post('/api/v1/request-permission', { ...asked, priority: 4 })).body['status'], 'GRANTED');
});

test('[DOOR-25] what was granted after a person’s yes says who granted it', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const olga = await aegis.operator('olga', 'operator');
  const body = { agent_id: 'bot', task_intent: 'withdraw_funds', resource_type: 'api_call', estimated_cost_usd: 0, request_id: 'r1' };
  const ask = () => aegis.ask('POST', '/api/v1/request-permission', { key, body });
  const pending = await ask();
  assert.equal(pending.body['status'], 'PENDING', pending.text);
  const approval = String(pending.body['escalation_id']);
  const granted = await aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key: olga, body: { reason: 'called them' } });
  assert.equal(granted.body['effect'], 'allow', granted.text);
  const { body: answer } = await ask();
  assert.deepEqual([answer['status'], answer['reason']], ['GRANTED', `olga granted it (approval ${approval}).`]);
});

test('[DOOR-31] budget, pending and resolve in the words of the protocol: people decide, and an agent sees its own budget only', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot', { sessionBudgetUsdMicros: 5_000_000 });
  await aegis.agent('other');
  const olga = await aegis.operator('olga', 'operator');
  const body = { agent_id: 'bot', task_intent: 'withdraw_funds', resource_type: 'api_call', estimated_cost_usd: 1.5, priority: 3 };
  const ask = (id: string) => aegis.ask('POST', '/api/v1/request-permission', { key, body: { ...body, request_id: id } });
  const budget = (agent: string, who: string) => aegis.ask('GET', `/api/v1/budget/${agent}`, { key: who });
  assert.deepEqual((await budget('bot', key)).body, { agent_id: 'bot', remaining_budget_usd: 5 });
  assert.equal((await budget('other', key)).status, 404);
  assert.deepEqual((await budget('other', olga)).body, { agent_id: 'other', remaining_budget_usd: 10 });
  assert.equal((await budget('nobody', olga)).status, 404);

  const [first, second] = [await ask('r1'), await ask('r2')];
  const ids = [first, second].map(({ body: one }) => String(one['escalation_id']));
  assert.equal((await aegis.ask('GET', '/api/v1/hitl/pending', { key })).status, 403);
  const listed = (await aegis.ask('GET', '/api/v1/hitl/pending', { key: olga })).body as { count: number; pending: Record<string, unknown>[] };
  assert.equal(listed.count, 2);
  const { created_at: at, escalation_reasons: reasons, ...rest } = listed.pending[0] ?? {};
  assert.deepEqual(rest, {
    approval_id: ids[0],
    agent_id: 'bot',
    task_intent: 'withdraw_funds',
    estimated_cost_usd: 1.5,
    priority: 3,
    confidence: 1,
    risk_level: first.body['risk'] ?? rest['risk_level'],
  });
  assert.ok(Array.isArray(reasons) && reasons.length > 0 && !Number.isNaN(Date.parse(String(at))));

  const resolve = (who: string, approval_id: string | undefined, approved: boolean) =>
    aegis.ask('POST', '/api/v1/hitl/resolve', { key: who, body: { approval_id, approved, decided_by: 'admin' } });
  assert.equal((await resolve(key, ids[0], true)).status, 403, 'an agent approves nothing');
  const granted = await resolve(olga, ids[0], true);
  assert.deepEqual(granted.body, { success: true, approval_id: ids[0], status: 'APPROVED', message: 'Granted.' });
  assert.equal((await ask('r1')).body['status'], 'GRANTED');
  assert.match(String((await ask('r1')).body['reason']), /^olga granted it/, 'not who the request says decided');
  assert.equal((await resolve(olga, ids[1], false)).body['status'], 'REJECTED');
  assert.equal((await ask('r2')).body['status'], 'REJECTED');
  assert.equal((await resolve(olga, ids[1], true)).status, 409, 'decided already');
  assert.deepEqual([(await resolve(olga, 'never', true)).status, (await resolve(olga, 'never', true)).body['status']], [200, 'NOT_FOUND']);
});
