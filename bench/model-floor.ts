/** The floor of bench/proxy.ts: a pass-through that looks at nothing, made of the same HTTP server and client. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2] ?? '', { connections: 64 });
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const headers = { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' };
    const sent = pool.stream({ method: 'POST', path: request.url ?? '/', headers, body: Buffer.concat(parts) }, (answer) => {
      response.writeHead(answer.statusCode, { 'content-type': String(answer.headers['content-type']) });
      return response;
    });
    // The loader hangs up when its time is over.
    sent.catch(() => response.destroy());
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` })));
process.on('SIGTERM', () => process.exit(0));
