import { connect, type Socket } from 'node:net';
import { isSafeSocket } from './socket-place.ts';
import { MOST_CHARACTERS, type RawAnswer, type Way } from './way.ts';

/** Failures to connect that mean that nobody listens there, or nobody this user may speak to. */
const NOBODY: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'EACCES']);

/** How long a connection that nobody needs is kept. */
const IDLE_MS = 30_000;

interface Connection {
  readonly ask: Way;
}

/** One connection for each socket and key, however many clients of this process use it. */
const open = new Map<string, Promise<Connection | null>>();

/**
 * The first of these sockets where Aegis listens; null where it does not. Lines of JSON, one answer for each request, in any order.
 * @throws AegisSetupError for a socket where another user could have put it; anything else when it cannot be connected to
 */
export async function socketTransport(places: readonly string[], key: string): Promise<Way | null> {
  for (const place of places) {
    if (!isSafeSocket(place)) continue;
    const name = `${place}\n${key}`;
    const known = open.get(name) ?? connected(place, key, () => void open.delete(name));
    open.set(name, known);
    const connection = await known;
    if (connection !== null) return connection.ask;
  }
  return null;
}

function connected(place: string, key: string, gone: () => void): Promise<Connection | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(place);
    const failed = (error: NodeJS.ErrnoException): void => {
      gone();
      if (NOBODY.has(error.code)) resolve(null);
      else reject(error);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(over(socket, key, gone));
    });
  });
}

interface Waiting {
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

function over(socket: Socket, key: string, gone: () => void): Connection {
  /** Null for one nobody waits for any longer: its answer is still to come. */
  const pending = new Map<number, Waiting | null>();
  let next = 1;
  let text = '';
  const end = (cause: Error): void => {
    gone();
    socket.destroy();
    const left = [...pending.values()];
    pending.clear();
    for (const one of left) one?.reject(cause);
  };
  const rest = (): void => {
    if (pending.size > 0) return;
    // Only somebody who waits keeps the process alive.
    socket.unref();
    socket.setTimeout(IDLE_MS);
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (chunk.includes('\n')) {
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (!answered(line, pending)) return end(new Error('the answer is not one to this request'));
      rest();
    }
    if (text.length > MOST_CHARACTERS) end(new Error('the answer is too long'));
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the connection was closed')));
  socket.on('timeout', () => void (pending.size === 0 && end(new Error('idle'))));
  socket.write(`${JSON.stringify({ aegis: 1, key })}\n`);
  rest();
  return {
    ask: ({ method, path, body }, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (socket.destroyed) throw new Error('the connection was closed');
        const id = next++;
        const leave = (): void => {
          pending.set(id, null);
          socket.write(`{"cancel":${String(id)}}\n`);
          reject(signal.reason as Error);
        };
        const done = (): void => signal.removeEventListener('abort', leave);
        signal.addEventListener('abort', leave, { once: true });
        pending.set(id, { resolve: (answer) => (done(), resolve(answer)), reject: (cause) => (done(), reject(cause as Error)) });
        socket.ref();
        socket.setTimeout(0);
        socket.write(`${JSON.stringify({ id, method, path, ...(body === undefined ? {} : { body }) })}\n`);
      }),
  };
}

/** Hands a line to the request it answers. False for anything else: what such a peer says could be meant for anybody. */
function answered(line: string, pending: Map<number, Waiting | null>): boolean {
  let said: { readonly id?: unknown; readonly status?: unknown; readonly body?: unknown } | null;
  try {
    said = JSON.parse(line) as typeof said;
  } catch {
    return false;
  }
  if (typeof said !== 'object' || said === null || Object.keys(said).length !== 3 || said.body === undefined) return false;
  const { id, status, body } = said;
  if (typeof id !== 'number' || !pending.has(id) || !isStatus(status)) return false;
  const waiting = pending.get(id);
  pending.delete(id);
  waiting?.resolve({ status, body });
  return true;
}

/** From 300 to 399 an answer would be a redirect, and there is nowhere to go. */
function isStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && ((status >= 200 && status < 300) || (status >= 400 && status < 600));
}
