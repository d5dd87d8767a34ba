import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { running } from './daemon.ts';

const action = (args: string, more = ''): string => `{"session":"s1","name":"lookup","args":${args}${more}}`;

test('[DOOR-3, AUTH-7] every malformed body has its code, is recorded as the agent’s act and decides nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const cases: readonly (readonly [what: string, raw: string | Uint8Array, status: number, code: string])[] = [
    ['duplicate keys', action('{"a":1,"a":2}'), 400, 'BODY_INVALID_JSON'],
    ['duplicate keys, one escaped', action('{"a":1,"\\u0061":2}'), 400, 'BODY_INVALID_JSON'],
    ['duplicate envelope key', action('{}', ',"name":"other"'), 400, 'BODY_INVALID_JSON'],
    ['invalid UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 400, 'BODY_INVALID_JSON'],
    ['a byte-order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 400, 'BODY_INVALID_JSON'],
    ['a lone surrogate', action('{"a":"\\ud800"}'), 400, 'BODY_INVALID_JSON'],
    ['a number that loses digits', action('{"a":9007199254740993}'), 400, 'BODY_INVALID_JSON'],
    ['NaN', action('{"a":NaN}'), 400, 'BODY_INVALID_JSON'],
    ['trailing bytes', `${action('{}')} {}`, 400, 'BODY_INVALID_JSON'],
    ['depth 70', action(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`), 400, 'BODY_TOO_DEEP'],
    ['10,001 keys', action(`{${Array.from({ length: 10_001 }, (_, at) => `"k${String(at)}":1`).join(',')}}`), 400, 'BODY_TOO_MANY_KEYS'],
    ['an unknown field', action('{}', ',"extra":1'), 400, 'REQUEST_INVALID'],
    ['__proto__ in the envelope', action('{}', ',"__proto__":{"role":"admin"}'), 400, 'REQUEST_INVALID'],
    ['__proto__ in the arguments', action('{"__proto__":{"a":1}}'), 400, 'REQUEST_INVALID'],
    ['args that are a list', action('[]'), 400, 'REQUEST_INVALID'],
    ['args that are missing', '{"session":"s1","name":"lookup"}', 400, 'REQUEST_INVALID'],
    ['a wrong type', '{"session":1,"name":"lookup","args":{}}', 400, 'REQUEST_INVALID'],
    ['a session with a space', '{"session":"s 1","name":"lookup","args":{}}', 400, 'REQUEST_INVALID'],
    ['a claim out of range', action('{}', ',"claims":{"priority":11}'), 400, 'REQUEST_INVALID'],
    ['no body', '', 400, 'REQUEST_INVALID'],
    ['a body of 2 MB', action(`{"a":"${'x'.repeat(2_000_000)}"}`), 413, 'BODY_TOO_LARGE'],
  ];
  for (const [what, raw, status, code] of cases) {
    const answer = await aegis.ask('POST', '/v1/actions', { key, raw });
    assert.deepEqual([answer.status, answer.body['code']], [status, code], what);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
    assert.ok(String(answer.body['hint']).length > 0 && !/\bat .*\.ts/.test(answer.text), what);
  }
  const { body } = await aegis.ask('GET', '/v1/log?limit=1000', { key: aegis.admin });
  const types = (body['entries'] as { type: string }[]).map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'request-refused').length, cases.length);
  assert.ok(!types.includes('action-decided'));
});

test('[DOOR-3] other media types, codings and a form’s text/plain are 415', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const raw = action('{}');
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonx',
  ]) {
    const answer = await aegis.ask('POST', '/v1/actions', { key, raw, headers: { 'content-type': type } });
    assert.deepEqual([answer.status, answer.body['code']], [415, 'MEDIA_TYPE'], type);
  }
  const coded = await aegis.ask('POST', '/v1/actions', { key, raw, headers: { 'content-encoding': 'gzip' } });
  assert.equal(coded.status, 415);
  const fine = await aegis.ask('POST', '/v1/actions', { key, raw, headers: { 'content-type': 'application/json; charset=utf-8' } });
  assert.equal(fine.status, 200);
});

test('[AUTH-4] unknown paths, other methods and other queries are coded problems with security headers', async (context) => {
  const aegis = await running(context);
  const cases = [
    ['GET', '/nowhere', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1/actions/', 400, 'REQUEST_INVALID'],
    ['GET', '/V1/agents', 404, 'ROUTE_NOT_FOUND'],
    ['DELETE', '/v1/agents', 405, 'METHOD_NOT_ALLOWED'],
    ['PATCH', '/v1/agents/bot', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/agents?all=1', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/log?limit=1&limit=2', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/log?limit=0', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/log?limit=1e1', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/agents/%zz', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/agents/nobody', 404, 'NOT_FOUND'],
    ['GET', '/v1/approvals/nothing', 404, 'NOT_FOUND'],
    ['GET', '/v1/log/proof/inclusion?index=999', 404, 'NOT_FOUND'],
  ] as const;
  for (const [method, path, status, code] of cases) {
    const answer = await aegis.ask(method, path, { key: aegis.admin });
    assert.deepEqual([answer.status, answer.body['code']], [status, code], `${method} ${path}`);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(answer.headers.get('set-cookie'), null, path);
  }
  assert.equal((await aegis.ask('DELETE', '/v1/agents', {})).headers.get('allow'), 'GET, POST');
});

test('[AUTH-6] a key that asks too often is told to wait, and nothing is decided', async (context) => {
  const aegis = await running(context, { config: { limits: { requestsPerSecond: 3 } } });
  const answers = [];
  for (let at = 0; at < 40; at++) answers.push(aegis.ask('GET', '/v1/agents', { key: aegis.admin }));
  const refused = (await Promise.all(answers)).filter(({ status }) => status !== 200);
  assert.ok(refused.length > 0);
  for (const { status, body, headers } of refused) assert.deepEqual([status, body['code'], headers.get('retry-after')], [429, 'RATE_LIMITED', '1']);
});

test('[AUTH-3] requests that two servers could read differently are refused', async (context) => {
  const aegis = await running(context);
  const { port } = new URL(aegis.daemon.url);
  const key = await aegis.agent('bot');
  const spoken = (lines: readonly string[], body = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
      socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    });
  const head = [
    'POST /v1/actions HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    'Connection: close',
  ];
  const body = action('{}');
  const length = `Content-Length: ${String(body.length)}`;
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['two lengths', [...head, length, 'Content-Length: 3']],
    ['length and chunked', [...head, length, 'Transfer-Encoding: chunked']],
    ['two hosts', [...head, 'Host: evil.com', length]],
    ['no host', [...head.filter((line) => !line.startsWith('Host')), length]],
    ['two authorizations', [...head, `Authorization: Bearer ${aegis.admin}`, length]],
    ['two content types', [...head, 'Content-Type: text/plain', length]],
    ['a space before the colon', [...head, 'X-A : 1', length]],
    ['a folded header', [...head, 'X-A: 1', ' 2', length]],
    ['an absolute target elsewhere', ['POST http://evil.com/v1/actions HTTP/1.1', 'Host: evil.com', ...head.slice(2), length]],
    ['HTTP/1.0 without host', ['POST /v1/actions HTTP/1.0', ...head.slice(2), length]],
  ];
  assert.match(await spoken([...head, length], body), /^HTTP\/1\.1 200/);
  for (const [what, lines] of refused) assert.match(await spoken(lines, body), /^HTTP\/1\.1 4(?:00|03)/, what);
  const { body: stats } = await aegis.ask('GET', '/v1/stats', { key: aegis.admin });
  assert.equal((stats['counts'] as { entries: Record<string, number> }).entries['action-decided'], 1);
});
