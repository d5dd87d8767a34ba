import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

const TOOL = {
  name: 'read_rows',
  description: 'Reads rows.',
  inputSchema: { type: 'object', properties: { region: { type: 'string' }, id: { type: 'string' } } },
};

/** An MCP server over HTTP with one tool that always answers the same; its URL. */
export async function upstream(context: TestContext, answer: object): Promise<string> {
  let sessions = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = (text === '' ? {} : JSON.parse(text)) as { readonly id?: number; readonly method?: string };
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (body.id === undefined) return void response.writeHead(202).end();
      const headers = {
        'content-type': 'application/json',
        ...(body.method === 'initialize' ? { 'mcp-session-id': `s-${String(++sessions)}` } : {}),
      };
      response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result: resultOf(body.method, answer) }));
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

function resultOf(method: string | undefined, answer: object): object {
  if (method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'u', version: '1' } };
  return method === 'tools/list' ? { tools: [TOOL] } : answer;
}
