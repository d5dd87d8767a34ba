import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { serveAgent } from '../../../src/intercept/mcp/stdio/serve-agent.ts';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { stage } from './conversation.ts';

const PATIENT = { timeout: 120_000 };
const POLICY = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nloops: { identical: { max: 1000, windowMs: 1000 } }\n';
/** One call is all of it: more than half, whoever is first. */
const ONE_CALL = `${POLICY}budgets: [{ scope: agent, toolCalls: 1 }]\n`;
const BIG = 'x'.repeat(500_000);

interface Asked {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

interface Place {
  readonly aegis: Running;
  readonly called: string[];
  /** Connections of servers that answer a byte at a time. */
  readonly dripping: Set<ServerResponse>;
  head(length: number): string;
  call(name: string): Promise<string>;
}

/** An MCP server over HTTP: `look` answers at once, `big` at length, `drip` byte by byte without end. */
async function place(context: TestContext, policy: string): Promise<Place> {
  const called: string[] = [];
  const dripping = new Set<ServerResponse>();
  const drip = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    dripping.add(response);
    response.once('close', () => dripping.delete(response));
    const more = (): void => void response.write('d', () => dripping.has(response) && setImmediate(more));
    more();
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
      const say = (result: object): void =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (method === 'tools/list')
        return say({ tools: ['look', 'big', 'drip'].map((name) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' } })) });
      if (method !== 'tools/call') return void response.writeHead(202).end();
      called.push(params?.name ?? '');
      if (params?.name === 'drip') return drip(response);
      say({ content: [{ type: 'text', text: params?.name === 'big' ? BIG : 'seen' }] });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`;
  const aegis = await running(context, { config: { mcp: { servers: [{ name: 'crowd', url }] } } });
  const key = await aegis.agent('a1');
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  assert.equal(activated.status, 200, activated.text);
  let id = 0;
  return {
    aegis,
    called,
    dripping,
    head: (length) =>
      `POST /mcp/crowd HTTP/1.1\r\nHost: ${new URL(aegis.daemon.url).host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${String(length)}\r\n\r\n`,
    call: async (name) => {
      const body = { jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name, arguments: { n: id } } };
      const answer = await aegis.ask('POST', '/mcp/crowd', { key, body, headers: { accept: 'application/json, text/event-stream' } });
      return answer.text;
    },
  };
}

function open(context: TestContext, { aegis }: Place): Socket {
  const { hostname, port } = new URL(aegis.daemon.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  context.after(() => void socket.destroy());
  return socket;
}

test('[SPEND-1] of 32 calls at once through the gateway, each worth more than half a budget, exactly one passes', PATIENT, async (context) => {
  const where = await place(context, ONE_CALL);
  const said = await Promise.all(Array.from({ length: 32 }, () => where.call('look')));
  assert.equal(said.filter((text) => text.includes('seen')).length, 1);
  assert.equal(said.filter((text) => text.includes('BUDGET_EXCEEDED')).length, 31);
  assert.deepEqual(where.called, ['look']);
});

test('[SPEND-1] of 32 calls at once over stdio, each worth more than half a budget, exactly one passes', PATIENT, async (context) => {
  const { talk } = await stage(context, ONE_CALL);
  const agent = talk();
  await agent.initialize();
  const said = await Promise.all(Array.from({ length: 32 }, (_, n) => agent.call('echo_text', { text: `one ${String(n)}` })));
  assert.equal(said.filter(({ isError }) => !isError).length, 1);
  assert.equal(said.filter(({ text }) => text.includes('BUDGET_EXCEEDED')).length, 31);
  assert.equal(agent.heard().filter(({ method }) => method === 'tools/call').length, 1);
});

test('[MCP-16] through the gateway too, the end of a call stands before every later decision', PATIENT, async (context) => {
  const where = await place(context, POLICY);
  for (let n = 0; n < 6; n++) assert.match(await where.call('look'), /seen/);
  const types = async (): Promise<readonly string[]> => {
    const { text } = await where.aegis.ask('GET', '/v1/log/export', { key: where.aegis.admin });
    return [...text.matchAll(/"type":"(action-decided|action-settled)"/g)].map(([, type]) => type ?? '');
  };
  let seen = await types();
  // The last end becomes durable beside the answer; it is awaited by its coming.
  while (seen.length < 12) seen = await types();
  assert.deepEqual(
    seen,
    Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? 'action-decided' : 'action-settled')),
  );
});

test(
  '[MCP-11] idle connections, half requests, agents that do not read and a server that drips leave other calls alone',
  PATIENT,
  async (context) => {
    const where = await place(context, POLICY);
    await where.call('look');
    for (let n = 0; n < 100; n++) await once(open(context, where), 'connect');
    for (let n = 0; n < 20; n++) open(context, where).write(where.head(1_000).slice(0, 60 + n));
    for (let n = 0; n < 20; n++) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: `slow-${String(n)}`, method: 'tools/call', params: { name: 'big', arguments: { n } } });
      open(context, where)
        .pause()
        .write(`${where.head(body.length)}${body}`);
    }
    const drips = Array.from({ length: 4 }, () => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 'drip', method: 'tools/call', params: { name: 'drip', arguments: {} } });
      const socket = open(context, where);
      socket.write(`${where.head(body.length)}${body}`);
      return socket;
    });
    while (where.dripping.size < drips.length || where.called.filter((name) => name === 'big').length < 20) await where.call('look');
    for (let n = 0; n < 20; n++) assert.match(await where.call('look'), /seen/);
    for (const socket of drips) socket.destroy();
    // Whoever leaves takes the call back: the server's connection ends too.
    while (where.dripping.size > 0) assert.match(await where.call('look'), /seen/);
  },
);

test('[MCP-7] a server that drips is left when the call took its time, and the end is unknown', PATIENT, async (context) => {
  const where = await place(context, `${POLICY}obligations: { timeoutMs: 300 }\n`);
  assert.match(await where.call('drip'), /took longer than 300 ms/);
  const { text } = await where.aegis.ask('GET', '/v1/log/export', { key: where.aegis.admin });
  assert.match(text, /"status":"unknown"/);
  while (where.dripping.size > 0) await where.call('look');
});

test('[MCP-11] an agent on stdio that does not read is not read from until it does, and unasked words are dropped meanwhile', PATIENT, async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let taken = 0;
  const dropped: string[] = [];
  const result = { text: BIG };
  const over = serveAgent(
    { input, output },
    {
      answer: (message, tell) => {
        taken += 1;
        for (let n = 0; n < 64; n++) tell({ jsonrpc: '2.0', method: 'notifications/message', params: { data: BIG } });
        return Promise.resolve(message.kind === 'request' ? { jsonrpc: '2.0', id: message.message.id, result } : null);
      },
      refused: (code) => void dropped.push(code),
    },
  );
  const say = (id: number): void => void input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`);
  say(1);
  while (!input.isPaused()) await new Promise(setImmediate);
  say(2);
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
  assert.equal(taken, 1);
  assert.ok(dropped.length > 0 && dropped.every((code) => code === 'MCP_FLOOD'));
  assert.ok(output.writableLength < 20_000_000);
  output.resume();
  while (taken < 2) await new Promise(setImmediate);
  input.end();
  await over.over;
});
