import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

type Row = Readonly<Record<string, unknown>>;

const LISTS = ['actions', 'agents', 'sessions', 'approvals', 'reasons', 'timeline', 'spend'] as const;

async function worked(aegis: Running): Promise<{ readonly key: string; readonly allowed: string }> {
  const key = await aegis.agent('bot');
  const act = (id: string, session: string, name: string, args: object): Promise<unknown> =>
    aegis.ask('POST', '/v1/actions', { key, body: { id, session, name, args } });
  await act('a-1', 's1', 'lookup', { order: 7 });
  await aegis.ask('POST', '/v1/actions/a-1/outcome', { key, body: { status: 'succeeded', usage: { usdMicros: 1_500, tokens: 12 } } });
  await act('a-2', 's1', 'run_shell', { command: 'rm -rf /' });
  await act('a-3', 's2', '<img src=x onerror=alert(1)>', {});
  return { key, allowed: 'a-1' };
}

const rows = async (aegis: Running, path: string, field: string): Promise<readonly Row[]> =>
  (await aegis.ask('GET', path, { key: aegis.admin })).body[field] as readonly Row[];

test('[VIEW-7] decisions are listed by agent, session, integration, category, effect, risk, reason, time and text', async (context) => {
  const aegis = await running(context);
  await worked(aegis);
  const ids = async (query: string): Promise<unknown[]> => (await rows(aegis, `/v1/views/actions${query}`, 'actions')).map(({ action }) => action);
  assert.deepEqual(await ids(''), ['a-3', 'a-2', 'a-1']);
  const [denied] = await rows(aegis, '/v1/views/actions?effect=deny', 'actions');
  assert.deepEqual([denied?.['action'], denied?.['risk'], denied?.['agent'], denied?.['name']], ['a-2', 'CRITICAL', 'bot', 'run_shell']);
  const reason = encodeURIComponent(String(denied?.['reason']));
  for (const query of [`?reason=${reason}`, '?risk=CRITICAL', '?category=shell', '?q=SHELL', '?name=run_shell', '?session=s1&effect=deny'])
    assert.deepEqual(await ids(query), ['a-2'], query);
  assert.deepEqual(await ids('?integration=http&session=s2&agent=bot'), ['a-3']);
  for (const query of ['?agent=nobody', '?q=%00', '?integration=mcp', '?since=99999999999999', '?until=1'])
    assert.deepEqual(await ids(query), [], query);
  assert.deepEqual(await ids(`?q=${encodeURIComponent('<IMG')}`), ['a-3']);
  const first = await aegis.ask('GET', '/v1/views/actions?limit=2', { key: aegis.admin });
  assert.deepEqual(await ids(`?limit=2&before=${String(first.body['next'])}`), ['a-1']);
  assert.equal(first.body['asOf'], first.body['size']);
  const settled = await rows(aegis, '/v1/views/actions?q=lookup', 'actions');
  assert.deepEqual(settled[0]?.['outcome'], { status: 'succeeded', usdMicros: 1_500, tokens: 12 });
  for (const bad of ['limit=0', 'limit=501', 'before=-1', 'effect=nothing', 'agent=a%20b', `q=${'x'.repeat(257)}`, 'unknown=1', 'q=a&q=b'])
    assert.equal((await aegis.ask('GET', `/v1/views/actions?${bad}`, { key: aegis.admin })).body['code'], 'REQUEST_INVALID', bad);
});

test('[VIEW-8] agents, sessions, approvals, reasons, timeline, spend and the overview are told in numbers', async (context) => {
  const aegis = await running(context);
  const { key } = await worked(aegis);
  await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-4', session: 's2', name: 'run_shell', args: { command: 'sudo reboot' } } });
  const [agent] = await rows(aegis, '/v1/views/agents', 'agents');
  assert.deepEqual(
    [agent?.['agent'], agent?.['status'], agent?.['actions'], agent?.['usdMicros'], agent?.['sessions']],
    ['bot', 'active', 4, 1_500, 2],
  );
  assert.deepEqual(
    (await rows(aegis, '/v1/views/sessions', 'sessions')).map(({ session, actions }) => [session, actions]),
    [
      ['s2', 2],
      ['s1', 2],
    ],
  );
  const spend = (await aegis.ask('GET', '/v1/views/spend', { key: aegis.admin })).body;
  assert.deepEqual(spend['total'], { usdMicros: 1_500, tokens: 12 });
  const buckets = await rows(aegis, '/v1/views/timeline?step=minute', 'buckets');
  assert.equal(
    buckets.reduce((sum, { deny }) => sum + Number(deny), 0),
    (await rows(aegis, '/v1/views/reasons', 'reasons')).reduce((sum, { effect, count }) => sum + (effect === 'deny' ? Number(count) : 0), 0),
  );
  await aegis.ask('POST', '/v1/agents/bot/halt', { key: aegis.admin, body: { reason: 'looking' } });
  const { body: overview } = await aegis.ask('GET', '/v1/overview', { key: aegis.admin });
  assert.deepEqual(overview['agents'], { active: 0, halted: 1, revoked: 0 });
  // The halt denied what was waiting: that is a decision of its own.
  assert.deepEqual([(overview['last24h'] as Row)['actions'], overview['risk'], overview['spentTodayUsdMicros']], [5, 'CRITICAL', 1_500]);
  const [approval] = await rows(aegis, '/v1/views/approvals?session=s2', 'approvals');
  assert.deepEqual([approval?.['action'], approval?.['status'], approval?.['by']], ['a-4', 'voided', []]);
  const [change] = overview['changes'] as readonly Row[];
  assert.deepEqual([change?.['type'], change?.['by'], change?.['subject']], ['agent-halted', 'operator/admin', 'agent/bot']);
  assert.equal((overview['policy'] as Row)['name'], 'default');
});

test('[VIEW-9] lists and the feed are for people: an agent is refused, an operator and an auditor read', async (context) => {
  const aegis = await running(context);
  const { key } = await worked(aegis);
  const people = [await aegis.operator('olga', 'operator'), await aegis.operator('aldo', 'auditor')];
  for (const path of [...LISTS.map((list) => `/v1/views/${list}`), '/v1/overview', '/v1/feed']) {
    assert.equal((await aegis.ask('GET', path, { key })).body['code'], 'FORBIDDEN', path);
    if (path === '/v1/feed') continue;
    for (const person of people) assert.equal((await aegis.ask('GET', path, { key: person })).status, 200, path);
  }
});
