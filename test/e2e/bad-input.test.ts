import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { running } from '../api/daemon.ts';
import type { Answer, Running } from '../api/daemon.ts';
import { requests } from './fuzz.ts';

const envelope = (args: string, more = ''): string => `{"session":"s1","name":"lookup","args":${args}${more}}`;
const nested = (depth: number, inside: string): string => '{"a":'.repeat(depth) + inside + '}'.repeat(depth);

async function counts(aegis: Running): Promise<Record<string, number>> {
  const { body } = await aegis.ask('GET', '/v1/stats', { key: aegis.admin });
  return (body['counts'] as { entries: Record<string, number> }).entries;
}

function isProblem(answer: Answer, what: string): void {
  const { body, headers, text } = answer;
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/, `${what}: ${text}`);
  assert.ok(typeof body['code'] === 'string' && String(body['hint']).length > 0 && typeof body['detail'] === 'string', `${what}: ${text}`);
  discreet(text, what);
}

/** Nothing of our inside: no frames, no places on this machine, no SQL. */
function discreet(text: string, what: string): void {
  for (const inner of [
    /\n\s*at\s/,
    /\.[cm]?[jt]s:\d/,
    /node_modules|node:internal/,
    /SQLITE|SELECT .* FROM|INSERT INTO/,
    /Cannot read|is not a function/,
  ])
    assert.doesNotMatch(text, inner, what);
  for (const place of [process.cwd(), tmpdir()]) assert.ok(!text.includes(`${place}/`), `${what}: ${text.slice(0, 300)}`);
}

test('[DOOR-3, LOG-4, AUTH-7] each thing that is no I-JSON is refused with its code, recorded, and decides nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const cases: [what: string, raw: string | Uint8Array, code: string][] = [];
  for (let depth = 0; depth < 20; depth++) {
    cases.push([`a duplicate key at depth ${String(depth)}`, envelope(`{"x":${nested(depth, '{"k":1,"k":2}')}}`), 'BODY_INVALID_JSON']);
    cases.push([`an escaped one at depth ${String(depth)}`, envelope(`{"x":${nested(depth, '{"k":1,"\\u006b":2}')}}`), 'BODY_INVALID_JSON']);
  }
  const bytes = (...middle: number[]): Uint8Array =>
    Buffer.concat([Buffer.from('{"session":"s1","name":"lookup","args":{"a":"'), Buffer.from(middle), Buffer.from('"}}')]);
  for (const [what, raw] of [
    ['an overlong slash', bytes(0xc0, 0xaf)],
    ['a continuation byte alone', bytes(0x80)],
    ['a cut sequence', bytes(0xe2, 0x82)],
    ['a surrogate in UTF-8', bytes(0xed, 0xa0, 0x80)],
    ['a code point beyond Unicode', bytes(0xf4, 0x90, 0x80, 0x80)],
    ['a raw control character', bytes(0x01)],
    ['a raw newline in a string', bytes(0x0a)],
  ] as const)
    cases.push([what, raw, 'BODY_INVALID_JSON']);
  for (const value of [
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '-1e400',
    '0.1e',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    'Infinity',
    "'a'",
    '0x10',
    '[1,]',
    '"\\x41"',
    '1 /* c */',
    '123456789012345678901234567890',
  ])
    cases.push([value, envelope(`{"a":${value}}`), 'BODY_INVALID_JSON']);
  cases.push(['U+0000 in a key', envelope('{"\\u0000":1}'), 'BODY_INVALID_JSON']);
  cases.push(['a lone surrogate in a key', envelope('{"\\ud83d":1}'), 'BODY_INVALID_JSON']);
  for (const raw of ['null', '[]', '"x"', '1', 'true', '{', '{}{}', '{"a"}', '\u0000', ' ', '//', '{"session":"s1"']) cases.push([raw, raw, '']);
  cases.push(['depth 65', `{"session":"s1","name":"x","args":${nested(64, '1')}}`, 'BODY_TOO_DEEP']);
  cases.push(['depth 100,000', '['.repeat(100_000) + ']'.repeat(100_000), 'BODY_TOO_DEEP']);
  cases.push(['10,001 keys', envelope(`{${Array.from({ length: 10_001 }, (_, n) => `"k${String(n)}":1`).join(',')}}`), 'BODY_TOO_MANY_KEYS']);
  cases.push(['10,001 keys over many objects', envelope(`{"l":[${'{"a":1,"b":2},'.repeat(5_001)}1]}`), 'BODY_TOO_MANY_KEYS']);
  cases.push(['a body over the limit', envelope(`{"a":"${'x'.repeat(1_100_000)}"}`), 'BODY_TOO_LARGE']);
  const before = await counts(aegis);
  for (const [what, raw, code] of cases) {
    const answer = await aegis.ask('POST', '/v1/actions', { key, raw });
    assert.ok(answer.status === 400 || answer.status === 413, `${what}: ${answer.text}`);
    if (code !== '') assert.equal(answer.body['code'], code, what);
    isProblem(answer, what);
  }
  const after = await counts(aegis);
  assert.equal((after['request-refused'] ?? 0) - (before['request-refused'] ?? 0), cases.length);
  assert.equal(after['action-decided'] ?? 0, 0);
  // The same strictness at the other doors.
  for (const [path, by] of [
    ['/v1/actions/batch', key],
    ['/v1/sessions/s1/content', key],
    ['/api/v1/handshake', key],
    ['/api/v1/request-permission', key],
    ['/v1/events', key],
    ['/v1/policies/activate', aegis.admin],
    ['/v1/budgets', aegis.admin],
    ['/v1/agents', aegis.admin],
    ['/v1/halt', aegis.admin],
  ] as const)
    for (const raw of [
      '{"a":1,"a":2}',
      '{"a":"\\ud800"}',
      '{"a":1e400}',
      '{"__proto__":{"role":"admin"}}',
      '[]',
      '{"constructor":{"prototype":{}}}',
    ]) {
      const answer = await aegis.ask('POST', path, { key: by, raw });
      assert.equal(answer.status, 400, `${path} ${raw} ${answer.text}`);
      isProblem(answer, path);
    }
});

test('[LOG-4, GATE-4] names that mean something to JavaScript mean nothing to Aegis, and pollute nothing', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then', 'length'];
  for (const name of names) {
    const args = `{"${name}":{"polluted":true,"prototype":{"polluted":true}},"nested":[{"${name}":"x"}]}`;
    for (const raw of [envelope(args), `{"session":"s1","name":"${name}","args":{}}`, `{"session":"${name}","name":"lookup","args":{}}`]) {
      const answer = await aegis.ask('POST', '/v1/actions', { key, raw });
      assert.ok(answer.status === 200 || answer.status === 400, `${raw} ${answer.text}`);
      discreet(answer.text, raw);
    }
    const agent = await aegis.ask('POST', '/v1/agents', { key: aegis.admin, body: { agent: name } });
    assert.ok([201, 400].includes(agent.status), agent.text);
    for (const path of ['agents', 'sessions', 'actions', 'approvals']) {
      const { status } = await aegis.ask('GET', `/v1/${path}/${name}-nobody`, { key: aegis.admin });
      assert.equal(status, 404, `${path}/${name}`);
      assert.ok([200, 404].includes((await aegis.ask('GET', `/v1/${path}/${name}`, { key: aegis.admin })).status), name);
    }
    await aegis.ask('POST', '/v1/budgets', { key: aegis.admin, body: { ledger: `agent/${name}/day`, limit: { usdMicros: 1 }, reason: 'x' } });
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(([] as unknown as Record<string, unknown>)['polluted'], undefined);
  assert.ok(Object.hasOwn({ a: 1 }, 'a'));
  await aegis.restart();
  assert.equal((await aegis.ask('GET', '/v1/stats', { key: aegis.admin })).status, 200);
});

test('[DOOR-2, AUTH-2, AUTH-5] nobody’s, somebody else’s and expired credentials decide nothing', async (context) => {
  const aegis = await running(context, { config: { tenants: ['default', 'acme'] } });
  const acme = aegis.daemon.firstKeys.find(({ tenant }) => String(tenant) === 'acme')?.key ?? '';
  const key = await aegis.agent('bot');
  await aegis.agent('other');
  const body = { session: 's1', name: 'lookup', args: {} };
  const refusals: readonly (readonly [string, string | undefined, object, number, string])[] = [
    ['no key', undefined, body, 401, 'UNAUTHENTICATED'],
    ['SQL for a key', "' OR 1=1--", body, 401, 'UNAUTHENTICATED'],
    ['an empty key', '', body, 401, 'UNAUTHENTICATED'],
    ['a key of another tenant', `${key}.${Buffer.from('acme').toString('base64url')}`, body, 401, 'UNAUTHENTICATED'],
    ['a key of no tenant', `${key}.${Buffer.from('nobody').toString('base64url')}`, body, 401, 'UNAUTHENTICATED'],
    ['half a key', key.slice(0, -1), body, 401, 'UNAUTHENTICATED'],
    ['an unsigned token', 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.', body, 401, 'UNAUTHENTICATED'],
    ['a person’s key', aegis.admin, body, 403, 'FORBIDDEN'],
    ['another tenant’s administrator', acme, body, 403, 'FORBIDDEN'],
    ['another agent’s name', key, { ...body, agent: 'other' }, 403, 'AGENT_MISMATCH'],
    ['an unknown agent’s name', key, { ...body, agent: 'nobody' }, 403, 'AGENT_MISMATCH'],
  ];
  for (const [what, by, sent, status, code] of refusals) {
    const answer = await aegis.ask('POST', '/v1/actions', { body: sent, headers: by === undefined ? {} : { authorization: `Bearer ${by}` } });
    assert.deepEqual([answer.status, answer.body['code']], [status, code], what);
    isProblem(answer, what);
  }
  const rotated = await aegis.agent('bot', { rotate: true });
  assert.equal((await aegis.ask('POST', '/v1/actions', { key, body })).status, 401, 'the old key is gone at once');
  assert.equal((await aegis.ask('POST', '/v1/actions', { key: rotated, body })).status, 200);
  await aegis.ask('POST', '/v1/agents/bot/revoke', { key: aegis.admin, body: { reason: 'out' } });
  const revoked = await aegis.ask('POST', '/v1/actions', { key: rotated, body: { ...body, args: { n: 2 } } });
  assert.notEqual(revoked.body['effect'], 'allow', revoked.text);
  const entries = await counts(aegis);
  assert.equal(entries['request-refused'], 2, 'the two acts of a known agent');
});

interface Spoken {
  readonly text: string;
  readonly answers: number;
}

/** Bytes on a socket, and everything that came back until it closed. */
function speak(url: string, pieces: readonly string[], terms: { readonly pauseMs?: number; readonly end?: boolean } = {}): Promise<Spoken> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    const done = (): void => resolve({ text, answers: text.split(/^HTTP\/1\.1 /m).length - 1 });
    socket.on('close', done).on('error', () => undefined);
    socket.setTimeout(30_000, () => socket.destroy());
    let at = 0;
    const next = (): void => {
      const piece = pieces[at++];
      if (piece === undefined || socket.destroyed) {
        if (terms.end === true) socket.end();
        return;
      }
      socket.write(piece, 'latin1');
      if (terms.pauseMs === undefined) next();
      else setTimeout(next, terms.pauseMs).unref();
    };
    next();
  });
}

test('[AUTH-3, DOOR-1] requests that two readers could cut differently make at most one decision and end the connection', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { port } = new URL(aegis.daemon.url);
  const body = envelope('{}');
  const head = (lines: readonly string[], path = '/v1/actions'): string =>
    [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${key}`, 'Content-Type: application/json', ...lines].join('\r\n');
  const hidden = `POST /v1/actions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
  const length = `Content-Length: ${String(body.length)}`;
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const shapes: readonly (readonly [string, string])[] = [
    ['length before chunked', `${head([length, 'Transfer-Encoding: chunked'])}\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunked before length', `${head(['Transfer-Encoding: chunked', length])}\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunked twice', `${head(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'])}\r\n\r\n${chunked}`],
    ['chunked, identity', `${head(['Transfer-Encoding: chunked, identity'])}\r\n\r\n${chunked}`],
    ['xchunked', `${head(['Transfer-Encoding: xchunked'])}\r\n\r\n${chunked}`],
    ['a tab in the coding', `${head(['Transfer-Encoding:\tchunked', length])}\r\n\r\n${chunked}`],
    ['a vertical tab', `${head(['Transfer-Encoding: \x0bchunked'])}\r\n\r\n${chunked}`],
    ['a space before the colon', `${head([`Content-Length : ${String(body.length)}`])}\r\n\r\n${body}`],
    ['a signed length', `${head([`Content-Length: +${String(body.length)}`])}\r\n\r\n${body}`],
    ['a hex length', `${head(['Content-Length: 0x10'])}\r\n\r\n${body}`],
    ['two different lengths', `${head([length, 'Content-Length: 0'])}\r\n\r\n${body}`],
    ['a list of lengths', `${head([`Content-Length: ${String(body.length)}, 0`])}\r\n\r\n${body}`],
    ['a negative length', `${head(['Content-Length: -1'])}\r\n\r\n${body}`],
    ['a huge length', `${head(['Content-Length: 99999999999999999999'])}\r\n\r\n${body}`],
    ['a folded coding', `${head(['Transfer-Encoding:', ' chunked', length])}\r\n\r\n${chunked}`],
    ['a bare line feed between headers', `${head(['X: 1\nTransfer-Encoding: chunked', length])}\r\n\r\n${chunked}`],
    ['a bare carriage return', `${head(['X: 1\rTransfer-Encoding: chunked', length])}\r\n\r\n${chunked}`],
    ['a nul in a header', `${head(['X: a\0b', length])}\r\n\r\n${body}`],
    ['a chunk size that is none', `${head(['Transfer-Encoding: chunked'])}\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size beyond numbers', `${head(['Transfer-Encoding: chunked'])}\r\n\r\nffffffffffffffffff\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk with bytes too many', `${head(['Transfer-Encoding: chunked'])}\r\n\r\n2\r\n${body}\r\n0\r\n\r\n`],
    ['a flood of chunk extensions', `${head(['Transfer-Encoding: chunked'])}\r\n\r\n1;${'a'.repeat(70_000)}\r\n{\r\n0\r\n\r\n`],
    ['too many headers', `${head([...Array.from({ length: 4_000 }, (_, n) => `X-${String(n)}: 1`), length])}\r\n\r\n${body}`],
    ['a CONNECT', `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`],
    [
      'an upgrade',
      `GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ];
  for (const [what, bytes] of shapes) {
    const before = (await counts(aegis))['action-decided'] ?? 0;
    const { text, answers } = await speak(aegis.daemon.url, [bytes], { end: true });
    const decided = ((await counts(aegis))['action-decided'] ?? 0) - before;
    assert.ok(!text.startsWith('HTTP/1.1 2') || what === 'chunked twice', `${what}: ${text.slice(0, 200)}`);
    assert.ok(decided === 0 && answers <= 1, `${what}: ${String(decided)} decided, ${text.slice(0, 400)}`);
    discreet(text, what);
  }
});

test('[AUTH-3] missing, hostile and doubled Host and Origin are refused on every way in', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { port } = new URL(aegis.daemon.url);
  const own = `127.0.0.1:${port}`;
  const heads: readonly (readonly [string, readonly string[]])[] = [
    ['no host', []],
    ['an empty host', ['Host:']],
    ['two hosts', [`Host: ${own}`, `Host: ${own}`]],
    ['a hostile second host', [`Host: ${own}`, 'Host: evil.example']],
    ...[
      'evil.example',
      '0.0.0.0',
      `127.0.0.1.evil.example:${port}`,
      `evil.example#@${own}`,
      `${own}/`,
      `${own}, evil.example`,
      '127.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      'localhost.',
      'LOCALHOST.EVIL',
    ].map((host): [string, string[]] => [host, [`Host: ${host}`]]),
    ...[
      'https://evil.example',
      'null',
      'file://',
      `http://${own}.evil.example`,
      `https://${own}`,
      `http://${own}/`,
      `http://${own}, https://evil.example`,
    ].map((origin): [string, string[]] => [origin, [`Host: ${own}`, `Origin: ${origin}`]]),
    ['two origins', [`Host: ${own}`, `Origin: http://${own}`, 'Origin: https://evil.example']],
    ['a foreign page without origin', [`Host: ${own}`, 'Sec-Fetch-Site: cross-site']],
  ];
  const body = envelope('{}');
  for (const [what, lines] of heads) {
    for (const target of ['POST /v1/actions', 'GET /v1/stats', 'GET /healthz', 'OPTIONS /v1/halt', 'GET /nowhere']) {
      const post = target.startsWith('POST');
      const request = [`${target} HTTP/1.1`, ...lines, `Authorization: Bearer ${key}`, 'Connection: close'];
      const more = post ? ['Content-Type: application/json', `Content-Length: ${String(body.length)}`] : [];
      const { text } = await speak(aegis.daemon.url, [`${[...request, ...more].join('\r\n')}\r\n\r\n${post ? body : ''}`]);
      assert.match(text, /^HTTP\/1\.1 4(?:00|03)/, `${what} ${target}: ${text.slice(0, 200)}`);
      assert.doesNotMatch(text, /access-control-allow/i, what);
    }
  }
  assert.equal((await counts(aegis))['action-decided'] ?? 0, 0);
});

test('[DOOR-3] compressed bodies are refused unread, and slow ones cost nobody else anything', async (context) => {
  const limits = { headersTimeoutMs: 1_000, requestTimeoutMs: 1_500 };
  const aegis = await running(context, { config: { limits } });
  const key = await aegis.agent('bot');
  const { port } = new URL(aegis.daemon.url);
  const bomb = gzipSync(Buffer.alloc(32 << 20, 0x20));
  for (const coding of ['gzip', 'br', 'deflate', 'zstd', 'identity', 'gzip, gzip', 'x-gzip']) {
    const answer = await aegis.ask('POST', '/v1/actions', { key, raw: bomb, headers: { 'content-encoding': coding } });
    assert.deepEqual([answer.status, answer.body['code']], [415, 'MEDIA_TYPE'], coding);
    isProblem(answer, coding);
  }
  const head = `POST /v1/actions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
  const slow = [
    ...Array.from({ length: 20 }, () =>
      speak(aegis.daemon.url, [head, ...'X-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'], { pauseMs: 200 }),
    ),
    ...Array.from({ length: 20 }, () => speak(aegis.daemon.url, [`${head}Content-Length: 100\r\n\r\n`, ...envelope('{}')], { pauseMs: 200 })),
  ];
  for (let n = 0; n < 20; n++) {
    const answer = await aegis.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'lookup', args: { n } } });
    assert.equal(answer.body['effect'], 'allow', answer.text);
  }
  for (const { text } of await Promise.all(slow)) assert.match(text, /^(?:HTTP\/1\.1 408|$)/, text.slice(0, 200));
  assert.equal((await counts(aegis))['action-decided'], 20);
});

test('[AUTH-4, DOOR-3] 5,000 requests nobody meant: no 500, nothing of the inside in an answer, and the daemon goes on', async (context) => {
  const aegis = await running(context, { config: { limits: { requestsPerSecond: 1_000_000 } } });
  const key = await aegis.agent('bot');
  const keys = [key, aegis.admin, await aegis.operator('olga', 'operator'), undefined];
  let allowed = 0;
  const all = requests(5_000, 20_261_121);
  for (let at = 0; at < all.length; at += 50) {
    await Promise.all(
      all.slice(at, at + 50).map(async ({ method, path, raw }, n) => {
        const by = keys[(at + n) % keys.length];
        const withBody = method !== 'GET' && raw !== undefined;
        const answer = await aegis.ask(method, path, { ...(by === undefined ? {} : { key: by }), ...(withBody ? { raw } : {}) });
        const what = `${method} ${path} ${String(raw).slice(0, 200)} → ${String(answer.status)} ${answer.text.slice(0, 300)}`;
        assert.ok(answer.status < 500 || answer.body['code'] === 'NOT_SUPPORTED', what);
        discreet(answer.text, what);
        if (answer.status >= 400) isProblem(answer, what);
        if (answer.body['effect'] === 'allow') allowed++;
      }),
    );
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.ok(allowed < 1_000, String(allowed));
  await aegis.restart();
  assert.equal((await aegis.ask('GET', '/readyz')).status, 200);
});
