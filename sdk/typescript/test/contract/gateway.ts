import { createHash, createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { BASE } from './case.ts';
import type { Request, Said, Script } from './script.ts';

export interface Gateway {
  readonly url: string;
  /** `off` where the case is told over HTTP. */
  readonly socket: string;
  close(): Promise<void>;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** docs/formats/answers.md, with the key of the cases or with another. */
function proof(
  question: { method: string; target: string; host: string; nonce: string; body: string },
  { status, text, signed }: Said,
): string | undefined {
  if (signed === false || question.nonce === '') return undefined;
  const seed = Buffer.from(signed === 'other-key' ? BASE.answerKey.otherSeedHex : BASE.answerKey.seedHex, 'hex');
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const body = signed === 'other-question' ? `${question.body} ` : question.body;
  const asked = digest(`${question.method} ${question.target}\n${question.host.toLowerCase()}\n${digest(body)}`);
  const bytes = Buffer.from(`aegis-answer/1\n${question.nonce}\n${asked}\n${String(status)}\n${digest(text)}\n`);
  return `v1.read.${sign(null, bytes, key).toString('base64url')}`;
}

function requestOf(method: string, target: string, key: string, body: unknown): Request {
  const url = new URL(target, 'http://gateway');
  return { method, path: url.pathname, query: Object.fromEntries(url.searchParams), key, body };
}

async function overHttp(script: Script, request: IncomingMessage, reply: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  const { method = '', url = '', headers } = request;
  const key = (headers.authorization ?? '').replace(/^Bearer /, '');
  const said = await script.answer(requestOf(method, url, key, text === '' ? undefined : JSON.parse(text)));
  if (said.fails === 'closes') return void request.socket.destroy();
  if (said.fails === 'silent') return;
  const signed = proof({ method, target: url, host: headers.host ?? '', nonce: String(headers['aegis-nonce'] ?? ''), body: text }, said);
  const length = { 'content-length': Buffer.byteLength(said.text) };
  reply.writeHead(said.status, {
    'content-type': 'application/json',
    ...length,
    ...(signed === undefined ? {} : { 'aegis-answer': signed }),
    ...said.headers,
  });
  reply.end(said.text);
}

function overLines(script: Script, socket: Socket): void {
  let text = '';
  let key = '';
  socket.on('error', () => undefined);
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as { aegis?: 1; key?: string; id?: number; method?: string; path?: string; body?: unknown };
      if (said.aegis === 1) key = said.key ?? '';
      if (said.id === undefined) continue;
      void script.answer(requestOf(said.method ?? '', said.path ?? '', key, said.body)).then(({ status, text: body, fails }) => {
        if (fails === 'closes') socket.destroy();
        else if (fails === undefined) socket.write(`{"id":${String(said.id)},"status":${String(status)},"body":${body}}\n`);
      });
    }
  });
}

/** Listens over both; over the socket whatever comes over HTTP is a fault. */
export async function startGateway(script: Script, over: 'http' | 'socket', folder: string): Promise<Gateway> {
  const open = new Set<Socket>();
  const http = createHttpServer((request, reply) => {
    if (over === 'socket') script.faults.push(`${request.method ?? ''} ${request.url ?? ''} came over HTTP`);
    void overHttp(script, request, reply);
  });
  const lines = createServer((socket) => overLines(script, socket));
  const path = join(folder, 'a.sock');
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  if (over === 'socket') {
    lines.listen(path);
    await once(lines, 'listening');
    chmodSync(path, 0o600);
  }
  const servers: readonly Server[] = over === 'socket' ? [http, lines] : [http];
  for (const server of servers) server.on('connection', (socket: Socket) => void open.add(socket.once('close', () => void open.delete(socket))));
  return {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
    socket: over === 'socket' ? path : 'off',
    async close() {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}
