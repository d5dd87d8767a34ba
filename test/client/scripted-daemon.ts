import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ANSWER_KEY, proofOfRequest } from './answer-key.ts';
import { atEnd } from '../fault/daemon.ts';

export interface ClientCase {
  readonly id: string;
  readonly why: string;
  readonly over?: Transport;
  readonly only?: 'decision';
  readonly answer: {
    readonly status?: number;
    readonly text?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly raw?: string;
    readonly then?: 'close' | 'hang' | 'drip' | 'flood';
  };
  readonly expect: { readonly runs: boolean; readonly refusal?: string };
}

export type Transport = 'http' | 'socket';

export const CASES = (JSON.parse(readFileSync('conformance/client/answers.json', 'utf8')) as { cases: readonly ClientCase[] }).cases;

/** Each case with each transport that can say it. */
export const SCRIPTS = CASES.flatMap((one) =>
  (['http', 'socket'] as const).filter((transport) => one.over === undefined || one.over === transport).map((transport) => ({ one, transport })),
);

/** What a client takes for an allow and for a denial of this action. */
export interface Words {
  readonly allow: (action: string) => string;
  readonly deny: (action: string) => string;
}

const decision = (action: string, effect: string): string =>
  JSON.stringify({
    action,
    effect,
    reasons: [{ code: 'DEFAULT', rule: 'default', effect, message: 'As it is.' }],
    risk: 'LOW',
    policy: '',
    worldIndex: 1,
    semantics: 2,
    obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
    origins: [],
  });

export const DECISIONS: Words = { allow: (action) => decision(action, 'allow'), deny: (action) => decision(action, 'deny') };

export interface ScriptedDaemon {
  readonly url: string;
  /** `off` where the case is told over HTTP. */
  readonly socket: string;
  /** Requests that came over the transport that was not to be asked, or to the address a redirect names. */
  readonly strayed: string[];
}

interface Asked {
  readonly path: string;
  readonly body: { readonly id?: string };
  readonly text: string;
}

/** Answers everything but the action as a daemon does; the action as the case says, over the transport of the case. */
export async function scriptedDaemon(
  context: Pick<TestContext, 'after'>,
  { one, transport }: (typeof SCRIPTS)[number],
  words: Words = DECISIONS,
): Promise<ScriptedDaemon> {
  const strayed: string[] = [];
  const fill = (text: string, { body }: Asked): string => {
    const action = body.id ?? '';
    return text.replaceAll('$ALLOW', words.allow(action)).replaceAll('$DENY', words.deny(action)).replaceAll('$ACTION', action);
  };
  const elsewhere = await listening(context, allowing(words, strayed));
  const text = one.answer.text ?? (one.answer.body === undefined ? '' : JSON.stringify(one.answer.body));
  const script = { ...one.answer, text: text.replaceAll('$ELSEWHERE', elsewhere) };
  const scripted = createHttpServer((request, response) =>
    read(request, (asked) => {
      if (!isAction(asked.path)) return ordinary(request, response, asked);
      if (script.raw !== undefined) return speak(request.socket, fill(script.raw, asked), script.then);
      const headers = Object.entries(script.headers ?? {}).map(([name, value]) => [name, value.replaceAll('$ELSEWHERE', elsewhere)]);
      const [status, body] = [script.status ?? 0, fill(script.text, asked)];
      const proof = proofOfRequest(request, asked.text, { status, body: status === 204 ? '' : body });
      response.writeHead(status, { 'content-type': 'application/json', ...proof, ...Object.fromEntries(headers) }).end(body);
    }),
  );
  if (transport === 'http') return { url: await listening(context, scripted), socket: 'off', strayed };
  const lines = lineServer((id, asked, socket) => {
    if (!isAction(asked.path)) return void socket.write(`{"id":${String(id)},"status":200,"body":${ORDINARY}}\n`);
    const line = script.raw ?? `{"id":$ID,"status":${String(script.status)},"body":${script.text}}\n`;
    speak(socket, fill(line, asked).replaceAll('$ID', String(id)), script.then);
  });
  const folder = mkdtempSync(join(tmpdir(), 'aegis-script-'));
  atEnd(context, () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.sock');
  lines.listen(path);
  await once(lines, 'listening');
  ended(context, lines);
  return { url: elsewhere, socket: path, strayed };
}

const ORDINARY = '{"agent":"a","status":"active","onUnavailable":"deny","capabilities":[],"tools":[]}';
const isAction = (path: string): boolean => path.startsWith('/v1/actions?') || path === '/v1/actions' || path.startsWith('/v1/hooks/');

function ordinary(request: IncomingMessage, response: ServerResponse, { path, text }: Asked): void {
  const body = path === '/v1/identity' ? JSON.stringify({ answerKey: ANSWER_KEY }) : ORDINARY;
  const length = { 'content-length': Buffer.byteLength(body) };
  response.writeHead(200, { 'content-type': 'application/json', ...length, ...proofOfRequest(request, text, { status: 200, body }) }).end(body);
}

function read(request: IncomingMessage, then: (asked: Asked) => void): void {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => then({ path: request.url ?? '', text, body: (text === '' ? {} : JSON.parse(text)) as Asked['body'] }));
}

function allowing(words: Words, strayed: string[]): ReturnType<typeof createHttpServer> {
  return createHttpServer((request, response) =>
    read(request, ({ path, body, text }) => {
      strayed.push(`${request.method ?? ''} ${path}`);
      const said = isAction(path) ? words.allow(body.id ?? '') : ORDINARY;
      response.writeHead(200, { 'content-type': 'application/json', ...proofOfRequest(request, text, { status: 200, body: said }) }).end(said);
    }),
  );
}

function lineServer(answer: (id: number, asked: Asked, socket: Socket) => void): Server {
  return createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const { id, path, body = {} } = JSON.parse(line) as { id?: number; path?: string; body?: Asked['body'] };
        if (id !== undefined && path !== undefined) answer(id, { path, body, text: '' }, socket);
      }
    });
  });
}

function speak(socket: Socket, text: string, then: ClientCase['answer']['then']): void {
  socket.on('error', () => undefined);
  if (then === 'close') return void socket.end(text);
  if (text !== '') socket.write(text);
  if (then === 'drip') {
    const timer = setInterval(() => void socket.write(' '), 20);
    socket.once('close', () => clearInterval(timer));
  }
  if (then === 'flood') {
    const piece = ' '.repeat(65_536);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', pour);
    pour();
  }
}

async function listening(context: Pick<TestContext, 'after'>, server: ReturnType<typeof createHttpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended(context, server);
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function ended(context: Pick<TestContext, 'after'>, server: Server): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  atEnd(context, () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
}
