import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AegisError } from '../../../src/errors.ts';
import { startServer } from '../../../src/intercept/mcp/stdio/server-process.ts';
import { badServer, call, POLICY, toolNamed, WAYS } from './misbehaving.ts';
import type { Deed } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
const SSE = { 'content-type': 'text/event-stream' };
const LATE = /gave no answer: it took longer than 1000 ms/;

/** Ways for a server never to come to an end. */
const NEVER: Readonly<Record<string, Deed>> = {
  'says nothing': () => true,
  'begins and stops': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":');
    return true;
  },
  'keeps a stream silent': ({ response }) => {
    response.writeHead(200, SSE).flushHeaders();
    return true;
  },
  'streams comments': ({ response }) => {
    response.writeHead(200, SSE);
    const more = (): void => void response.write(': still here\n\n', () => !response.destroyed && setTimeout(more, 5));
    more();
    return true;
  },
  'streams progress': ({ response, said }) => {
    response.writeHead(200, SSE);
    let progress = 0;
    const params = { progressToken: 'mine', progress: 0 };
    const line = (): string =>
      `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { ...params, progress: ++progress } })}\n\n`;
    const more = (): void => void response.write(line(), () => !response.destroyed && setTimeout(more, 5));
    if (said.id !== undefined) more();
    return true;
  },
};

/** What a server can fail to end, and what the agent hears. */
const EXCHANGES: readonly (readonly [string, object, RegExp])[] = [
  ['initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }, LATE],
  ['tools/list', {}, LATE],
  ['resources/list', {}, LATE],
  ['ping', {}, LATE],
  ['tools/call', { name: 'do_it', arguments: {}, _meta: { progressToken: 'mine' } }, /longer than 500 ms/],
  ['prompts/get', { name: 'p' }, /longer than 500 ms/],
];

for (const [way, open] of Object.entries(WAYS))
  test(`[MCP-23] whatever a server does not end, ends for the agent, and its connection is closed: ${way}`, PATIENT, async (context) => {
    let silent = '';
    const server = await badServer(context, (exchange) => {
      const { method, params } = exchange.said;
      const how = (params?.['_meta'] as { how?: string } | undefined)?.how ?? String(params?.['how'] ?? silent);
      return method !== undefined && exchange.request.method === 'POST' && (NEVER[how]?.(exchange) ?? false);
    });
    const door = await open(context, server.url, { answerMs: 1_000, policy: `${POLICY}obligations: { timeoutMs: 500 }\n` });
    assert.equal((await call(door)).text, 'done');
    let id = 1_000;
    await Promise.all(
      EXCHANGES.flatMap(([method, params, heard]) =>
        Object.keys(NEVER).map(async (how) => {
          const { _meta: meta } = params as { _meta?: object };
          const reply = await door.send({ id: ++id, method, params: { ...params, _meta: { ...meta, how } } });
          assert.match(JSON.stringify(reply), heard, `${method} ${how}`);
        }),
      ),
    );
    // Notifications whose answers never end keep no socket.
    for (silent of Object.keys(NEVER)) await door.send({ method: 'notifications/roots/list_changed' });
    silent = '';
    while (server.open.size > 0) await new Promise(setImmediate);
    assert.equal((await call(door)).text, 'done');
  });

/** Lists without an end, page by page. */
const PAGES: Readonly<Record<string, (cursor: string | undefined) => object>> = {
  'leads back to its first page': () => ({ tools: [toolNamed('do_it')], nextCursor: 'again' }),
  'goes on for ever': (cursor) => ({ tools: [], nextCursor: String(Number(cursor ?? 0) + 1) }),
};

test('[MCP-23] a list of tools that has no end fails the calls of its server with a reason, not the time of the agent', PATIENT, async (context) => {
  for (const [how, page] of Object.entries(PAGES)) {
    const server = await badServer(context, ({ said, say }) => {
      if (said.method !== 'tools/list') return false;
      say(page(said.params?.cursor));
      return true;
    });
    const door = await WAYS['the gateway']?.(context, server.url);
    assert.ok(door !== undefined);
    const { text, code } = await call(door);
    assert.equal(code, 'MCP_TOOL_LIST', how);
    assert.match(text, /list of tools cannot be used: (?:its pages lead back|it has more than 256 pages)/, how);
    assert.ok(server.heard.length < 300, how);
  }
});

test('[MCP-23] a list that is read before a call has a time for all of its pages together', PATIENT, async (context) => {
  const server = await badServer(context, ({ said, say }) => {
    if (said.method !== 'tools/list') return false;
    setTimeout(() => say({ tools: [], nextCursor: `${String(said.params?.cursor ?? '')}x` }), 100);
    return true;
  });
  const door = await WAYS['the gateway']?.(context, server.url, { answerMs: 1_000 });
  assert.ok(door !== undefined);
  assert.match((await call(door)).text, LATE);
  assert.ok(server.heard.length <= 11);
});

test('[MCP-23] a server over stdio that stops reading is given up, and what waits for it stays bounded', PATIENT, async (context) => {
  const server = startServer(
    { command: '/bin/sleep', args: ['1000'], env: {} },
    { onServerMessage: () => undefined, refused: () => undefined, answerMs: 500 },
  );
  context.after(() => server.close());
  const big = { jsonrpc: '2.0', method: 'notifications/initialized', params: { text: 'x'.repeat(1_000_000) } } as const;
  const ends = await Promise.all(
    Array.from({ length: 24 }, () =>
      server.send(big).then(
        () => 'read',
        (error: unknown) => (error as AegisError).code,
      ),
    ),
  );
  assert.equal(ends.filter((code) => code === 'MCP_SERVER_GONE').length, 17, 'what was written waits half a second');
  assert.equal(ends.filter((code) => code === 'MCP_UNREACHABLE').length, 7, 'beyond 16 MiB nothing more is written');
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call' } as const;
  const late = server.request(call, { signal: AbortSignal.timeout(10_000), onServerMessage: () => undefined });
  await assert.rejects(late, { code: 'MCP_UNREACHABLE' });
});
