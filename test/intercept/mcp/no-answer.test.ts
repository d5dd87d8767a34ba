import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stage } from './conversation.ts';
import { badServer, call, POLICY, toolNamed, WAYS } from './misbehaving.ts';
import type { Exchange } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
const UNKNOWN = /The server gave no answer; whether it was done is not known/;
const NOT_AEGIS = /Aegis does not answer|nothing is allowed/;

/** Ways for a call to end without an answer that can be read. */
const ENDS: Readonly<Record<string, (exchange: Exchange) => void>> = {
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  'reset in a body': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"jsonrpc":"2.0","id":', () => response.socket?.resetAndDestroy());
  },
  'reset in a stream': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"jsonrpc":"2.0","me', () => response.socket?.resetAndDestroy());
  },
  'a stream that ends': ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
  'no JSON': ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>done</html>'),
  'no JSON in a stream': ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"jsonrpc":\n\n'),
  'no UTF-8 in a stream': ({ response }) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])),
  'keys twice': ({ response, said }) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":${String(said.id)},"result":{"content":[],"content":[]}}`),
  'another id': ({ response }) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":"other","result":{"content":[]}}'),
  'an empty 202': ({ response }) => void response.writeHead(202).end(),
  'HTTP 500': ({ response }) => void response.writeHead(500).end('oops'),
  'HTTP 502': ({ response }) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'),
  'HTTP 408': ({ response }) => void response.writeHead(408).end(),
  'a coding nobody asked for': ({ response }) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  silence: () => undefined,
};

for (const [way, open] of Object.entries(WAYS))
  test(`[MCP-20] a call without a readable answer is settled unknown, and the agent is told that nobody knows: ${way}`, PATIENT, async (context) => {
    const server = await badServer(
      context,
      (exchange) => {
        const end = ENDS[String(exchange.said.params?.arguments?.['end'])];
        if (end === undefined || exchange.said.method !== 'tools/call') return false;
        end(exchange);
        return true;
      },
      [toolNamed('do_it')],
    );
    const door = await open(context, server.url, { policy: `${POLICY}obligations: { timeoutMs: 1000 }\n` });
    for (const [at, end] of Object.keys(ENDS).entries()) {
      const { text, isError } = await call(door, 'do_it', { end });
      assert.match(text, UNKNOWN, end);
      assert.doesNotMatch(text, NOT_AEGIS, end);
      assert.ok(isError, end);
      const settled = await door.entries('action-settled');
      assert.equal(settled.length, at + 1, end);
      assert.equal((settled.at(-1)?.['body'] as { status: string }).status, 'unknown', end);
    }
    assert.equal((await call(door)).text, 'done');
  });

/** Refusals of a server: it says itself that it did not take the request. */
const REFUSALS: Readonly<Record<number, string>> = {
  302: 'MCP_SERVER_REFUSED',
  400: 'MCP_SERVER_REFUSED',
  401: 'MCP_CREDENTIALS_REFUSED',
  403: 'MCP_CREDENTIALS_REFUSED',
  404: 'MCP_SERVER_REFUSED',
  407: 'MCP_CREDENTIALS_REFUSED',
  413: 'MCP_SERVER_REFUSED',
  429: 'MCP_BUSY',
  503: 'MCP_BUSY',
};

for (const [way, open] of Object.entries(WAYS))
  test(`[MCP-20] what the server says it did not take was not done, and is settled failed: ${way}`, PATIENT, async (context) => {
    const server = await badServer(context, ({ said, response }) => {
      const status = Number(said.params?.arguments?.['status']);
      if (said.method !== 'tools/call' || Number.isNaN(status)) return false;
      response.writeHead(status, { 'retry-after': '7', location: '/elsewhere', 'www-authenticate': 'Bearer realm="theirs"' }).end('no');
      return true;
    });
    const door = await open(context, server.url);
    for (const [status, code] of Object.entries(REFUSALS)) {
      const said = await call(door, 'do_it', { status });
      assert.match(said.text, /nothing was done/, status);
      assert.equal(said.code, code, status);
      assert.equal(((await door.entries('action-settled')).at(-1)?.['body'] as { status: string }).status, 'failed', status);
    }
  });

test('[MCP-20] a server that cannot be reached did nothing, and the agent is told so', PATIENT, async (context) => {
  const door = await WAYS['the gateway']?.(context, 'http://127.0.0.1:9/mcp');
  assert.ok(door !== undefined);
  const wire = await door.send({ id: 1, method: 'prompts/get', params: { name: 'x' } });
  assert.match(wire?.error?.message ?? '', /cannot be reached \(ECONNREFUSED\); nothing was done/);
  assert.equal(((await door.entries('action-settled')).at(-1)?.['body'] as { status: string }).status, 'failed');
});

test(
  '[MCP-20] a server over stdio that dies, hangs up, breaks off or talks nonsense: every call on its way is answered and settled',
  PATIENT,
  async (context) => {
    const place = await stage(context, `${POLICY}obligations: { timeoutMs: 500 }\n`);
    const file = join(place.folder, 'tools.json');
    const deeds = ['die', 'half', 'close', 'duplicate_key'];
    writeFileSync(file, JSON.stringify([...deeds, 'hang'].map((name) => toolNamed(name))));
    for (const [at, deed] of deeds.entries()) {
      const agent = place.talk({ env: { TOOLS: file } });
      await agent.initialize();
      await agent.ask('tools/list');
      const [other, said] = await Promise.all([agent.call('hang', { n: at }), agent.call(deed, { at })]);
      for (const { text, isError } of [other, said]) {
        assert.match(text, UNKNOWN, deed);
        assert.doesNotMatch(text, NOT_AEGIS, deed);
        assert.ok(isError, deed);
      }
      await agent.end();
      const settled = await place.entries('action-settled');
      assert.equal(settled.length, (at + 1) * 2, deed);
      assert.ok(settled.every((entry) => (entry['body'] as { status: string }).status === 'unknown'));
    }
  },
);

test('[MCP-20] a call that waits for a person when its server dies is told that nothing was done', PATIENT, async (context) => {
  const place = await stage(context, `${POLICY}agents: { a1: { allow: [die], review: [echo_text] } }\n`);
  const file = join(place.folder, 'tools.json');
  writeFileSync(file, JSON.stringify(['die', 'echo_text'].map((name) => toolNamed(name))));
  const agent = place.talk({ env: { TOOLS: file } });
  await agent.initialize();
  await agent.ask('tools/list');
  const held = agent.call('echo_text', { text: 'x' });
  while ((await place.entries('action-decided')).length === 0);
  const died = await agent.call('die');
  assert.match(died.text, UNKNOWN);
  const { text, wire, isError } = await held;
  assert.ok(isError);
  const said = wire.error?.message ?? text;
  assert.match(said, /nothing was done|has not been done/);
  assert.doesNotMatch(said, NOT_AEGIS);
});

test('[MCP-20] an answer that Aegis could not record is withheld, and the agent is told that the call was forwarded', PATIENT, async (context) => {
  const server = await badServer(context, ({ said, say }) => {
    if (said.method !== 'tools/call') return false;
    void door.aegis.daemon.close().then(() => say({ content: [{ type: 'text', text: 'x'.repeat(100_000) }] }));
    return true;
  });
  const door = (await WAYS['aegis mcp --url']?.(context, server.url)) as NonNullable<Awaited<ReturnType<(typeof WAYS)[string]>>>;
  const { text, code } = await call(door);
  assert.equal(code, 'MCP_UNRECORDED');
  assert.match(text, /The server answered, but Aegis could not record it.*may have been done/);
});
