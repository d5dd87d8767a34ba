import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server behind Aegis: good towards those who behave, and everything else towards the others. */
export interface Upstream {
  readonly url: string;
  close(): void;
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<Upstream> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => response.destroy());
    request.on('error', () => request.destroy());
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' } as const;
const EVENTS = { 'content-type': 'text/event-stream' } as const;
const HELLO = {
  id: 'c1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Good day.' } }],
  usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
};
const PART = `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content: 'w'.repeat(1_000) } }] })}\n\n`;

/** Everything an answer can do but be one. */
const ODD: readonly ((response: ServerResponse) => void)[] = [
  (response) => void response.socket?.resetAndDestroy(),
  (response) => void response.writeHead(200, JSON_TYPE).write('{"id":'),
  () => undefined,
  (response) => void response.writeHead(200, EVENTS).write(PART, () => response.destroy()),
  (response) => void response.writeHead(200, EVENTS).end('data: {"nothing":\n\n'),
  (response) => void response.writeHead(500, JSON_TYPE).end('{"error":{"message":"no"}}'),
  (response) => void response.writeHead(405).end('no'),
  (response) => void response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end('no gzip'),
  (response) => void response.writeHead(200, EVENTS).end(PART.repeat(2_000)),
  (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
];

const oddly = (): ((response: ServerResponse) => void) => {
  let turn = 0;
  return (response) => ODD[turn++ % ODD.length]?.(response);
};

/** A model provider: `good day` is answered, anything else is not. */
export function modelUpstream(): Promise<Upstream> {
  const odd = oddly();
  return serve((_request, response, body) => {
    if (!body.includes('good day')) return odd(response);
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(HELLO));
  });
}

/** An MCP server with one tool; under `/odd` it is none. */
export function toolUpstream(): Promise<Upstream> {
  const odd = oddly();
  return serve((request, response, body) => {
    if (request.method !== 'POST') return request.url === '/odd' ? odd(response) : void response.writeHead(405).end();
    const { id, method } = JSON.parse(body) as { readonly id?: number; readonly method: string };
    if (id === undefined) return void response.writeHead(202).end();
    if (request.url === '/odd' && method === 'tools/call') return odd(response);
    const initialized = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'u', version: '1' } };
    const listed = { tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }] };
    const results: Readonly<Record<string, object>> = { initialize: initialized, 'tools/list': listed };
    const result = results[method] ?? { content: [{ type: 'text', text: 'seen' }] };
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}
