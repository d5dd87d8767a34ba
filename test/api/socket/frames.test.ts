import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from '../daemon.ts';
import { lineClient } from './line-client.ts';

const ACTION = { session: 's1', name: 'look', args: { at: 'the sky' } };
const frame = (id: unknown, body: string): string => `{"id":${JSON.stringify(id)},"method":"POST","path":"/v1/actions","body":${body}}\n`;
const action = (args: string, more = ''): string => `{"session":"s1","name":"look","args":${args}${more}}`;

test('[DOOR-15, DOOR-3, AUTH-7] a malformed body is refused, placed and recorded as over HTTP, under the id of its frame', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const client = await lineClient(context, aegis, key);
  const bodies: readonly (readonly [what: string, raw: string])[] = [
    ['duplicate keys', action('{"a":1,"a":2}')],
    ['duplicate keys, one escaped', action('{"a":1,"\\u0061":2}')],
    ['a lone surrogate', action('{"a":"\\ud800"}')],
    ['a number that loses digits', action('{"a":9007199254740993}')],
    ['NaN', action('{"a":NaN}')],
    ['depth 70', action(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`)],
    ['10,001 keys', action(`{${Array.from({ length: 9_998 }, (_, at) => `"k${String(at)}":1`).join(',')}}`)],
    ['an unknown field', action('{}', ',"extra":1')],
    ['__proto__ in the envelope', action('{}', ',"__proto__":{"role":"admin"}')],
    ['__proto__ in the arguments', action('{"__proto__":{"a":1}}')],
    ['args that are a list', action('[]')],
    ['a wrong type', '{"session":1,"name":"look","args":{}}'],
    ['no object', '"text"'],
  ];
  let recorded = 0;
  for (const [at, [what, raw]] of bodies.entries()) {
    client.raw(frame(at, raw));
    const local = await client.answer(at);
    const http = await aegis.ask('POST', '/v1/actions', { key, raw });
    assert.deepEqual(
      [local.status, local.body['code'], local.body['pointer'], local.body['hint']],
      [http.status, http.body['code'], http.body['pointer'], http.body['hint']],
      what,
    );
    recorded += 2;
  }
  const { body } = await aegis.ask('GET', '/v1/log?limit=1000', { key: aegis.admin });
  const types = (body['entries'] as { type: string }[]).map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'request-refused').length, recorded);
  assert.ok(!types.includes('action-decided'));
  // As many keys and levels as HTTP takes are taken.
  client.raw(frame(100, action(`{${Array.from({ length: 9_997 }, (_, at) => `"k${String(at)}":1`).join(',')}}`)));
  assert.notEqual((await client.answer(100)).body['code'], 'BODY_TOO_MANY_KEYS');
  client.raw(frame(101, action(`${'{"a":'.repeat(62)}1${'}'.repeat(62)}`)));
  assert.equal((await client.answer(101)).status, 200);
});

test('[DOOR-15] a frame longer than may be is dropped as it comes and refused under its id; the next is answered', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  client.raw(frame(7, action(`{"a":"${'x'.repeat(3_000_000)}"}`)));
  const refused = await client.answer(7);
  assert.deepEqual([refused.status, refused.body['code']], [413, 'BODY_TOO_LARGE']);
  assert.equal((await client.ask('POST', '/v1/actions', ACTION)).status, 200);
});

test('[DOOR-15] an unreadable frame is answered under its id, or under null where no id can be seen or it waits already', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const client = await lineClient(context, aegis, key);
  client.raw('{"id":3,"method":"POST","path":"/v1/actions","body":{"a":1,"a":2}}\n');
  assert.equal((await client.answer(3)).body['code'], 'BODY_INVALID_JSON');
  for (const odd of [
    'nonsense',
    '[]',
    '{"id":-1,"method":"GET","path":"/healthz"}',
    '{"id":1.5,"method":"GET","path":"/healthz"}',
    '{"id":"1","method":"GET","path":"/healthz"}',
    '{}',
  ]) {
    client.raw(`${odd}\n`);
    const { status } = await client.answer(null);
    assert.equal(status, 400, odd);
  }
  client.raw('{"id":4,"method":"GET","path":"/healthz","key":"x"}\n{"id":5,"method":1,"path":"/healthz"}\n{"cancel":1,"id":6}\n');
  for (const id of [4, 5, 6]) assert.equal((await client.answer(id)).body['code'], 'REQUEST_INVALID');
  // While a request waits under an id, a broken frame with that id must not be taken for its answer.
  await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: ASKING } });
  const waiting = client.send('POST', '/v1/actions?wait=60000', { ...ACTION, name: 'pay' });
  client.raw(`{"id":${String(waiting)},"method":"POST","path":"/v1/actions","body":{"a":1,"a":2}}\n`);
  assert.equal((await client.answer(null)).body['code'], 'BODY_INVALID_JSON');
  client.raw(`{"cancel":${String(waiting)}}\n`);
  assert.equal((await client.answer(waiting)).body['effect'], 'ask');
});

const ASKING = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: asking }
default: allow
agents:
  bot: { review: [pay] }
`;

test('[DOOR-15] what cannot be tied to a request ends the connection, and nothing after it is heard', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const hello = JSON.stringify({ aegis: 1, key });
  const request = JSON.stringify({ id: 1, method: 'POST', path: '/v1/actions', body: ACTION });
  const twice = JSON.stringify({ id: 1, method: 'POST', path: '/v1/actions', body: { ...ACTION, session: 's2' } });
  const cases: readonly (readonly [what: string, lines: readonly string[]])[] = [
    ['no hello', [request, request]],
    ['no JSON', ['GET / HTTP/1.1', request]],
    ['another revision', [JSON.stringify({ aegis: 2, key }), request]],
    ['a hello with more in it', [JSON.stringify({ aegis: 1, key, admin: true }), request]],
    ['a key that is no text', [JSON.stringify({ aegis: 1, key: 5 }), request]],
    ['a key that is too long', [JSON.stringify({ aegis: 1, key: 'x'.repeat(2_000) }), request]],
    ['a second hello', [hello, hello, request]],
    ['an id that waits already', [hello, request, twice]],
  ];
  for (const [what, lines] of cases) {
    const client = await lineClient(context, aegis);
    client.raw(`${lines.join('\n')}\n`);
    assert.deepEqual([(await client.answer(null)).status, what], [400, what]);
    await client.closed;
    assert.ok(client.heard.length <= 1, what);
  }
  const { body } = await aegis.ask('GET', '/v1/actions?session=s2', { key: aegis.admin });
  assert.deepEqual(body['actions'], []);
});

test('[DOOR-15] requests may overlap and come in pieces of any size: each is answered once, under its own id', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  const ids = Array.from({ length: 200 }, (_, at) => at + 1_000);
  const text = ids.map((id) => frame(id, action(`{"n":${String(id)},"t":"ü€😀"}`, `,"id":"a-${String(id)}"`))).join('');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    const size = 1 + ((at * 7) % 97);
    client.raw(bytes.subarray(at, at + size));
    at += size;
  }
  for (const id of ids) assert.equal((await client.answer(id)).body['action'], `a-${String(id)}`);
  assert.deepEqual(client.heard, []);
});
