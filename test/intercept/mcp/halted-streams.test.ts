import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';

/** A server whose stream stays open and says nothing. */
async function quietServer(context: TestContext): Promise<string> {
  let sessions = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') return void response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      if (request.method !== 'POST') return void response.writeHead(200).end();
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id?: number; method?: string };
      if (body.id === undefined) return void response.writeHead(202).end();
      const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'quiet', version: '1' } };
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `q-${String(++sessions)}` });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`;
}

interface Followed {
  readonly status: number;
  /** Resolves when the stream is over. */
  readonly over: Promise<unknown>;
}

async function followed(aegis: Running, key: string): Promise<Followed> {
  const transport = new StreamableHTTPClientTransport(new URL(`${aegis.daemon.url}/mcp/quiet`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
    reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1 },
  });
  const client = new Client({ name: 'halted', version: '1' });
  await client.connect(transport);
  const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream', 'mcp-session-id': transport.sessionId ?? '' };
  const response = await fetch(`${aegis.daemon.url}/mcp/quiet`, { headers });
  return { status: response.status, over: response.text().then(() => client.close()) };
}

test('[MCP-29] an open stream of the gateway ends when its agent is halted or revoked; another agent’s stays', async (context) => {
  const url = await quietServer(context);
  const aegis = await running(context, { config: { mcp: { servers: [{ name: 'quiet', url }] } } });
  const keys = { a1: await aegis.agent('a1'), a2: await aegis.agent('a2') };
  const first = await followed(aegis, keys.a1);
  const second = await followed(aegis, keys.a2);
  assert.deepEqual([first.status, second.status], [200, 200]);
  const halt = (scope: object): Promise<unknown> => aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope, reason: 'enough' } });
  await halt({ kind: 'agent', id: 'a1' });
  await first.over;
  assert.equal(await Promise.race([second.over.then(() => 'over'), Promise.resolve('open')]), 'open');
  // While it is halted, no stream is opened.
  assert.equal((await followed(aegis, keys.a1)).status, 403);
  await aegis.ask('POST', '/v1/agents/a2/revoke', { key: aegis.admin, body: { reason: 'gone' } });
  await second.over;
});
