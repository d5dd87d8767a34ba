import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Running } from '../daemon.ts';

export interface LineAnswer {
  readonly id: number | null;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client of the line protocol that says exactly what it is told, and hears every line. */
export interface LineClient {
  readonly socket: Socket;
  /** Answers nobody took yet, in their order of arrival. */
  readonly heard: LineAnswer[];
  /** Resolves when the daemon closed the connection. */
  readonly closed: Promise<unknown>;
  raw(bytes: string | Uint8Array): void;
  /** Sends a request without waiting; the id is given back. */
  send(method: string, path: string, body?: unknown): number;
  ask(method: string, path: string, body?: unknown): Promise<LineAnswer>;
  /** The answer with this id, now or later. Rejects when the connection ends before. */
  answer(id: number | null): Promise<LineAnswer>;
}

/** Without a key the first line is left to the test. */
export async function lineClient(context: Pick<TestContext, 'after'>, { daemon }: Pick<Running, 'daemon'>, key?: string): Promise<LineClient> {
  const client = await bareClient(daemon.socket ?? '');
  context.after(() => client.socket.destroy());
  if (key !== undefined) client.raw(`${JSON.stringify({ aegis: 1, key })}\n`);
  return client;
}

export async function bareClient(path: string): Promise<LineClient> {
  const socket = connect(path).setEncoding('utf8');
  const heard: LineAnswer[] = [];
  let text = '';
  let wake = (): void => undefined;
  let over = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    heard.push(...lines.map((line) => JSON.parse(line) as LineAnswer));
    wake();
  });
  const closed = new Promise((resolve) => socket.once('close', resolve)).then(() => {
    over = true;
    wake();
  });
  await once(socket, 'connect');
  let next = 1;
  const answer = async (id: number | null): Promise<LineAnswer> => {
    for (;;) {
      const at = heard.findIndex((one) => one.id === id);
      const [found] = at === -1 ? [] : heard.splice(at, 1);
      if (found !== undefined) return found;
      if (over) throw new Error(`the connection ended before an answer to ${String(id)}`);
      await new Promise<void>((resolve) => {
        const before = wake;
        wake = () => {
          before();
          resolve();
        };
      });
    }
  };
  const send = (method: string, path: string, body?: unknown): number => {
    const id = next++;
    socket.write(`${JSON.stringify({ id, method, path, ...(body === undefined ? {} : { body }) })}\n`);
    return id;
  };
  return {
    socket,
    heard,
    closed,
    raw: (bytes) => void socket.write(bytes),
    send,
    ask: (method, path, body) => answer(send(method, path, body)),
    answer,
  };
}
