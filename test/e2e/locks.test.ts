import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentId, TenantId } from '../../src/kernel/ids.ts';
import { running } from '../api/daemon.ts';
import type { Answer, Running } from '../api/daemon.ts';

interface Claim {
  readonly session: string;
  readonly resource: string;
  readonly slots?: number;
  readonly ttlMs?: number;
  readonly priority?: number;
  readonly id?: string;
}

let calls = 0;
const claim = (aegis: Running, key: string, { session, resource, slots = 1, ttlMs = 60_000, priority, id }: Claim): Promise<Answer> =>
  aegis.ask('POST', '/v1/actions', {
    key,
    body: {
      ...(id === undefined ? {} : { id }),
      session,
      name: 'update_record',
      args: { n: id ?? calls++ },
      resource: { resource, slots, ttlMs },
      ...(priority === undefined ? {} : { claims: { priority } }),
    },
  });

const codes = ({ body }: Answer): readonly string[] => ((body['reasons'] ?? []) as { code: string }[]).map(({ code }) => code);

async function settle(aegis: Running, key: string, answer: Answer): Promise<void> {
  const done = await aegis.ask('POST', `/v1/actions/${String(answer.body['action'])}/outcome`, { key, body: { status: 'succeeded' } });
  assert.equal(done.status, 200, done.text);
}

test('[LOCK-1, LOCK-2] of many that want one thing one has it at a time, and fences only ever rise, over a restart too', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  let last = -1;
  for (let round = 0; round < 6; round++) {
    if (round === 3) await aegis.restart();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => claim(aegis, key, { session: `r${String(round)}-${String(n)}`, resource: `thing:${String(round)}` })),
    );
    const holding = answers.filter(({ body }) => body['effect'] === 'allow');
    assert.equal(holding.length, 1);
    for (const answer of answers) if (answer !== holding[0]) assert.deepEqual([answer.body['effect'], codes(answer)[0]], ['defer', 'LOCK_HELD']);
    const [held] = holding;
    const fence = Number(held?.body['fence']);
    assert.ok(Number.isSafeInteger(fence) && fence > last, `${String(fence)} after ${String(last)}`);
    last = fence;
    if (held !== undefined) await settle(aegis, key, held);
  }
});

test('[LOCK-3] every spelling of one thing is one lock', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const families = [
    [
      'file:/srv/app/db.json',
      'file:///srv/app/db.json',
      'file://localhost/srv/app/db.json',
      '/srv/app/./db.json',
      '/srv//app/x/../db.json',
      'FILE:/srv/app/db%2Ejson',
      '\\srv\\app\\db.json',
    ],
    [
      'https://git.example/team/repo',
      'HTTPS://GIT.example:443/team/repo/',
      'https://me@git.example./team/repo.git',
      'https://git.example/team/%72epo#main',
    ],
    ['wallet:0xABCDEF01', 'wallet:0xabcdef01'],
    ['table:caf\u00e9', 'table:cafe\u0301'],
  ];
  for (const [at, names] of families.entries()) {
    const [first = '', ...aliases] = names;
    const held = await claim(aegis, key, { session: `own-${String(at)}`, resource: first });
    assert.equal(held.body['effect'], 'allow', held.text);
    for (const [n, alias] of aliases.entries()) {
      const answer = await claim(aegis, key, { session: `other-${String(at)}-${String(n)}`, resource: alias });
      assert.equal(answer.body['effect'], 'defer', `${alias} ${answer.text}`);
    }
    const free = await claim(aegis, key, { session: `free-${String(at)}`, resource: `${first}-not` });
    assert.equal(free.body['effect'], 'allow', free.text);
  }
  const { body } = await aegis.ask('GET', '/v1/locks', { key: aegis.admin });
  assert.equal((body['locks'] as { holders: unknown[] }[]).filter(({ holders }) => holders.length > 0).length, families.length * 2);
});

test('[GATE-14, LOCK-2] a lower fence, another’s fence and a fence that was given back release and renew nothing', async (context) => {
  const aegis = await running(context);
  const [bot, other] = [await aegis.agent('bot'), await aegis.agent('other')];
  const request = (key: string, agent: string): Promise<Answer> =>
    aegis.ask('POST', '/api/v1/request-permission', {
      key,
      body: { agent_id: agent, task_intent: 'edit the plan', resource_type: 'file_lock', target_resource: '/plan.md', estimated_cost_usd: 0 },
    });
  const release = (key: string, agent: string, token: string): Promise<Answer> =>
    aegis.ask('POST', '/api/v1/release-lock', { key, body: { agent_id: agent, resource: '/plan.md', lock_token: token } });
  const first = String((await request(bot, 'bot')).body['lock_token']);
  assert.match(first, /^fence-\d+$/);
  assert.equal((await request(other, 'other')).body['status'], 'PENDING');
  const wrong = [`fence-${String(Number(first.slice(6)) - 1)}`, `fence-${String(Number(first.slice(6)) + 1)}`, 'fence-0'];
  for (const token of wrong) assert.equal((await release(bot, 'bot', token)).status, 409, token);
  for (const token of ['fence--1', 'fence-1e3', 'fence-9999999999999999', '', 'fence-'])
    assert.equal((await release(bot, 'bot', token)).status, 400, token);
  assert.equal((await release(other, 'other', first)).status, 409, 'another agent');
  assert.equal((await release(other, 'bot', first)).status, 403, 'in another’s name');
  assert.equal((await release(bot, 'bot', first)).status, 200);
  assert.equal((await release(bot, 'bot', first)).status, 409, 'twice');
  const second = String((await request(other, 'other')).body['lock_token']);
  assert.ok(Number(second.slice(6)) > Number(first.slice(6)));
  assert.equal((await release(bot, 'bot', first)).status, 409, 'a fence of the past');
  const tenant = 'default' as TenantId;
  const renew = (fence: string, agent: string): Promise<unknown> =>
    aegis.daemon.gate.record(
      tenant,
      'lock-renewed',
      { resource: 'file:/plan.md', fence: Number(fence.slice(6)) as never, ttlMs: 1_000 },
      { role: 'agent', tenant, agent: agent as AgentId },
    );
  await assert.rejects(renew(first, 'bot'), { code: 'CONFLICT' });
  await assert.rejects(renew(second, 'bot'), { code: 'CONFLICT' });
  await renew(second, 'other');
});

test('[LOCK-7, LOCK-4] a higher priority takes the slot of the lowest; a claimed one counts no more than the registered one', async (context) => {
  const aegis = await running(context);
  const low = await aegis.agent('low', { maxPriority: 3 });
  const high = await aegis.agent('high', { maxPriority: 9 });
  const held = await claim(aegis, low, { session: 'l', resource: 'gpu:1', priority: 3 });
  assert.equal(held.body['effect'], 'allow', held.text);
  const lied = await claim(aegis, low, { session: 'l2', resource: 'gpu:1', priority: 10 });
  assert.deepEqual([lied.body['effect'], codes(lied)[0]], ['deny', 'INVALID_ACTION']);
  const taken = await claim(aegis, high, { session: 'h', resource: 'gpu:1', priority: 9 });
  assert.equal(taken.body['effect'], 'allow', taken.text);
  assert.ok(Number(taken.body['fence']) > Number(held.body['fence']));
  const { body } = await aegis.ask('GET', '/v1/locks', { key: aegis.admin });
  const [lock] = body['locks'] as { holders: { fence: number }[] }[];
  assert.deepEqual(
    lock?.holders.map(({ fence }) => fence),
    [taken.body['fence']],
    'the old fence holds nothing',
  );
  assert.equal((await claim(aegis, low, { session: 'l3', resource: 'gpu:1', priority: 3 })).body['effect'], 'defer');
});

test('[LOCK-5] whose waiting would close a circle is denied, and the circle then comes apart', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const names = ['a', 'b', 'c'];
  const held = await Promise.all(names.map((name) => claim(aegis, key, { session: name, resource: `thing:${name}` })));
  assert.equal((await claim(aegis, key, { session: 'a', resource: 'thing:b', id: 'a-b' })).body['effect'], 'defer');
  assert.equal((await claim(aegis, key, { session: 'b', resource: 'thing:c' })).body['effect'], 'defer');
  const closing = await claim(aegis, key, { session: 'c', resource: 'thing:a' });
  assert.equal(closing.body['effect'], 'deny', closing.text);
  assert.ok(codes(closing).includes('LOCK_DEADLOCK'));
  const [, second] = held;
  if (second !== undefined) await settle(aegis, key, second);
  const again = await aegis.ask('POST', '/v1/actions?wait=20000', {
    key,
    body: { id: 'a-b', session: 'a', name: 'update_record', args: { n: 'a-b' }, resource: { resource: 'thing:b', slots: 1, ttlMs: 60_000 } },
  });
  assert.equal(again.body['effect'], 'allow', again.text);
});

test('[LOCK-2, GATE-8] a lock ends with its time and with the halt of its holder', async (context) => {
  const aegis = await running(context);
  const [bot, other] = [await aegis.agent('bot'), await aegis.agent('other')];
  await claim(aegis, bot, { session: 's', resource: 'thing:short', ttlMs: 1 });
  const body = { session: 'o', name: 'update_record', args: {}, resource: { resource: 'thing:short', slots: 1, ttlMs: 60_000 } };
  assert.equal((await aegis.ask('POST', '/v1/actions?wait=20000', { key: other, body })).body['effect'], 'allow');
  await claim(aegis, bot, { session: 's', resource: 'thing:long' });
  await aegis.ask('POST', '/v1/agents/bot/halt', { key: aegis.admin, body: { reason: 'stop' } });
  assert.equal((await claim(aegis, other, { session: 'o2', resource: 'thing:long' })).body['effect'], 'allow');
  assert.equal((await claim(aegis, bot, { session: 's', resource: 'thing:new' })).body['effect'], 'deny');
});
