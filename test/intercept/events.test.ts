import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from '../../src/intercept/http/events/order.ts';
import { sealEvent } from '../../src/intercept/http/events/envelope.ts';
import { digestOf } from '../../src/wire/digest.ts';
import { running } from '../api/daemon.ts';

const GOLDEN = 'cfa697f0eb082a2889ab92b2c457060c08eab0ced2677ac2a09d4488322b6ee3';

test('[DOOR-7] an envelope is sealed over its canonical form, and a foreign hash is refused', () => {
  const envelope = {
    event_type: 'TOOL_CALL_PROPOSED',
    seq: 1,
    session_id: 'session-abc',
    tenant_id: 'tenant-xyz',
    ts_unix_ms: 1_700_000_000_000,
  } as const;
  assert.equal(sealEvent(envelope, digestOf), GOLDEN);
  assert.equal(sealEvent({ ...envelope, hash: Buffer.from(GOLDEN, 'hex').toString('base64') }, digestOf), GOLDEN);
  assert.throws(() => sealEvent({ ...envelope, seq: 2, hash: Buffer.from(GOLDEN, 'hex').toString('base64') }, digestOf), { code: 'REQUEST_INVALID' });
  assert.throws(() => sealEvent({ ...envelope, seq: 0, prev_hash: Buffer.from(GOLDEN, 'hex').toString('base64') }, digestOf), {
    code: 'REQUEST_INVALID',
  });
});

test('[DOOR-7] events follow without gaps; parallel calls and memory interleave; an end needs its beginning', () => {
  const event = (type: Parameters<typeof follow>[1]['type'], seq: number) => ({ type, seq, hash: String(seq), prevHash: null });
  let trail = follow(null, event('MODEL_CALL_STARTED', 0));
  for (const [at, type] of (['MEMORY_READ', 'TOOL_CALL_PROPOSED', 'TOOL_CALL_PROPOSED', 'MODEL_CALL_FINISHED', 'TOOL_RESULT'] as const).entries()) {
    assert.ok(typeof trail === 'object');
    trail = follow(trail, event(type, at + 1));
  }
  assert.ok(typeof trail === 'object');
  assert.equal(follow(trail, event('TOOL_RESULT', 7)), 'seq must be 6');
  assert.equal(follow(trail, event('MODEL_CALL_FINISHED', 6)), 'MODEL_CALL_FINISHED has nothing to end');
  assert.equal(follow(trail, { ...event('MEMORY_READ', 6), prevHash: 'other' }), 'prev_hash is not the hash of the event before');
});

test('[DOOR-7] proposed calls are decided, results settle, an execution nobody allowed is seen, TERMINATION closes', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  let seq = 0;
  const send = (event_type: string, payload: unknown, more: object = {}) =>
    aegis.ask('POST', '/v1/events', { key, body: { tenant_id: 'default', session_id: 's1', seq: seq++, event_type, payload, ...more } });
  assert.equal((await send('MODEL_CALL_STARTED', {})).status, 201);
  const fine = await send('TOOL_CALL_PROPOSED', { call_id: 'c1', tool_name: 'lookup', args: { id: 'x' } });
  assert.equal((fine.body['decision'] as { outcome: string }).outcome, 'ALLOW', fine.text);
  const bad = await send('TOOL_CALL_PROPOSED', { call_id: 'c2', tool_name: 'run_shell', args: { command: 'rm -rf /' } });
  assert.equal((bad.body['decision'] as { outcome: string }).outcome, 'DENY');
  assert.equal((await send('TOOL_CALL_EXECUTED', { call_id: 'c1' })).status, 201);
  assert.equal((await send('TOOL_CALL_EXECUTED', { call_id: 'c2' })).status, 409);
  assert.equal((await send('TOOL_RESULT', { call_id: 'c1', is_error: false, content: { balance: 1 } })).status, 201);
  assert.equal((await send('MEMORY_WRITE', { memory_key: 'k', memory_store: 'm' })).status, 201);
  const gap = await aegis.ask('POST', '/v1/events', { key, body: { tenant_id: 'default', session_id: 's1', seq: 99, event_type: 'TERMINATION' } });
  assert.equal(gap.status, 409);
  assert.equal((await send('TERMINATION', { reason_code: 'COMPLETED' })).status, 201);
  assert.equal((await send('MODEL_CALL_STARTED', {})).status, 409);
  const foreign = await aegis.ask('POST', '/v1/events', { key, body: { tenant_id: 'other', session_id: 's2', seq: 0, event_type: 'TERMINATION' } });
  assert.equal(foreign.status, 404);
});

test('[DOOR-7] a restart forgets nothing of a session: numbers, hashes and open calls go on from the log', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const send = (seq: number, event_type: string, more: object = {}) =>
    aegis.ask('POST', '/v1/events', { key, body: { tenant_id: 'default', session_id: 's1', seq, event_type, payload: {}, ...more } });
  await send(0, 'MODEL_CALL_STARTED');
  const last = await send(1, 'HANDOFF_REQUESTED');
  const hash = Buffer.from(String(last.body['hash']), 'hex').toString('base64');
  await aegis.restart();
  assert.match((await send(7, 'HANDOFF_COMPLETED')).text, /seq must be 2/);
  assert.match((await send(2, 'HANDOFF_COMPLETED', { prev_hash: `${'A'.repeat(43)}=` })).text, /prev_hash is not/);
  assert.equal((await send(2, 'HANDOFF_COMPLETED', { prev_hash: hash })).status, 201);
  await aegis.restart();
  const both = await Promise.all([send(3, 'HANDOFF_COMPLETED'), send(3, 'MODEL_CALL_FINISHED')]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [409, 201],
  );
  assert.match((await send(4, 'MODEL_CALL_FINISHED')).text, /nothing to end/);
});

test('[DOOR-8] a dry decision reads the server’s own state, believes no snapshot and records nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { size } = aegis.daemon.gate.world('default' as never);
  const event = { session_id: 's1', event_type: 'TOOL_CALL_PROPOSED', payload: { tool_name: 'run_shell', args: { command: 'rm -rf /' } } };
  const dry = await aegis.ask('POST', '/v1/policy/decide', { key, body: { event, snapshot: { permissions: ['*'] } } });
  assert.deepEqual([dry.body['outcome'], dry.body['ignored']], ['DENY', ['snapshot']], dry.text);
  assert.equal(aegis.daemon.gate.world('default' as never).size, size);
});

const MANIFEST = {
  schema: 'aegis.dev/manifest/v0.1',
  name: 'm',
  version: '1.0.0',
  publisher: 'p',
  permissions: {
    tools: ['read_file', 'lookup', 'run_shell'],
    fs: { read_roots: ['/data'] },
    approval_required: ['lookup'],
    budgets: { timeout_ms: 9_000 },
  },
  sandbox: { required: true },
};

test('[DOOR-8] a manifest that is given with a dry decision only tightens, and one that is none is refused', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const dry = (tool_name: string, args: object, manifest?: unknown) => {
    const event = { session_id: 's1', event_type: 'TOOL_CALL_PROPOSED', payload: { tool_name, args } };
    return aegis.ask('POST', '/v1/policy/decide', { key, body: { event, ...(manifest === undefined ? {} : { manifest }) } });
  };
  const told = async (tool: string, args: object, manifest?: unknown): Promise<readonly unknown[]> => {
    const { body } = await dry(tool, args, manifest);
    return [body['outcome'], (body['reason_codes'] as string[]).filter((code) => code !== 'DEFAULT' && code !== 'OK')];
  };
  assert.deepEqual(await told('lookup', {}), ['ALLOW', []]);
  assert.deepEqual(await told('lookup', {}, MANIFEST), ['REQUIRE_APPROVAL', ['APPROVAL_REQUIRED']]);
  assert.deepEqual(await told('other_lookup', {}, MANIFEST), ['DENY', ['PERMISSION_UNDECLARED']]);
  assert.deepEqual(await told('read_file', { path: '/data/a.txt' }, MANIFEST), ['ALLOW', []]);
  assert.deepEqual(await told('read_file', { path: '/home/b.txt' }, MANIFEST), ['DENY', ['FS_DENY']]);
  const [outcome, codes] = await told(
    'run_shell',
    { command: 'rm -rf /' },
    { ...MANIFEST, permissions: { ...MANIFEST.permissions, exec: { allowed_bins: ['rm'] } } },
  );
  assert.equal(outcome, 'DENY');
  assert.ok((codes as string[]).includes('FINDING'), 'declaring a tool releases nothing');
  const { body: allowed } = await dry('read_file', { path: '/data/a.txt' }, MANIFEST);
  assert.equal((allowed['constraints'] as { timeout_ms: number }).timeout_ms, 9_000);
  assert.equal(allowed['ignored'], undefined);
  for (const [manifest, says] of [
    [{}, /schema/],
    [{ ...MANIFEST, extra: 1 }, /extra/],
    [{ ...MANIFEST, permissions: { tools: ['*'] } }, /every tool/],
    [{ ...MANIFEST, integrity: { files: { 'a.py': '0'.repeat(64) } } }, /cannot be read/],
  ] as const) {
    const refused = await dry('lookup', {}, manifest);
    assert.deepEqual([refused.status, refused.body['code']], [400, 'REQUEST_INVALID'], refused.text);
    assert.match(String(refused.body['pointer']), /^\/manifest/);
    assert.match(String(refused.body['detail']), says);
  }
  const body = { event: { session_id: 's1', event_type: 'TOOL_CALL_PROPOSED', payload: { tool_name: 'lookup', args: {} } }, agent_id: 'other' };
  assert.equal((await aegis.ask('POST', '/v1/policy/decide', { key, body })).body['code'], 'AGENT_MISMATCH', 'a field is heard or refused');
});
