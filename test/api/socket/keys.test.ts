import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from '../daemon.ts';
import { lineClient } from './line-client.ts';

const ACTION = { session: 's1', name: 'look', args: { at: 'the sky' } };

test('[DOOR-15, AUTH-2] a key is looked up anew for every request: replaced, removed or changed, it counts at the very next', async (context) => {
  const aegis = await running(context);
  const agent = await lineClient(context, aegis, await aegis.agent('bot'));
  const person = await lineClient(context, aegis, await aegis.operator('olga', 'operator'));
  assert.equal((await agent.ask('POST', '/v1/actions', ACTION)).status, 200);
  assert.equal((await person.ask('POST', '/v1/halt', { scope: { kind: 'session', id: 's9' }, reason: 'test' })).status, 200);
  await aegis.ask('POST', '/v1/agents', { key: aegis.admin, body: { agent: 'bot', rotate: true } });
  assert.deepEqual((await agent.ask('POST', '/v1/actions', ACTION)).body['code'], 'UNAUTHENTICATED');
  agent.raw('{"id":77,"method":"POST","path":"/v1/actions","body":{"a":1,"a":2}}\n');
  assert.equal((await agent.answer(77)).body['code'], 'UNAUTHENTICATED', 'nobody’s frames are not read for nobody');
  await aegis.ask('DELETE', '/v1/operators/olga', { key: aegis.admin });
  assert.equal((await person.ask('GET', '/v1/agents')).status, 401);
});

test('[DOOR-14] without a key, or with none that is known, only what is open to everybody answers', async (context) => {
  const aegis = await running(context);
  for (const hello of ['{"aegis":1}', '{"aegis":1,"key":null}', '{"aegis":1,"key":"aegis_agent_wrong"}', '{"aegis":1,"key":""}']) {
    const client = await lineClient(context, aegis);
    client.raw(`${hello}\n`);
    assert.equal((await client.ask('GET', '/healthz')).status, 200);
    assert.deepEqual((await client.ask('POST', '/v1/actions', ACTION)).body['code'], 'UNAUTHENTICATED', hello);
  }
});

test('[DOOR-13, AUTH-6] a key has one rate over both transports', async (context) => {
  const aegis = await running(context, { config: { limits: { requestsPerSecond: 1 } } });
  // A key that was used over the socket has nothing left over HTTP, unless a second has passed: then another key tells.
  for (let at = 0; at < 30; at++) {
    const added = await aegis.ask('POST', '/v1/agents', { key: aegis.admin, body: { agent: `bot${String(at)}` } });
    if (added.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      continue;
    }
    const key = String(added.body['key']);
    const client = await lineClient(context, aegis, key);
    assert.equal((await client.ask('GET', '/v1/agents/self')).status, 200);
    if ((await aegis.ask('GET', '/v1/agents/self', { key })).status === 429) return;
  }
  assert.fail('no key was ever refused over HTTP for what it asked over the socket');
});

test('[DOOR-13, DOOR-2, AUTH-7] what an agent may not do is refused and recorded as over HTTP', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const client = await lineClient(context, aegis, key);
  const reaches = [
    ['POST', '/v1/resume', { scope: { kind: 'all' }, reason: 'let me' }],
    ['POST', '/v1/actions', { ...ACTION, agent: 'other' }],
    ['POST', '/v1/mcp/refusals', { code: 'NOT_ONE' }],
    ['POST', '/api/v1/handshake', { nonsense: 1 }],
  ] as const;
  const refusals = async (): Promise<readonly object[]> => {
    const { body } = await aegis.ask('GET', '/v1/log?type=request-refused&limit=1000', { key: aegis.admin });
    return (body['entries'] as { body: object; agent?: string }[]).map(({ body: said, agent }) => ({ ...said, agent }));
  };
  for (const [method, path, body] of reaches) assert.ok((await client.ask(method, path, body)).status >= 400, path);
  const local = await refusals();
  for (const [method, path, body] of reaches) await aegis.ask(method, path, { key, body });
  const both = await refusals();
  assert.equal(local.length, reaches.length);
  assert.deepEqual(both.slice(local.length), local);
});

test('[DOOR-13, HOOK-2] a hook’s refusal is the harness’s own denial over the socket too', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, 'aegis_agent_wrong');
  const payload = { session_id: 's', hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'ls' } };
  const local = await client.ask('POST', '/v1/hooks/claude-code/PreToolUse?wait=0', payload);
  const http = await aegis.ask('POST', '/v1/hooks/claude-code/PreToolUse?wait=0', { key: 'aegis_agent_wrong', body: payload });
  assert.equal(local.status, 200);
  assert.deepEqual(local.body, http.body);
});
