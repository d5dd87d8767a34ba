import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { running } from '../../api/daemon.ts';
import type { Answer, Running } from '../../api/daemon.ts';

const PATIENT = { timeout: 120_000 };
const MODERN = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface Heard {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly id?: number;
    readonly method?: string;
    readonly params?: { readonly name?: string; readonly arguments?: Record<string, unknown> };
  };
}

const HEADER_TOOL = {
  name: 'read_rows',
  description: 'Reads rows.',
  inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, id: { type: 'string' } } },
};

/** A small MCP server over HTTP that answers as JSON and remembers what it was sent. */
async function upstream(context: TestContext): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  let sessions = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = (text === '' ? {} : JSON.parse(text)) as Heard['body'];
      heard.push({ method: request.method, headers: request.headers, body });
      const say = (result: object, headers: Record<string, string> = {}): void =>
        void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result }));
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (body.id === undefined) return void response.writeHead(202).end();
      if (body.method === 'initialize')
        return say(
          { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'u', version: '1' } },
          { 'mcp-session-id': `s-${String(++sessions)}` },
        );
      if (body.method === 'tools/list') return say({ tools: [HEADER_TOOL], ttlMs: 60_000, cacheScope: 'public' });
      return say({ content: [{ type: 'text', text: `rows of ${String(body.params?.arguments?.['region'])}` }], resultType: 'complete' });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`, heard };
}

interface Place {
  readonly aegis: Running;
  readonly key: string;
  readonly heard: Heard[];
  post(body: object | string, headers?: Record<string, string>, key?: string): Promise<Answer & { readonly said: Record<string, unknown> }>;
}

async function place(context: TestContext): Promise<Place> {
  const { url, heard } = await upstream(context);
  const aegis = await running(context, { config: { mcp: { servers: [{ name: 'rows', url }] } } });
  const key = await aegis.agent('a1');
  return {
    aegis,
    key,
    heard,
    post: async (body, headers = {}, by = key) => {
      const raw = typeof body === 'string' ? body : JSON.stringify({ jsonrpc: '2.0', ...body });
      const answer = await aegis.ask('POST', '/mcp/rows', { key: by, raw, headers: { accept: 'application/json, text/event-stream', ...headers } });
      return { ...answer, said: (answer.text.startsWith('{') ? JSON.parse(answer.text) : {}) as Record<string, unknown> };
    },
  };
}

const codeOf = ({ said }: { said: Record<string, unknown> }): unknown => (said['error'] as { code?: number } | undefined)?.code;
const calls = (heard: readonly Heard[]): readonly Heard[] => heard.filter(({ body }) => body.method === 'tools/call');
const call = (id: number, more: object = {}): object => ({
  id,
  method: 'tools/call',
  params: { name: 'read_rows', arguments: { region: 'eu' }, ...more },
});
const modern = (name = 'read_rows'): Record<string, string> => ({
  'mcp-protocol-version': MODERN,
  'mcp-method': 'tools/call',
  'mcp-name': name,
  'mcp-param-region': 'eu',
});

test('[MCP-13] a header that says something else than the body is refused with -32020 in every revision', PATIENT, async (context) => {
  const { post, heard } = await place(context);
  await post({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } } });
  const sent = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' };
  await post({ id: 2, method: 'tools/list' }, sent);
  const encoded = `=?base64?${Buffer.from('read_file').toString('base64')}?=`;
  for (const wrong of [
    { 'mcp-name': 'read_file' },
    { 'Mcp-Method': 'tools/list' },
    { 'MCP-NAME': encoded },
    { 'mcp-name': 'READ_ROWS' },
    { 'mcp-param-region': 'us' },
    { 'mcp-param-other': 'x' },
    { 'mcp-name': '=?base64?%%%?=' },
  ]) {
    const old = await post(call(3), { ...sent, ...(wrong as Record<string, string>) });
    assert.deepEqual([old.status, codeOf(old)], [400, -32020], JSON.stringify(wrong));
    const now = await post(call(4, { _meta: META }), {
      ...modern(),
      ...Object.fromEntries(Object.entries(wrong).map(([name, value]) => [name.toLowerCase(), value])),
    });
    assert.deepEqual([now.status, codeOf(now)], [400, -32020], JSON.stringify(wrong));
  }
  for (const missing of ['mcp-method', 'mcp-name', 'mcp-protocol-version']) {
    const { [missing]: _gone, ...rest } = modern();
    assert.equal(codeOf(await post(call(5, { _meta: META }), rest)), -32020, missing);
  }
  assert.equal(codeOf(await post(call(5, { _meta: META }), { ...modern(), 'mcp-protocol-version': '2025-11-25' })), -32020);
  assert.equal(calls(heard).length, 0);
});

test('[MCP-13] headers towards the server are made from the decided body', PATIENT, async (context) => {
  const { post, heard } = await place(context);
  const listed = await post({ id: 1, method: 'tools/list', params: { _meta: META } }, { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' });
  const { tools, cacheScope } = listed.said['result'] as { tools: { name: string }[]; cacheScope: string };
  assert.deepEqual([tools.map(({ name }) => name), cacheScope], [['read_rows'], 'private']);
  const said = await post(call(2, { _meta: META }), { ...modern(), 'x-secret': 'mine', cookie: 'a=b' });
  assert.match(said.text, /rows of eu/);
  const [sent] = calls(heard);
  const headers: IncomingHttpHeaders = sent?.headers ?? {};
  assert.equal(headers['mcp-name'], 'read_rows');
  assert.equal(headers['mcp-method'], 'tools/call');
  assert.equal(headers['mcp-param-region'], 'eu');
  assert.equal(headers['mcp-protocol-version'], MODERN);
  for (const name of ['authorization', 'x-secret', 'cookie']) assert.equal(headers[name], undefined, name);
});

test('[MCP-14] no key, a person’s key, another agent’s session id: nothing opens', PATIENT, async (context) => {
  const { aegis, post, heard } = await place(context);
  const hello = { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } } };
  assert.equal((await aegis.ask('POST', '/mcp/rows', { body: hello })).status, 401);
  assert.equal((await post(hello, {}, aegis.admin)).status, 403);
  assert.equal((await post(hello, { origin: 'https://evil.example' })).status, 403);
  const first = await post(hello);
  const id = first.headers.get('mcp-session-id') ?? '';
  assert.equal(id, 's-1');
  const other = await aegis.agent('a2');
  const before = heard.length;
  assert.equal((await post({ id: 2, method: 'tools/list' }, { 'mcp-session-id': id }, other)).status, 404);
  assert.equal((await aegis.ask('DELETE', '/mcp/rows', { key: other, headers: { 'mcp-session-id': id } })).status, 404);
  assert.equal((await post({ id: 2, method: 'tools/list' }, { 'mcp-session-id': 'made-up' })).status, 404);
  assert.equal((await aegis.ask('POST', '/mcp/nothing', { key: other, body: hello })).status, 404);
  assert.equal(heard.length, before);
  assert.equal((await post({ id: 2, method: 'tools/list' }, { 'mcp-session-id': id })).status, 200);
});

test(
  '[MCP-10] over HTTP too: batches, duplicate keys, wrong media and broken JSON are refused before anything is forwarded',
  PATIENT,
  async (context) => {
    const { aegis, key, post, heard } = await place(context);
    const one = JSON.stringify({ jsonrpc: '2.0', ...call(1) });
    for (const bad of [
      `[${one}]`,
      one.replace('{"region":"eu"}', '{"region":"eu","region":"us"}'),
      '{',
      '',
      one.replace('2.0', '1.0'),
      `${one}${one}`,
    ])
      assert.equal((await post(bad)).status, 400, bad.slice(0, 40));
    const typed = await aegis.ask('POST', '/mcp/rows', { key, raw: one, headers: { 'content-type': 'text/plain' } });
    assert.equal(typed.status, 415);
    assert.equal(heard.length, 0);
  },
);
