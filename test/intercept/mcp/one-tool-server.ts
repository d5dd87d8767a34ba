import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OneToolServer {
  readonly url: string;
  /** Credentials it was given so far. */
  readonly given: Set<string | undefined>;
  close(): void;
}

/** An MCP server over HTTP with the tool `look`. */
export async function oneToolServer(): Promise<OneToolServer> {
  const given = new Set<string | undefined>();
  const server = createServer((request, response) => {
    given.add(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id?: number; method: string };
      const listed = { tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }] };
      const result = method === 'tools/list' ? listed : { content: [{ type: 'text', text: 'seen' }] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`,
    given,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
