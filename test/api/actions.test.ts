import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';

const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: asking }
default: allow
agents:
  bot: { allow: [read_balance], review: [send_money], block: [drop_all] }
`;

test('[DOOR-1] an action is decided, recorded, settled and read back over HTTP', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const decided = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-1', session: 's1', name: 'lookup', args: { id: 'c1' } } });
  assert.equal(decided.status, 200);
  assert.equal(decided.body['effect'], 'allow');
  assert.equal(decided.body['text'], undefined);
  const again = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-1', session: 's1', name: 'lookup', args: { id: 'c1' } } });
  assert.equal(again.text, decided.text);
  const other = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-1', session: 's1', name: 'lookup', args: { id: 'c2' } } });
  assert.deepEqual([other.status, other.body['code']], [409, 'IDEMPOTENCY_MISMATCH']);
  const settled = await aegis.ask('POST', '/v1/actions/a-1/outcome', { key, body: { status: 'succeeded', result: { balance: 3 } } });
  assert.equal(settled.status, 200);
  const read = await aegis.ask('GET', '/v1/actions/a-1', { key });
  assert.deepEqual([read.body['settled'], (read.body['decision'] as { effect: string }).effect], [true, 'allow']);
  const logged = await aegis.ask('GET', '/v1/log?action=a-1', { key: aegis.admin });
  assert.deepEqual(
    (logged.body['entries'] as { type: string }[]).map(({ type }) => type),
    ['action-decided', 'action-settled'],
  );
});

test('[DOOR-4] a denied agent is told code, reason and next step', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { body } = await aegis.ask('POST', '/v1/actions', { key, body: { session: 's1', name: 'run_shell', args: { command: 'rm -rf /' } } });
  assert.equal(body['effect'], 'deny');
  assert.match(String(body['text']), /^Aegis denied this action\. .* Do not retry it unchanged\. [A-Z].*\.$/);
});

test('[DOOR-2] a key speaks for its own agent only, and a person’s key for none', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const body = { agent: 'other', session: 's1', name: 'lookup', args: {} };
  const refused = await aegis.ask('POST', '/v1/actions', { key, body });
  assert.deepEqual([refused.status, refused.body['code']], [403, 'AGENT_MISMATCH']);
  const admin = await aegis.ask('POST', '/v1/actions', { key: aegis.admin, body });
  assert.deepEqual([admin.status, admin.body['code']], [403, 'FORBIDDEN']);
});

test('[AUTH-1] an approval holds the connection, is granted by a person and never by an agent', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(activated.status, 200, activated.text);
  const held = aegis.ask('POST', '/v1/actions?wait=20000', { key, body: { id: 'pay', session: 's1', name: 'send_money', args: { amount: 5 } } });
  let approvals: readonly { approval: string; args: string; tool: string }[] = [];
  while (approvals.length === 0)
    approvals = (await aegis.ask('GET', '/v1/approvals', { key: aegis.admin })).body['approvals'] as unknown as typeof approvals;
  const [first] = approvals;
  assert.deepEqual([first?.tool, first?.args], ['send_money', '{"amount":5}']);
  const path = `/v1/approvals/${first?.approval ?? ''}/grant`;
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) assert.equal((await aegis.ask(method, path, { key: aegis.admin })).status, 405, method);
  const own = await aegis.ask('POST', path, { key, body: { reason: 'please' } });
  assert.deepEqual([own.status, own.body['code']], [403, 'FORBIDDEN']);
  const granted = await aegis.ask('POST', path, { key: aegis.admin, body: { reason: 'checked' } });
  assert.equal(granted.body['effect'], 'allow', granted.text);
  assert.equal((await held).body['effect'], 'allow');
  const twice = await aegis.ask('POST', path, { key: aegis.admin, body: { reason: 'again' } });
  assert.deepEqual([twice.status, twice.body['code']], [409, 'APPROVAL_NOT_PENDING']);
});

test('[AUTH-9] what was decided, registered and halted is there after a restart', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-1', session: 's1', name: 'lookup', args: {} } });
  await aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope: { kind: 'agent', id: 'bot' }, reason: 'checking' } });
  await aegis.restart();
  assert.deepEqual(aegis.daemon.firstKeys, []);
  const read = await aegis.ask('GET', '/v1/actions/a-1', { key });
  assert.equal(read.status, 200);
  const { body } = await aegis.ask('POST', '/v1/actions', { key, body: { session: 's1', name: 'lookup', args: {} } });
  assert.equal(body['effect'], 'deny');
  assert.ok((body['reasons'] as { code: string }[]).some(({ code }) => code === 'HALTED'));
});
