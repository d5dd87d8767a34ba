import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { CLAUDE, GPT, stage } from './stage.ts';
import type { Stage } from './stage.ts';
import { JSON_TYPE, post, upstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const WHOLE = JSON.stringify({
  id: 'c1',
  model: GPT,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
});
const CHAT = '/v1/chat/completions';
const MESSAGE = { role: 'user', content: 'hi' };

const OPEN = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: open }
default: allow
`;

async function staged(
  context: TestContext,
  llm: object = {},
): Promise<{ s: Stage; there: Upstream; ask: (body: string | Uint8Array, more?: Record<string, string>) => ReturnType<typeof post> }> {
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE));
  const s = await stage(context, there.url, { llm });
  return { s, there, ask: (body, more = {}) => post(s.models + CHAT, body, { authorization: `Bearer ${s.key}`, ...more }) };
}

const refused = async (s: Stage): Promise<readonly string[]> =>
  (await s.entries()).filter(({ type }) => type === 'request-refused').map(({ body }) => `${String(body['door'])} ${String(body['code'])}`);

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const around = (rest: string): string => `{"model":"${GPT}","messages":[{"role":"user","content":"hi"}]${rest}}`;

/** What two readers could read in two ways, or one not at all. */
const BODIES: Readonly<Record<string, readonly [body: string | Uint8Array, status: number, code: string]>> = {
  'a key twice': [around(',"model":"other"'), 400, 'BODY_INVALID_JSON'],
  'a key twice, spelled differently': [around(',"\\u006dodel":"other"'), 400, 'BODY_INVALID_JSON'],
  'a key twice, deep within': [around(',"tools":[{"type":"function","function":{"name":"a","name":"b"}}]'), 400, 'BODY_INVALID_JSON'],
  'a number that loses digits': [around(',"seed":9007199254740993'), 400, 'BODY_INVALID_JSON'],
  'a number beyond doubles': [around(',"temperature":1e400'), 400, 'BODY_INVALID_JSON'],
  'a lone surrogate': [around(',"user":"\\ud800"'), 400, 'BODY_INVALID_JSON'],
  'bytes that are not UTF-8': [Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), 400, 'BODY_INVALID_JSON'],
  'a byte-order mark': [`\ufeff${around('')}`, 400, 'BODY_INVALID_JSON'],
  'a hundred levels': [around(`,"metadata":${deep(100)}`), 400, 'BODY_TOO_DEEP'],
  'a hundred thousand levels': [deep(100_000), 400, 'BODY_TOO_DEEP'],
  'too many keys': [around(`,"metadata":{${Array.from({ length: 200_001 }, (_, at) => `"${String(at)}":0`).join()}}`), 400, 'BODY_TOO_MANY_KEYS'],
  'too many bytes': [Buffer.alloc(10_485_761, ' '), 413, 'BODY_TOO_LARGE'],
  'no object': ['[]', 400, 'REQUEST_INVALID'],
  'no model': ['{"messages":[]}', 400, 'REQUEST_INVALID'],
  'no messages': [`{"model":"${GPT}"}`, 400, 'REQUEST_INVALID'],
  'a model that is a path': ['{"model":"../../admin","messages":[]}', 400, 'REQUEST_INVALID'],
  'a model with a line break': ['{"model":"a\\r\\nx-admin: 1","messages":[]}', 400, 'REQUEST_INVALID'],
  'half of it': ['{"model":', 400, 'BODY_INVALID_JSON'],
  nothing: ['', 400, 'BODY_INVALID_JSON'],
};

test('[LLM-10, DOOR-3] what can be read in two ways is refused in the provider’s shape, recorded, and never sent on', async (context) => {
  const { s, there, ask } = await staged(context);
  for (const [what, [body, status, code]] of Object.entries(BODIES)) {
    const answer = await ask(body);
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    const { error } = JSON.parse(answer.text) as { error: { code: string; type: string; message: string } };
    assert.equal(error.code, code, what);
  }
  assert.equal(there.seen.length, 0);
  assert.equal((await refused(s)).length, Object.keys(BODIES).length);
});

test('[LLM-1] the bytes that go upstream are those that were decided on', async (context) => {
  const { s, there, ask } = await staged(context);
  const answer = await ask(
    ` { "messages" : [ { "content" : "\\u0068i" , "role":"user"} ] , "temperature": 1.0, "__proto__": {"polluted": 1}, "model":"${GPT}" } `,
  );
  assert.equal(answer.status, 403, '`__proto__` is a member nobody knows');
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal((await ask(` { "messages" : [ { "content" : "\\u0068i" , "role":"user"} ] , "temperature": 1.0, "model":"${GPT}" } `)).status, 200);
  assert.equal(there.seen[0]?.text, `{"messages":[{"content":"hi","role":"user"}],"temperature":1,"model":"${GPT}"}`);
  const decided = (await s.entries()).find(({ type }) => type === 'action-decided')?.body['action'] as { claims: { usdMicros?: number } };
  assert.ok((decided.claims.usdMicros ?? 0) > 0);
});

test('[LLM-9] a coded body is decoded, a bomb and an unknown coding are refused', async (context) => {
  const { there, ask } = await staged(context);
  const plain = Buffer.from(around(''));
  for (const [coding, code] of Object.entries({ gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync, deflate: deflateSync })) {
    const answer = await ask(code(plain), { 'content-encoding': coding });
    assert.equal(answer.status, 200, `${coding}: ${answer.text}`);
  }
  assert.ok(there.seen.every(({ text, headers }) => text === around('') && headers['content-encoding'] === undefined));
  const bomb = gzipSync(Buffer.alloc(9_000_000, ' '));
  assert.equal((await ask(bomb, { 'content-encoding': 'gzip' })).status, 413);
  assert.equal((await ask(plain, { 'content-encoding': 'gzip' })).status, 400);
  assert.equal((await ask(plain, { 'content-encoding': 'gzip, gzip' })).status, 415);
  assert.equal((await ask(plain, { 'content-encoding': 'compress' })).status, 415);
  assert.equal(there.seen.length, 4);
});

test('[LLM-13] routes, tools, members and parameters nobody here can inspect are refused and recorded', async (context) => {
  const { s, there } = await staged(context);
  const auth = { authorization: `Bearer ${s.key}` };
  const message = { model: CLAUDE, max_tokens: 10, messages: [MESSAGE] };
  const chat = { model: GPT, messages: [MESSAGE] };
  const asked: readonly (readonly [path: string, body: object])[] = [
    ['/v1/batches', {}],
    ['/v1/files', {}],
    ['/v1/embeddings', { model: 'x', input: 'y' }],
    ['/v1/completions', { model: 'x', prompt: 'y' }],
    ['/v1/messages/batches', {}],
    ['/v1/realtime', {}],
    ['/anything/at/all', {}],
    [`${CHAT}?debug=1`, chat],
    [CHAT, { ...chat, web_search_options: {} }],
    [CHAT, { ...chat, plugins: [{ id: 'web' }] }],
    [CHAT, { ...chat, tools: [{ type: 'mcp', server_url: 'http://x.example' }] }],
    ['/v1/messages', { ...message, mcp_servers: [{ type: 'url', url: 'http://x.example', name: 'x' }] }],
    ['/v1/messages', { ...message, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['/v1/messages', { ...message, tools: [{ type: 'code_execution_20250522', name: 'code_execution' }] }],
    ['/v1/messages', { ...message, container: 'c1' }],
  ];
  for (const [path, body] of asked) {
    const answer = await post(s.models + path, JSON.stringify(body), auth);
    assert.equal(answer.status, 403, `${path} ${JSON.stringify(body)}: ${answer.text}`);
    assert.match(answer.text, /ROUTE_UNINSPECTED/);
  }
  for (const path of ['/v1/../v1/chat/completions', '/v1//chat/completions', '/v1/chat%2fcompletions', '/v1/chat/completions/', '/%2e%2e/x']) {
    const answer = await raw(s, `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${s.key}\r\ncontent-length: 2\r\n\r\n{}`);
    assert.match(answer, /^HTTP\/1\.1 404 /, path);
  }
  assert.equal(there.seen.length, 0);
  assert.equal((await refused(s)).filter((line) => line === 'llm ROUTE_UNINSPECTED').length, asked.length);
});

test('[LLM-13] where the configuration lets uninspected routes and tools go, they go on record', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE));
  const s = await stage(context, there.url, { llm: { uninspected: 'pass' }, policy: OPEN });
  const body = JSON.stringify({ model: GPT, messages: [MESSAGE], web_search_options: { search_context_size: 'low' } });
  const answer = await post(s.models + CHAT, body, { authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(there.seen.length, 1);
  const file = await post(`${s.models}/v1/files?purpose=x`, 'not JSON', { authorization: `Bearer ${s.key}`, 'content-type': 'text/plain' });
  assert.deepEqual([file.status, file.text], [200, WHOLE]);
  const { url, text, headers } = there.seen[1]!;
  assert.deepEqual(
    [url, text, headers.authorization, headers['content-type']],
    ['/v1/files?purpose=x', 'not JSON', 'Bearer sk-upstream', 'text/plain'],
  );
  const passed = (await s.entries('&type=action-decided')).map(({ body: { action } }) => action as { kind: string; name: string });
  assert.deepEqual(passed.at(-1)?.name, 'uninspected:POST/v1/files');
  const socket = await raw(s, `GET /v1/realtime HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
  assert.match(socket, /^HTTP\/1\.1 403 /);
});

test('[LLM-17] no spelling of a route that is inspected passes as one that is not', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE));
  const s = await stage(context, there.url, { llm: { uninspected: 'pass' }, policy: OPEN });
  const head = `authorization: Bearer ${s.key}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`;
  const spelled = (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => [path, await raw(s, `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}`)] as const));
  const lax = [
    '/V1/chat/completions',
    '/v1/Chat/Completions',
    '/v1/RESPONSES',
    '/v1/Messages',
    '/v1/messages/Count_Tokens',
    '/v1beta/models/gemini-2.5-pro:GenerateContent',
    '/V1Beta/models/gemini-2.5-pro:streamgeneratecontent',
    '/OpenAI/v1/chat/completions',
    '/openai/V1/responses',
    '/anthropic/v1/chat/completions',
    '/google/v1/messages',
    `/Key/${s.key}/v1/chat/completions`,
    `/key/${s.key}/V1/chat/completions`,
  ];
  for (const [path, answer] of await spelled(lax)) assert.match(answer, /^HTTP\/1\.1 403 [^]*ROUTE_UNINSPECTED/, path);
  const unclear = [
    '/v1//chat/completions',
    '//v1/chat/completions',
    '/v1/chat/completions/',
    '/v1/chat/completions//',
    '/v1/chat%2fcompletions',
    '/v1/%63hat/completions',
    '/v1/chat/completions%00',
    '/v1/%2563hat/completions',
    '/v1/./chat/completions',
    '/v1/x/../chat/completions',
    '/v1/%2e%2e/v1/chat/completions',
    '/v1/chat/completions;x=1',
    '/v1\\chat\\completions',
    'http://127.0.0.1/V1/chat/completions',
  ];
  for (const [path, answer] of await spelled(unclear)) assert.match(answer, /^HTTP\/1\.1 40[034] /, path);
  assert.equal(there.seen.length, 0);
  assert.equal((await refused(s)).filter((line) => line === 'llm ROUTE_UNINSPECTED').length, lax.length);
});

/** One connection, bytes as they are; resolves with all that came back. */
function raw(s: Stage, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(s.models).port), '127.0.0.1');
    let text = '';
    const enough = (): void => {
      if (/\r\n\r\n[^]*\}$/.test(text)) socket.end();
    };
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      enough();
    });
    socket.on('close', () => resolve(text)).on('error', reject);
    socket.write(bytes);
  });
}

test('[LLM-15, AUTH-3] smuggled, doubled and broken requests are refused, and one connection gives one decision at most', async (context) => {
  const { s, there } = await staged(context);
  const body = around('');
  const head = (lines: string): string =>
    `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer ${s.key}\r\n${lines}\r\n\r\n`;
  const length = `content-length: ${String(body.length)}`;
  const smuggled = `${body}\r\n0\r\n\r\n`;
  const asked: Readonly<Record<string, string>> = {
    'both lengths': `${head(`${length}\r\ntransfer-encoding: chunked`)}${body.length.toString(16)}\r\n${smuggled}`,
    'two lengths': `${head(`${length}\r\ncontent-length: 5`)}${body}`,
    'a space before the colon': `${head(`content-length : ${String(body.length)}`)}${body}`,
    'a folded header': `${head(`${length}\r\nx-a: 1\r\n 2`)}${body}`,
    'bare line feeds': `POST ${CHAT} HTTP/1.1\nhost: 127.0.0.1\nauthorization: Bearer ${s.key}\n${length}\n\n${body}`,
    'chunked twice': `${head('transfer-encoding: chunked, chunked')}${body.length.toString(16)}\r\n${smuggled}`,
    'no host': `POST ${CHAT} HTTP/1.1\r\nauthorization: Bearer ${s.key}\r\n${length}\r\n\r\n${body}`,
    'another host': head(length).replace('127.0.0.1', 'evil.example') + body,
    'a foreign page': `${head(`${length}\r\norigin: http://evil.example`)}${body}`,
    'two keys': `${head(`${length}\r\nauthorization: Bearer other`)}${body}`,
    'two Aegis keys': `${head(`${length}\r\nx-aegis-key: a\r\nx-aegis-key: b`)}${body}`,
    'two sessions': `${head(`${length}\r\nx-aegis-session: a\r\nx-aegis-session: b`)}${body}`,
    'huge headers': `${head(`${length}\r\nx-a: ${'a'.repeat(20_000)}`)}${body}`,
    'a tunnel': `CONNECT api.openai.com:443 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
    'a WebSocket': `GET /v1/realtime HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${s.key}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  };
  for (const [what, bytes] of Object.entries(asked)) {
    assert.match(await raw(s, bytes), /^HTTP\/1\.1 4\d\d /, what);
  }
  assert.equal(there.seen.length, 0);
});

test('[LLM-10, GATE-2] a gate that cannot record refuses with 503 in the provider’s shape, and others hear the same', async (context) => {
  const { s, there, ask } = await staged(context);
  await s.aegis.daemon.gate.close();
  const answer = await ask(around(''));
  assert.equal(answer.status, 503, answer.text);
  assert.equal((JSON.parse(answer.text) as { error: { code: string } }).error.code, 'GATE_CLOSED');
  const message = await post(`${s.models}/v1/messages`, JSON.stringify({ model: CLAUDE, max_tokens: 1, messages: [MESSAGE] }), {
    'x-api-key': s.key,
  });
  assert.deepEqual([message.status, (JSON.parse(message.text) as { error: { type: string } }).error.type], [503, 'overloaded_error']);
  assert.equal(there.seen.length, 0);
});

test('[LLM-10] a halted agent is told so by its own client as the provider would refuse it', async (context) => {
  const { s, there } = await staged(context);
  await s.aegis.ask('POST', '/v1/halt', { key: s.aegis.admin, body: { scope: { kind: 'agent', id: 'a1' }, reason: 'enough' } });
  await assert.rejects(
    s.openai.chat.completions.create({ model: GPT, messages: [{ role: 'user', content: 'hi' }] }),
    ({ status, code, message }: { status: number; code: string; message: string }) =>
      status === 403 && code === 'HALTED' && message.includes('enough'),
  );
  await assert.rejects(
    s.anthropic.messages.create({ model: CLAUDE, max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }),
    ({ status, message }: { status: number; message: string }) => status === 403 && message.includes('HALTED'),
  );
  assert.equal(there.seen.length, 0);
});

test('[LLM-15] the proxy says how it is', async (context) => {
  const { s } = await staged(context);
  const answer = await fetch(`${s.models}/healthz`);
  assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok', answers: 0 }]);
});

test('[LLM-1] count_tokens and lists of models are decided and recorded too', async (context) => {
  const there = await upstream(
    context,
    (response, { url }) => void response.writeHead(200, JSON_TYPE).end(url.includes('count') ? '{"input_tokens":7}' : '{"data":[]}'),
  );
  const s = await stage(context, there.url);
  const counted = await s.anthropic.messages.countTokens({ model: CLAUDE, messages: [{ role: 'user', content: 'hi' }] });
  assert.equal(counted.input_tokens, 7);
  for await (const one of s.openai.models.list()) void one;
  const names = (await s.entries()).filter(({ type }) => type === 'action-decided').map(({ body }) => (body['action'] as { name: string }).name);
  assert.deepEqual(names, [`model-count:${CLAUDE}`, 'model-list:all']);
});
