import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

type Row = Readonly<Record<string, unknown>>;

async function spend(aegis: Running, key: string, [session, usdMicros]: readonly [string, number]): Promise<void> {
  const { body } = await aegis.ask('POST', '/v1/actions', { key, body: { session, name: 'lookup', args: {} } });
  assert.equal(body['effect'], 'allow', JSON.stringify(body));
  await aegis.ask('POST', `/v1/actions/${String(body['action'])}/outcome`, { key, body: { status: 'succeeded', usage: { usdMicros, tokens: 10 } } });
}

const budgets = async (aegis: Running, query = ''): Promise<readonly Row[]> =>
  (await aegis.ask('GET', `/v1/views/budgets${query}`, { key: aegis.admin })).body['budgets'] as readonly Row[];

test('[SPEND-13] every limit is told with what is taken, when it resets and when it is used up at this pace, the fullest first', async (context) => {
  const aegis = await running(context);
  const [one, two] = [await aegis.agent('one', { team: 'care' }), await aegis.agent('two', { team: 'care' })];
  for (const [ledger, limit] of [
    ['agent/one', { usdMicros: 2_000, tokens: 1_000 }],
    ['agent/one/day', { steps: 1_000_000 }],
    ['team/care', { usdMicros: 1_000_000 }],
    ['tenant', { toolCalls: 100 }],
    ['session/s1', { usdMicros: 500_000 }],
    ['agent/two/day/2020-01-01', { usdMicros: 1 }],
  ] as const)
    assert.equal((await aegis.ask('POST', '/v1/budgets', { key: aegis.admin, body: { ledger, limit, reason: 'trial' } })).status, 200);
  await spend(aegis, one, ['s1', 1_500]);
  await spend(aegis, two, ['s2', 4_000]);

  const all = (await budgets(aegis)).filter(({ id }) => String(id).includes('/') || id === 'tenant');
  // A day may end while the test runs; the others never do.
  const [days, lasting] = [all.filter(({ id }) => id === 'agent/one/day'), all.filter(({ id }) => id !== 'agent/one/day')];
  assert.deepEqual(
    lasting.map(({ id, scope, of, field, limit, spent, reserved }) => [id, scope, of, field, limit, spent, reserved]),
    [
      ['agent/one', 'agent', 'one', 'usdMicros', 2_000, 1_500, 0],
      ['tenant', 'tenant', '', 'toolCalls', 100, 2, 0],
      ['agent/one', 'agent', 'one', 'tokens', 1_000, 10, 0],
      ['team/care', 'team', 'care', 'usdMicros', 1_000_000, 5_500, 0],
      ['session/s1', 'session', '', 'usdMicros', 500_000, 0, 0],
    ],
    'a limit of a day that is over is none',
  );
  assert.match(String(days[0]?.['ledger']), /^agent\/one\/day\/\d{4}-\d\d-\d\d$/);
  const resets = new Date(Number(days[0]?.['resetsAt']));
  assert.deepEqual([days.length, resets.getUTCHours(), resets.getUTCMinutes(), resets.getUTCMilliseconds()], [1, 0, 0, 0]);
  assert.deepEqual(
    lasting.map(({ exhaustedAt, resetsAt }) => [exhaustedAt !== undefined, resetsAt]),
    [
      [true, undefined],
      [false, undefined],
      [true, undefined],
      [true, undefined],
      [false, undefined],
    ],
    'dollars and tokens of whoever spends come to an end; calls and a named session are not forecast',
  );

  const ofTwo = (await budgets(aegis, '?agent=two')).map(({ id }) => id);
  assert.ok(ofTwo.includes('team/care') && ofTwo.includes('tenant') && !ofTwo.includes('agent/one'), String(ofTwo));
  const { body } = await aegis.ask('GET', '/v1/views/budgets?limit=1', { key: aegis.admin });
  assert.deepEqual([(body['budgets'] as readonly Row[]).length, Number(body['more']) > 0], [1, true]);
  assert.equal((await aegis.ask('GET', '/v1/views/budgets', { key: one })).status, 403);
});

test('[SPEND-13] what is used up says so, and what nobody spends on lasts', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  for (const ledger of ['agent/bot', 'agent/idle'])
    await aegis.ask('POST', '/v1/budgets', { key: aegis.admin, body: { ledger, limit: { usdMicros: 100 }, reason: 'trial' } });
  await spend(aegis, key, ['s', 100]);
  const rows = await budgets(aegis);
  const [used, idle] = ['agent/bot', 'agent/idle'].map((ledger) => rows.find((row) => row['ledger'] === ledger));
  assert.ok(Number(used?.['exhaustedAt']) > 0 && used?.['resetsAt'] === undefined);
  assert.equal(idle?.['exhaustedAt'], undefined);
});
