import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';

const BODY = { id: 'call-1', session: 's-1', name: 'lookup', args: { id: 'c1' } };

test('[GATE-37] [GATE-38] over HTTP: each agent has its own, and people say whose they mean', async (context) => {
  const aegis = await running(context);
  const keys = new Map([
    ['one', await aegis.agent('one')],
    ['two', await aegis.agent('two')],
  ] as const);
  for (const [agent, key] of keys) {
    const decided = await aegis.ask('POST', '/v1/actions', { key, body: { ...BODY, args: { id: agent } } });
    assert.deepEqual([decided.status, decided.body['effect']], [200, 'allow'], decided.text);
  }
  const get = (path: string, key = aegis.admin) => aegis.ask('GET', path, { key });
  for (const path of ['/v1/actions/call-1', '/v1/actions/call-1/record', '/v1/sessions/s-1', '/v1/sessions/s-1/verify', '/v1/sessions/s-1/replay']) {
    const unclear = await get(path);
    assert.deepEqual([unclear.status, unclear.body['code']], [409, 'OWNER_AMBIGUOUS'], path);
    assert.match(String(unclear.body['detail']), /`one`, `two`$/);
    assert.match(String(unclear.body['hint']), /\?agent=/);
    assert.equal((await get(`${path}?agent=two`)).status, 200, path);
    assert.equal((await get(`${path}?agent=three`)).status, 404, path);
  }
  const own = (await get('/v1/actions/call-1', keys.get('two'))).body['action'] as { agent: string };
  assert.equal(own.agent, 'two');
  assert.equal((await get('/v1/actions/call-1?agent=one', keys.get('two'))).status, 403);
  const post = (path: string, body: object) => aegis.ask('POST', path, { key: aegis.admin, body });
  const scope = { kind: 'session', id: 's-1' };
  const halted = await post('/v1/halt', { scope, reason: 'stop' });
  assert.deepEqual(halted.body['sessions'], [
    { agent: 'one', session: 's-1' },
    { agent: 'two', session: 's-1' },
  ]);
  assert.equal((await post('/v1/resume', { scope, reason: 'go' })).body['code'], 'OWNER_AMBIGUOUS');
  assert.equal((await post('/v1/resume?agent=one', { scope, reason: 'go' })).status, 200);
  assert.equal((await post('/v1/resume', { scope: { ...scope, agent: 'two' }, reason: 'go' })).status, 200);
  assert.equal((await post('/v1/halt?agent=one', { scope: { kind: 'agent', id: 'two' }, reason: 'no' })).status, 400);
  assert.equal((await post('/v1/sessions/s-1/close', { reason: 'done' })).body['code'], 'OWNER_AMBIGUOUS');
  assert.equal((await post('/v1/erase', { subject: 'session/s-1', reason: 'asked' })).body['code'], 'OWNER_AMBIGUOUS');
  const erased = await post('/v1/erase?agent=one', { subject: 'session/s-1', reason: 'asked' });
  assert.ok(Number(erased.body['erased']) >= 1, erased.text);
  assert.equal((await get('/v1/actions/call-1/record?agent=one')).body['erased'], true);
  assert.equal((await get('/v1/actions/call-1/record?agent=two')).body['erased'], false);
});
