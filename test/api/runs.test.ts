import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';

const RUN = '0e1f2a3b-run-1';

test('[RUN-16] with its own key a supervisor records a run and halts its agent, no other, and cannot lift the halt', async (context) => {
  const aegis = await running(context);
  const [bot, other] = [await aegis.agent('bot'), await aegis.agent('other')];
  const start = { run: RUN, level: 3, limits: { maxSteps: 5 } };
  assert.equal((await aegis.ask('POST', '/v1/runs/start', { key: bot, body: start })).status, 200);
  assert.equal((await aegis.ask('POST', '/v1/runs/start', { key: aegis.admin, body: start })).status, 403);
  for (const odd of [
    { ...start, run: 'a b' },
    { ...start, level: 4 },
    { ...start, limits: { maxSteps: -1 } },
    { ...start, more: 1 },
  ])
    assert.equal((await aegis.ask('POST', '/v1/runs/start', { key: bot, body: odd })).status, 400, JSON.stringify(odd));
  const trip = { run: RUN, code: 'REPETITIVE_LOOP_DETECTED', detail: { signature: 'rm -rf "my secret"', count: 6, limit: 5, windowMs: 60_000 } };
  assert.equal((await aegis.ask('POST', '/v1/runs/trip', { key: bot, body: { ...trip, code: 'NO_SUCH' } })).status, 400);
  assert.equal((await aegis.ask('POST', '/v1/runs/trip', { key: bot, body: trip })).status, 200);
  const halts = (await aegis.ask('GET', '/v1/halt', { key: aegis.admin })).body['halts'] as readonly { scope: object }[];
  assert.deepEqual(
    halts.map(({ scope }) => scope),
    [{ kind: 'agent', id: 'bot' }],
  );
  assert.equal((await aegis.ask('POST', '/v1/runs/start', { key: bot, body: { ...start, run: `${RUN}-2` } })).status, 409);
  assert.equal((await aegis.ask('POST', '/v1/runs/start', { key: other, body: { ...start, run: `${RUN}-3` } })).status, 200);
  assert.equal((await aegis.ask('POST', '/v1/resume', { key: bot, body: { scope: { kind: 'agent', id: 'bot' }, reason: 'me' } })).status, 403);
  const end = {
    run: RUN,
    state: 'killed',
    level: 3,
    cause: 'kill',
    empty: true,
    killed: 4,
    survivors: [],
    by: 'pid-namespace',
    us: 900,
    code: trip.code,
  };
  const ended = await aegis.ask('POST', '/v1/runs/end', { key: bot, body: end });
  assert.equal(ended.status, 200, ended.text);
  assert.match(String(ended.body['note']), /^aegis-/);
  const log = (await aegis.ask('GET', '/v1/log?limit=100', { key: aegis.admin })).text;
  for (const type of ['run-started', 'run-tripped', 'run-ended']) assert.ok(log.includes(type), type);
  assert.ok(log.includes('"cause":"supervisor"'));
  assert.equal(log.includes('my secret'), false, 'what an agent did is its own text, and sealed');
});

test('[RUN-14] the feed holds what the agent of the key used and did, and what halts it, and nothing of others', async (context) => {
  const aegis = await running(context);
  const [bot, other] = [await aegis.agent('bot'), await aegis.agent('other')];
  const from = Number((await aegis.ask('GET', '/v1/stats', { key: aegis.admin })).body['entries'] ?? 0);
  const decided = await aegis.ask('POST', '/v1/actions', { key: bot, body: { session: 's', name: 'lookup', args: { id: 1 } } });
  await aegis.ask('POST', '/v1/actions', { key: other, body: { session: 's', name: 'theirs', args: {} } });
  const action = String(decided.body['action']);
  const outcome = { status: 'succeeded', usage: { tokens: 12, usdMicros: 2_500_000 } };
  assert.equal((await aegis.ask('POST', `/v1/actions/${action}/outcome`, { key: bot, body: outcome })).status, 200);
  await aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope: { kind: 'agent', id: 'other' }, reason: 'theirs' } });
  await aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope: { kind: 'session', id: 's', agent: 'bot' }, reason: 'ours' } });
  const stop = new AbortController();
  const response = await fetch(`${aegis.daemon.url}/v1/runs/feed?from=${String(from)}`, {
    headers: { authorization: `Bearer ${bot}` },
    signal: stop.signal,
  });
  const told: Record<string, unknown>[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    if (text.includes('"halted"')) break;
  }
  stop.abort();
  for (const line of text.split('\n')) if (line.startsWith('data: ')) told.push(JSON.parse(line.slice(6)) as Record<string, unknown>);
  assert.equal(JSON.stringify(told).includes('theirs'), false);
  assert.deepEqual(
    told.map(({ action: _, reason: _reason, ...one }) => one),
    [
      { steps: 1, call: 'lookup' },
      { tokens: 12, costUsd: 2.5 },
      { halted: 'operator', scope: 'session', session: 's' },
    ],
  );
});
