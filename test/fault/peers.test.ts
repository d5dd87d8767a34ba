import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { atEnd, logOf, places, up } from './daemon.ts';
import type { Daemon } from './daemon.ts';

const PATIENT = { timeout: 120_000 };

/** What a server answers to the GET with which a client asks for its stream. */
type Answering = (response: ServerResponse) => void;

const GETS: Readonly<Record<string, Answering>> = {
  'no stream (405)': (response) => void response.writeHead(405).end(),
  'no stream, with words (405)': (response) => void response.writeHead(405).end('Method Not Allowed'),
  'no such session (404)': (response) => void response.writeHead(404).end('{}'),
  'a body that is long (404)': (response) => void response.writeHead(404).end('x'.repeat(300_000)),
  'a body that never ends (405)': (response) => void response.writeHead(405, { 'content-type': 'text/plain' }).write('x'),
  'json instead of a stream': (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  'a stream that ends at once': (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
  'a stream that breaks': (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': here\n\n', () => response.destroy());
  },
  'a reset': (response) => void response.socket?.resetAndDestroy(),
};

/** An MCP server over HTTP whose stream answers as told, by the name in its path. */
async function mcpServer(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') return GETS[decodeURIComponent(request.url?.slice(1) ?? '')]?.(response);
      if (request.method !== 'POST') return void response.writeHead(405).end('no');
      const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly id?: number };
      if (id === undefined) return void response.writeHead(202).end();
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'u', version: '1' } };
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

async function agentOf({ ask, firstKey }: Daemon): Promise<string> {
  return String((await ask('POST', '/v1/agents', { key: firstKey, body: { agent: 'bot' } })).body['key']);
}

async function alive(daemon: Daemon): Promise<void> {
  const { status } = await daemon.ask('GET', '/healthz');
  assert.equal(status, 200);
}

test('[DOOR-11] an MCP server may answer the request for its stream in any way, and a client leave at any moment', PATIENT, async (t) => {
  const where = places(t);
  const upstream = await mcpServer(t);
  const servers = Object.keys(GETS).map((name, index) => ({ name: `s${String(index)}`, url: `${upstream}/${encodeURIComponent(name)}` }));
  const config = join(where.root, 'aegis.json');
  writeFileSync(config, JSON.stringify({ mcp: { servers }, llm: { listen: 'off' } }));
  const daemon = await up(t, { ...where, config });
  const key = await agentOf(daemon);
  for (const { name } of servers) {
    for (let round = 0; round < 4; round++) {
      const at = `${daemon.url}/mcp/${name}`;
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      await fetch(at, { method: 'POST', headers, body: JSON.stringify(INITIALIZE) }).then((answer) => answer.text());
      const stream = { authorization: headers.authorization, accept: 'text/event-stream', 'mcp-session-id': 's-1' };
      const leave = new AbortController();
      const answer = await fetch(at, { headers: stream, signal: leave.signal });
      // In turn: one that reads what there is, and one that leaves in the middle.
      if (round % 2 === 0 && answer.status !== 200) await answer.text();
      leave.abort();
      await alive(daemon);
      await fetch(at, { method: 'DELETE', headers: stream }).then((gone) => gone.text());
    }
  }
  const { code, stderr } = await daemon.end('SIGTERM');
  assert.deepEqual([code, stderr.includes('nobody caught')], [0, false], stderr);
});

/** Sends this and resets the connection as soon as the first byte of an answer is there, or at once. */
function reset(url: string, text: string, when: 'at once' | 'answered'): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, () => {
        if (when === 'at once') socket.resetAndDestroy();
      });
    });
    socket.on('data', () => socket.resetAndDestroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

test('[DOOR-11] a client that resets its connection, whatever it sent, ends nothing at any port', PATIENT, async (t) => {
  const daemon = await up(t, places(t));
  const key = await agentOf(daemon);
  const head = (first: string, more = ''): string => `${first} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n${more}\r\n`;
  const sent = [
    head('GET /v1/stream', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'),
    head('GET /v1/chat/completions', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'),
    head('CONNECT 127.0.0.1:443'),
    head('POST /v1/actions', 'Content-Type: application/json\r\nContent-Length: 1000\r\n') + '{"',
    head('POST /v1/chat/completions', 'Content-Type: application/json\r\nContent-Length: 1000\r\n') + '{"',
    head('GET /v1/stream'),
    'not http at all\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
  ];
  for (const url of [daemon.url, daemon.modelUrl ?? '']) {
    for (const text of sent) {
      for (let round = 0; round < 8; round++) await reset(url, text, round % 2 === 0 || text.includes('{"') ? 'at once' : 'answered');
      await alive(daemon);
    }
  }
  const { code, stderr } = await daemon.end('SIGTERM');
  assert.deepEqual([code, stderr.includes('nobody caught')], [0, false], stderr);
});

/** A fault of ours: an error nobody catches, at each signal. */
const FAULTY = `data:text/javascript;base64,${Buffer.from("process.on('SIGUSR2', () => { Promise.reject(new Error('of ours')); })").toString('base64')}`;

/** The status of an exchange that is refused while it waits, and the code in its body. */
async function refusedWith(asked: Promise<Response>): Promise<readonly [number, string | null]> {
  const answer = await asked;
  return [answer.status, /INTERRUPTED/.exec(await answer.text().catch(() => ''))?.[0] ?? null];
}

test('[DOOR-12] an error nobody caught refuses whoever waits, at every door, and stands in the log', PATIENT, async (t) => {
  const where = places(t);
  // Takes a request and never answers it.
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  atEnd(t, () => {
    mute.closeAllConnections();
    mute.close();
  });
  const url = `http://127.0.0.1:${String((mute.address() as AddressInfo).port)}`;
  const config = join(where.root, 'aegis.json');
  writeFileSync(config, JSON.stringify({ llm: { port: 0, openai: { url, key: 'sk-upstream' } } }));
  const policy = join(where.root, 'policy.yaml');
  writeFileSync(
    policy,
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nagents: { bot: { allow: [lookup, "model*"], review: [pay] } }\n',
  );
  const daemon = await up(t, { ...where, config, policy, before: ['env', `NODE_OPTIONS=--import=${FAULTY}`] });
  const key = await agentOf(daemon);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const pay = (id: string): string => JSON.stringify({ id, session: 's', name: 'pay', args: { to: id } });
  const overHttp = fetch(`${daemon.url}/v1/actions?wait=600000`, { method: 'POST', headers, body: pay('p1') });
  const local = connect(join(where.root, 'aegis', `${new URL(daemon.url).port}.sock`));
  local.on('error', () => undefined);
  local.write(`{"aegis":1,"key":"${key}"}\n{"id":7,"method":"POST","path":"/v1/actions?wait=600000","body":${pay('p2')}}\n`);
  const overSocket = once(local, 'data');
  const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] };
  const reached = once(mute, 'request');
  const toModel = fetch(`${daemon.modelUrl ?? ''}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(asked) });
  await reached;
  const stream = await fetch(`${daemon.url}/v1/stream?from=0`, { headers: { authorization: `Bearer ${daemon.firstKey ?? ''}` } });
  const waits = async (): Promise<number> =>
    ((await daemon.ask('GET', '/v1/approvals', { key: daemon.firstKey })).body['approvals'] as unknown[]).length;
  while ((await waits()) < 2);
  process.kill(daemon.pid, 'SIGUSR2');
  assert.deepEqual(await refusedWith(overHttp), [500, 'INTERRUPTED']);
  assert.deepEqual(await refusedWith(toModel), [500, 'INTERRUPTED']);
  assert.match(String(await overSocket), /^\{"id":7,"status":500,"body":\{.*"INTERRUPTED"/);
  await assert.rejects(stream.text());
  // Each of these is in the log once it is durable.
  const entry = async (type: string): Promise<Readonly<Record<string, unknown>>> => {
    for (;;) {
      const [found] = await logOf(daemon.ask, daemon.firstKey ?? '', type);
      if (found !== undefined) return found.body;
    }
  };
  const fault = await entry('daemon-faulted');
  assert.equal(fault['error'], 'Error');
  assert.ok(Number(fault['refused']) >= 4, JSON.stringify(fault));
  const settled = await entry('action-settled');
  assert.deepEqual([settled['status'], settled['errorCode']], ['unknown', 'INTERRUPTED']);
  local.destroy();
  // What waits still waits, and the next action is decided.
  assert.equal(await waits(), 2);
  const next = await daemon.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'lookup', args: {} } });
  assert.equal(next.body['effect'], 'allow');
  const { code, stderr } = await daemon.end('SIGTERM');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /an error nobody caught: of ours/);
});

test('[DOOR-12] an error nobody caught is told and the daemon goes on; too many end it in order', PATIENT, async (t) => {
  const where = places(t);
  const daemon = await up(t, { ...where, before: ['env', `NODE_OPTIONS=--import=${FAULTY}`] });
  const key = await agentOf(daemon);
  const act = (id: string): Promise<{ readonly status: number }> =>
    daemon.ask('POST', '/v1/actions', { key, body: { id, session: 's', name: 'lookup', args: {} } });
  process.kill(daemon.pid, 'SIGUSR2');
  assert.equal((await act('a1')).status, 200);
  await alive(daemon);
  let over = false;
  void daemon.ended.then(() => (over = true));
  while (!over) {
    try {
      process.kill(daemon.pid, 'SIGUSR2');
    } catch {
      break;
    }
    // Signals of one kind that arrive together are one signal: once the daemon answers, or is gone, it has taken this one.
    await daemon.ask('GET', '/healthz').catch(() => undefined);
  }
  const { code, stderr } = await daemon.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /an error nobody caught: of ours/);
  const again = await up(t, where);
  assert.equal((await again.ask('GET', '/v1/log?from=0&limit=1', { key: daemon.firstKey })).status, 200);
});
