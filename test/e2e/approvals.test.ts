import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRoutes } from '../../src/daemon/routes.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { running } from '../api/daemon.ts';
import type { Answer, Running } from '../api/daemon.ts';

const ARGS = { account: 'DE89370400440532013000', amount: 12 };

async function asks(aegis: Running, key: string, id: string, args: object = ARGS): Promise<string> {
  const answer = await aegis.ask('POST', '/v1/actions', { key, body: { id, session: 's1', name: 'withdraw_funds', args } });
  assert.equal(answer.body['effect'], 'ask', answer.text);
  return (answer.body['ask'] as { approval: string }).approval;
}

const grant = (aegis: Running, key: string, approval: string, body: object = {}): Promise<Answer> =>
  aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key, body });

async function entries(aegis: Running, type: string): Promise<readonly { body: Record<string, unknown> }[]> {
  const { body } = await aegis.ask('GET', `/v1/log?limit=1000&type=${type}`, { key: aegis.admin });
  return body['entries'] as { body: Record<string, unknown> }[];
}

async function effectsOf(aegis: Running, action: string): Promise<readonly string[]> {
  const rows = await entries(aegis, 'action-decided');
  return rows
    .filter(({ body }) => (body['action'] as { id: string }).id === action)
    .map(({ body }) => (body['decision'] as { effect: string }).effect);
}

const policy = (approvals: string): string =>
  `apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: test }\ndefault: allow\napprovals: { intents: [withdraw_funds], ${approvals} }\n`;

async function activate(aegis: Running, document: string): Promise<void> {
  const answer = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document } });
  assert.equal(answer.status, 200, answer.text);
}

test('[ASK-23, ASK-2] 200 concurrent grants of one approval over HTTP release exactly one decision', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const olga = await aegis.operator('olga', 'operator');
  const approval = await asks(aegis, key, 'pay-1');
  const held = Array.from({ length: 4 }, () => aegis.ask('GET', '/v1/actions/pay-1?wait=60000', { key }));
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => grant(aegis, n % 2 === 0 ? olga : aegis.admin, approval)));
  const released = answers.filter(({ status }) => status === 200);
  assert.equal(released.length, 1);
  assert.equal(released[0]?.body['effect'], 'allow');
  for (const { status, body } of answers.filter((one) => one.status !== 200)) assert.deepEqual([status, body['code']], [409, 'APPROVAL_NOT_PENDING']);
  for (const { body } of await Promise.all(held)) assert.equal((body['decision'] as { effect: string }).effect, 'allow');
  assert.deepEqual(await effectsOf(aegis, 'pay-1'), ['ask', 'allow']);
  assert.equal((await entries(aegis, 'approval-consumed')).length, 1);
  assert.equal((await entries(aegis, 'approval-granted')).length, 1);
  // The same words under another id are another question.
  await asks(aegis, key, 'pay-2');
});

test('[ASK-21, AUTH-1, AUTH-7] an agent’s key and an auditor’s decide nothing, on any route of approvals and with any verb', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const aldo = await aegis.operator('aldo', 'auditor');
  const approval = await asks(aegis, key, 'pay-1');
  const paths = allRoutes({} as ApiDeps)
    .filter(({ path }) => path.startsWith('/v1/approvals'))
    .map(({ path }) => path.replace(':id', approval));
  assert.ok(paths.length >= 4);
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const [who, by] of [
        ['agent', key],
        ['auditor', aldo],
        ['nobody', undefined],
      ] as const) {
        if (who === 'auditor' && method === 'GET') continue;
        const terms = method === 'GET' || method === 'HEAD' ? {} : { body: {} };
        const { status } = await aegis.ask(method, path, by === undefined ? terms : { key: by, ...terms });
        assert.ok([401, 403, 404, 405].includes(status), `${method} ${path} as ${who}: ${String(status)}`);
      }
    }
  }
  for (const header of ['x-role', 'x-scopes', 'x-http-method-override', 'x-aegis-role']) {
    const answer = await aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key, body: {}, headers: { [header]: 'admin' } });
    assert.equal(answer.status, 403, header);
  }
  const tries = (await entries(aegis, 'request-refused')).filter(({ body }) => body['code'] === 'FORBIDDEN');
  assert.ok(tries.length >= 6, 'what the agent reached for is on record');
  assert.deepEqual(await effectsOf(aegis, 'pay-1'), ['ask']);
});

test('[AUTH-1, ASK-2] whoever fetches the addresses of an approval, be it an unfurler or a prefetch, changes nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const approval = await asks(aegis, key, 'pay-1');
  const size = async (): Promise<unknown> => (await aegis.ask('GET', '/v1/log/checkpoint', { key: aegis.admin })).body['size'];
  const before = await size();
  const bots = ['Slackbot-LinkExpanding 1.0', 'TelegramBot (like TwitterBot)', 'Mozilla/5.0 (compatible; SafeLinks)', 'curl/8', 'Googlebot/2.1'];
  for (const agent of bots) {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      for (const path of ['', '/grant', '/refuse', '/grant?confirm=1&_method=POST']) {
        const { status } = await aegis.ask(method, `/v1/approvals/${approval}${path}`, { key: aegis.admin, headers: { 'user-agent': agent } });
        assert.ok(status < 500, `${method} ${path}`);
      }
    }
  }
  assert.equal(await size(), before);
  const { body } = await aegis.ask('GET', `/v1/approvals/${approval}`, { key: aegis.admin });
  assert.equal(body['status'], 'pending');
});

test('[ASK-22, ASK-4] edited arguments are read and decided again: harmless ones run as edited, dangerous ones do not', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const edited = { ...ARGS, amount: 5 };
  const first = await asks(aegis, key, 'pay-1');
  const answer = await grant(aegis, aegis.admin, first, { editedArgs: edited });
  assert.deepEqual([answer.body['effect'], (answer.body['modify'] as { args: object } | undefined)?.args], ['modify', edited], answer.text);
  const again = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'pay-1', session: 's1', name: 'withdraw_funds', args: ARGS } });
  assert.deepEqual((again.body['modify'] as { args: object } | undefined)?.args, edited);
  const second = await asks(aegis, key, 'pay-2');
  const bad = await grant(aegis, aegis.admin, second, { editedArgs: { ...ARGS, memo: '-----BEGIN RSA PRIVATE KEY-----', command: 'rm -rf /' } });
  assert.notEqual(bad.body['effect'], 'allow', bad.text);
  assert.notEqual(bad.body['effect'], 'modify', bad.text);
  const third = await asks(aegis, key, 'pay-3');
  for (const raw of ['{"editedArgs":{"a":1,"a":2}}', '{"editedArgs":[]}', '{"editedArgs":{"__proto__":{}}}', '{"approved":true}']) {
    const refused = await aegis.ask('POST', `/v1/approvals/${third}/grant`, { key: aegis.admin, raw });
    assert.equal(refused.status, 400, `${raw} ${refused.text}`);
  }
  assert.deepEqual(await effectsOf(aegis, 'pay-3'), ['ask']);
});

test('[ASK-24] an approval nobody answers is a denial, and a late grant changes nothing', async (context) => {
  const aegis = await running(context);
  await activate(aegis, policy('timeoutMs: 1000'));
  const key = await aegis.agent('bot');
  const approval = await asks(aegis, key, 'pay-1');
  const { body } = await aegis.ask('GET', '/v1/actions/pay-1?wait=60000', { key });
  assert.equal((body['decision'] as { effect: string }).effect, 'deny');
  const late = await grant(aegis, aegis.admin, approval);
  assert.ok([409, 410].includes(late.status), late.text);
  assert.deepEqual(await effectsOf(aegis, 'pay-1'), ['ask', 'deny']);
});

test('[GATE-8, ASK-23] what a halted agent waits for is denied, and granting it afterwards releases nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const approval = await asks(aegis, key, 'pay-1');
  const held = aegis.ask('GET', '/v1/actions/pay-1?wait=60000', { key });
  await aegis.ask('POST', '/v1/agents/bot/halt', { key: aegis.admin, body: { reason: 'stop' } });
  assert.equal(((await held).body['decision'] as { effect: string }).effect, 'deny');
  const late = await grant(aegis, aegis.admin, approval);
  assert.equal(late.status, 409, late.text);
  await aegis.ask('POST', '/v1/agents/bot/resume', { key: aegis.admin, body: { reason: 'on' } });
  assert.equal((await grant(aegis, aegis.admin, approval)).status, 409);
  assert.ok(!(await effectsOf(aegis, 'pay-1')).includes('allow'));
});

test('[ASK-2, ASK-8, ASK-25] two must agree: one person twice is one voice, and the voice of somebody removed is none', async (context) => {
  const aegis = await running(context);
  await activate(aegis, policy('quorum: 2'));
  const key = await aegis.agent('bot');
  const [olga, petra, quentin] = [
    await aegis.operator('olga', 'operator'),
    await aegis.operator('petra', 'operator'),
    await aegis.operator('quentin', 'operator'),
  ];
  const first = await asks(aegis, key, 'pay-1');
  assert.equal((await grant(aegis, olga, first)).body['effect'], 'ask');
  const twice = await grant(aegis, olga, first);
  assert.ok(twice.body['effect'] === 'ask' || twice.status === 409, twice.text);
  assert.equal((await grant(aegis, petra, first)).body['effect'], 'allow');

  const second = await asks(aegis, key, 'pay-2', { ...ARGS, amount: 13 });
  await grant(aegis, olga, second);
  assert.equal((await aegis.ask('DELETE', '/v1/operators/olga', { key: aegis.admin })).status, 200);
  const alone = await grant(aegis, petra, second);
  assert.equal(alone.body['effect'], 'ask', alone.text);
  assert.equal((await grant(aegis, olga, second)).status, 401, 'her key is gone');
  assert.equal((await grant(aegis, petra, second)).body['effect'], 'ask', 'her second yes is the first one again');
  assert.equal((await grant(aegis, quentin, second)).body['effect'], 'allow', 'another person may take her place');
  // Parts of two different texts do not add up.
  const third = await asks(aegis, key, 'pay-3', { ...ARGS, amount: 14 });
  await grant(aegis, petra, third, { editedArgs: { ...ARGS, amount: 1 } });
  const other = await grant(aegis, quentin, third);
  assert.equal(other.body['effect'], 'ask', other.text);
});

test('[ASK-3, ASK-5] a decided id answers with its decision only, and an agent that floods people is denied', async (context) => {
  const aegis = await running(context);
  await activate(aegis, policy('maxPending: 3'));
  const key = await aegis.agent('bot');
  const approvals = [];
  for (let n = 0; n < 3; n++) approvals.push(await asks(aegis, key, `pay-${String(n)}`, { ...ARGS, amount: n }));
  const fourth = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'pay-9', session: 's1', name: 'withdraw_funds', args: ARGS } });
  assert.equal(fourth.body['effect'], 'deny', fourth.text);
  await grant(aegis, aegis.admin, approvals[0] ?? '');
  const changed = await aegis.ask('POST', '/v1/actions', {
    key,
    body: { id: 'pay-0', session: 's1', name: 'withdraw_funds', args: { ...ARGS, amount: 999 } },
  });
  assert.deepEqual([changed.status, changed.body['code']], [409, 'IDEMPOTENCY_MISMATCH']);
  for (const more of [{ name: 'other' }, { session: 's2' }]) {
    const body = { id: 'pay-0', session: 's1', name: 'withdraw_funds', args: { ...ARGS, amount: 0 }, ...more };
    assert.equal((await aegis.ask('POST', '/v1/actions', { key, body })).status, 409);
  }
});
