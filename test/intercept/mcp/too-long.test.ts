import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { CLI, ROOT } from './conversation.ts';

const PATIENT = { timeout: 120_000 };
const BLOCK = 'x'.repeat(1 << 20);
/** What may be held of one answer, and what may lie in pipes and sockets beside it. */
const MOST_SENT = (16 + 48) * (1 << 20);
/** How an answer begins that never ends. */
const ENDLESS: Readonly<Record<string, { readonly type: string; start(id: unknown): string }>> = {
  json: { type: 'application/json', start: (id) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"` },
  event: {
    type: 'text/event-stream',
    start: (id) => `data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`,
  },
  comment: { type: 'text/event-stream', start: () => 'data: {}\n: ' },
};

interface Upstream {
  readonly url: string;
  /** Bytes of each endless answer, once whoever asked for it has hung up. */
  readonly sent: Promise<number>[];
}

async function pour(response: ServerResponse, start: string): Promise<number> {
  let sent = start.length;
  let over = false;
  const closed = once(response, 'close').then(() => (over = true));
  response.write(start);
  while (!over) {
    sent += BLOCK.length;
    if (!response.write(BLOCK)) await Promise.race([once(response, 'drain').catch(() => undefined), closed]);
  }
  return sent;
}

/** An MCP server over HTTP of which three tools answer without end: as JSON, in one event, in one comment between events. */
async function upstream(context: TestContext): Promise<Upstream> {
  const sent: Promise<number>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { id, method, params } = (text === '' ? {} : JSON.parse(text)) as { id?: unknown; method?: string; params?: { name?: string } };
      const say = (result: object): void =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (id === undefined) return void response.writeHead(202).end();
      if (method === 'initialize')
        return say({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'u', version: '1' } });
      if (method === 'tools/list')
        return say({ tools: ['look', ...Object.keys(ENDLESS)].map((name) => ({ name, description: `${name}s.`, inputSchema: { type: 'object' } })) });
      const endless = ENDLESS[params?.name ?? ''];
      if (endless === undefined) return say({ content: [{ type: 'text', text: 'seen' }] });
      response.writeHead(200, { 'content-type': endless.type });
      sent.push(pour(response, endless.start(id)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`, sent };
}

type Ask = (message: { readonly id: number; readonly method: string; readonly params: object }) => Promise<string>;
interface Way {
  readonly aegis: Running;
  readonly key: string;
  readonly url: string;
}

const WAYS: Readonly<Record<string, (context: TestContext, way: Way) => Ask>> = {
  'the gateway':
    (_context, { aegis, key }) =>
    async (message) => {
      const headers = { accept: 'application/json, text/event-stream' };
      return (await aegis.ask('POST', '/mcp/srv', { key, body: { jsonrpc: '2.0', ...message }, headers })).text;
    },
  'aegis mcp --url': (context, { aegis, key, url }) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'mcp', '--name', 'srv', '--url', url], {
      cwd: ROOT,
      env: { ...process.env, AEGIS_URL: aegis.daemon.url, AEGIS_KEY: key },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    context.after(() => void child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return async (message) => {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      return (await lines.next()).value as string;
    };
  },
};

for (const [way, open] of Object.entries(WAYS))
  test(`[MCP-9] an answer over HTTP that never ends is left after 16 MiB, its call fails and the others go on: ${way}`, PATIENT, async (context) => {
    const { url, sent } = await upstream(context);
    const aegis = await running(context, { config: { mcp: { servers: [{ name: 'srv', url }] } } });
    const ask = open(context, { aegis, key: await aegis.agent('a1'), url });
    const call = (id: number, name: string): Promise<string> => ask({ id, method: 'tools/call', params: { name, arguments: { id } } });
    assert.match(await call(1, 'look'), /seen/);
    for (const [at, name] of Object.keys(ENDLESS).entries()) {
      const said = JSON.parse(await call(10 + at, name)) as { id: number; error?: { code: number; data?: { code: string } } };
      assert.deepEqual([said.id, said.error?.code, said.error?.data?.code], [10 + at, -32603, 'MCP_RESULT_CUT'], name);
      const bytes = (await sent[at]) ?? 0;
      assert.ok(bytes < MOST_SENT, `${name}: ${String(bytes)}`);
      assert.match(await call(20 + at, 'look'), /seen/);
    }
    const log = async (): Promise<string> => (await aegis.ask('GET', '/v1/log/export', { key: aegis.admin })).text;
    let text = await log();
    // A refusal is recorded beside the answer; it is awaited by its coming.
    while (!text.includes('"code":"MCP_RESULT_CUT"')) text = await log();
    // Nobody read whether it was a result or an error.
    assert.equal([...text.matchAll(/"status":"unknown"/g)].length, 3);
  });
