import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { isObject } from '../kernel/json.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { lineReader } from '../wire/lines.ts';
import type { Line } from '../wire/lines.ts';
import { answerJson } from './answer-json.ts';
import { unreachable } from './daemon.ts';
import type { Asking, DaemonAnswer, DaemonTerms } from './daemon.ts';
import { present, socketFault } from './socket-folder.ts';

/** One connection to the local socket (docs/formats/socket.md). */
export interface SocketTransport {
  ask(asking: Asking): Promise<DaemonAnswer>;
  close(): void;
}

/** Failures to connect that mean that nobody listens there, or nobody this user may speak to. */
const NOBODY: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'EACCES']);

/**
 * Connects to the first of these places where somebody listens; null where nobody does. `gone` is called when the connection has ended.
 * @throws AegisError AEGIS_UNREACHABLE when a socket lies where another user could have put it, or cannot be connected to
 */
export async function openSocket(places: readonly string[], terms: DaemonTerms, gone: () => void): Promise<SocketTransport | null> {
  try {
    for (const place of places) {
      if (present(place) === null) continue;
      const fault = socketFault(place);
      if (fault !== null) throw unreachable(fault, { socket: place });
      const socket = await connected(place);
      if (socket !== null) return transportOver(socket, terms, gone);
    }
    return null;
  } catch (error) {
    gone();
    throw error;
  }
}

function connected(place: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(place);
    const failed = (error: NodeJS.ErrnoException): void =>
      NOBODY.has(error.code) ? resolve(null) : reject(unreachable(`its socket ${place} cannot be reached (${error.message})`, { socket: place }));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

interface Pending {
  readonly resolve: (answer: DaemonAnswer) => void;
  readonly reject: (error: Error) => void;
}

function transportOver(socket: Socket, { key, mostBytes, presence }: DaemonTerms, gone: () => void): SocketTransport {
  /** Null for one whose caller no longer waits: its answer is still to come. */
  const pending = new Map<number, Pending | null>();
  let next = 1;
  const end = (why: string): void => {
    gone();
    socket.destroy();
    const waiting = [...pending.values()];
    pending.clear();
    for (const one of waiting) one?.reject(unreachable(why));
  };
  const reader = lineReader(mostBytes, (line) => took(line, { pending, end }));
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    // Only somebody who waits keeps the process alive.
    if (pending.size === 0) socket.unref();
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('it closed the connection'));
  socket.unref();
  socket.write(`${JSON.stringify({ aegis: 1, key, presence })}\n`);
  return {
    close: () => end('the connection was closed'),
    ask: ({ method, path, body, timeoutMs, signal }) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(unreachable('it closed the connection'));
        if (signal?.aborted === true) return reject(unreachable('the request was cancelled'));
        const id = next++;
        const leave = (why: string): void => {
          pending.set(id, null);
          socket.write(`{"cancel":${String(id)}}\n`);
          done();
          reject(unreachable(why));
        };
        const aborted = (): void => leave('the request was cancelled');
        const deadline = setTimeout(() => leave(`no answer within ${String(timeoutMs)} ms`), timeoutMs);
        const done = (): void => {
          clearTimeout(deadline);
          signal?.removeEventListener('abort', aborted);
        };
        signal?.addEventListener('abort', aborted, { once: true });
        pending.set(id, { resolve: (answer) => (done(), resolve(answer)), reject: (error) => (done(), reject(error)) });
        socket.ref();
        socket.write(`${JSON.stringify({ id, method, path, ...(body === undefined ? {} : { body }) })}\n`);
      }),
  };
}

/** Anything but a whole answer to a request that waits ends the connection: what else it says could be meant for anybody. */
function took(line: Line, { pending, end }: { readonly pending: Map<number, Pending | null>; readonly end: (why: string) => void }): void {
  const said = line.kind === 'line' ? answerJson(line.bytes) : undefined;
  if (!isObject(said)) return end(line.kind === 'oversize' ? 'its answer is too long' : 'its answer is not strict JSON');
  const { id, status, body, ...odd } = said;
  if (typeof id !== 'number' || !pending.has(id)) return end(complaintIn(said));
  if (!isStatus(status) || body === undefined || Object.keys(odd).length > 0) return end('its answer has not the shape of one');
  const waiting = pending.get(id);
  pending.delete(id);
  waiting?.resolve({ status, body });
}

/** From 300 to 399 an answer would be a redirect, and there is nowhere to go. */
function isStatus(status: Json | undefined): status is number {
  return typeof status === 'number' && Number.isInteger(status) && ((status >= 200 && status < 300) || (status >= 400 && status < 600));
}

function complaintIn({ id, body }: JsonObject): string {
  if (id !== null || !isObject(body) || typeof body['detail'] !== 'string') return 'it answered a request that was not asked';
  return `it ended the connection: ${body['detail']}`;
}
