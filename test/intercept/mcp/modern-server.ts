/** A server of the official SDK's second generation: every revision it speaks, over stdio, or over HTTP when asked for `http`. */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

function made(): McpServer {
  const server = new McpServer({ name: 'modern', version: '1' });
  const inputSchema = fromJsonSchema<{ text: string }>({ type: 'object', properties: { text: { type: 'string' } }, required: ['text'] });
  for (const name of ['say_back', 'pay_out'])
    server.registerTool(name, { description: `Answers as ${name}.`, inputSchema }, ({ text }) => ({
      content: [{ type: 'text', text: `${name}: ${text}` }],
    }));
  return server;
}

if (process.argv.includes('http')) {
  const listener = createServer(toNodeHandler(createMcpHandler(made)) as unknown as RequestListener);
  listener.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}/mcp` }));
  });
} else serveStdio(made);
