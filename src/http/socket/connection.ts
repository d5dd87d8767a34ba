import type { Socket } from 'node:net';
import { AegisError } from '../../errors.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import { idIn } from '../../wire/id-scanner.ts';
import { lineReader } from '../../wire/lines.ts';
import type { Line } from '../../wire/lines.ts';
import type { Connections } from '../connections.ts';
import { holderName } from '../exchange.ts';
import { keyLookup } from '../keys.ts';
import type { KeyHolder } from '../keys.ts';
import { problemOf } from '../problem.ts';
import { answerTo, said } from './answer.ts';
import type { AnswerDeps } from './answer.ts';
import { ENVELOPE_BYTES, isId, readFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { lineWriter } from './line-writer.ts';
import type { LineWriter } from './line-writer.ts';

export interface ConnectionDeps extends AnswerDeps {
  readonly gate: Pick<LogGate, 'world' | 'current' | 'record'>;
  readonly limits: {
    readonly bodyBytes: number;
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
  };
  readonly connections: Connections;
}

/** One client. Its requests may overlap; each is answered once, under its id. */
interface Connection {
  readonly deps: ConnectionDeps;
  readonly socket: Socket;
  readonly writer: LineWriter;
  /** Requests that are not answered yet. */
  readonly open: Map<number, Waiter>;
  /** Null until the first line was read. */
  holderOf: ReturnType<typeof keyLookup> | null;
  over: boolean;
}

/** Whether anybody still waits for an answer; the signal is made where a handler asks for it. */
interface Waiter {
  gone: boolean;
  answered: boolean;
  controller: AbortController | null;
}

/** Serves the line protocol on one connection until either side ends it (DOOR-13). */
export function serveConnection(socket: Socket, deps: ConnectionDeps): void {
  const connection: Connection = { deps, socket, writer: lineWriter(socket), open: new Map(), holderOf: null, over: false };
  const { limits } = deps;
  const late = (): void => violated(connection, new AegisError('REQUEST_TIMEOUT'));
  // DOOR-10: the first line has the time of HTTP's headers, every other frame that of a whole request from its first byte on.
  let deadline: NodeJS.Timeout | undefined = setTimeout(late, limits.headersTimeoutMs);
  const met = (): void => {
    clearTimeout(deadline);
    deadline = undefined;
  };
  const reader = lineReader(limits.bodyBytes + ENVELOPE_BYTES, (line) => {
    met();
    if (!connection.over) took(connection, line);
  });
  socket.on('data', (chunk: Buffer) => {
    if (connection.over) return;
    reader.push(chunk);
    if (reader.partial()) deadline ??= setTimeout(late, limits.requestTimeoutMs);
    else if (connection.holderOf !== null) met();
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    met();
    connection.over = true;
    for (const waiter of connection.open.values()) forsake(waiter);
  });
}

/** What cannot be tied to a request ends the connection: nothing after it could be trusted to mean what it says. */
function violated(connection: Connection, error: AegisError): void {
  if (connection.over) return;
  connection.over = true;
  connection.writer.end(`{"id":null,${said(error.status, problemOf(error))}}`);
}

function took(connection: Connection, line: Line): void {
  if (line.kind === 'partial') return;
  const { bodyBytes } = connection.deps.limits;
  let frame: Frame;
  try {
    if (line.kind === 'oversize') throw new AegisError('BODY_TOO_LARGE', { limit: bodyBytes });
    frame = readFrame(line.bytes, bodyBytes);
  } catch (error) {
    const coded = error instanceof AegisError ? error : new AegisError('INTERNAL');
    return connection.holderOf === null ? violated(connection, coded) : unreadable(connection, line, coded);
  }
  if (frame.kind === 'hello' || connection.holderOf === null) return greeted(connection, frame);
  if (frame.kind === 'cancel') {
    const waiter = connection.open.get(frame.id);
    if (waiter !== undefined) forsake(waiter);
  } else if (connection.open.has(frame.id)) {
    violated(connection, new AegisError('REQUEST_INVALID', { detail: `The id ${String(frame.id)} is already waiting for its answer` }));
  } else {
    void answer(connection, frame.id, frame);
  }
}

function greeted(connection: Connection, frame: Frame): void {
  if (frame.kind !== 'hello' || connection.holderOf !== null)
    return violated(
      connection,
      new AegisError('REQUEST_INVALID', { detail: 'The first line of a connection holds `aegis` and `key`, and no other does' }),
    );
  connection.holderOf = frame.key === null ? () => null : keyLookup(frame.key, frame.presence);
  const known = (holder: KeyHolder | null): void => {
    if (holder !== null) connection.deps.connections.known(connection.socket, holderName(holder));
  };
  const found = holderNow(connection);
  if (found instanceof Promise) found.then(known, () => undefined);
  else known(found);
}

/** Who holds the connection's key; what goes wrong with that is a rejection, so that it is answered. */
function holderNow({ holderOf, deps }: Connection): KeyHolder | null | Promise<KeyHolder | null> {
  try {
    return holderOf?.(deps.gate) ?? null;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new TypeError(String(error)));
  }
}

/** A frame that is none is answered under its id where one could be seen; under one that waits, its answer would be taken for another's. */
function unreadable(connection: Connection, line: Exclude<Line, { kind: 'partial' }>, error: AegisError): void {
  const id = line.kind === 'oversize' ? line.id : idIn(line.bytes);
  void answer(connection, isId(id) && !connection.open.has(id) ? id : null, error);
}

async function answer(connection: Connection, id: number | null, asked: Parameters<typeof answerTo>[1]['asked']): Promise<void> {
  const { deps, socket, open, writer } = connection;
  const waiter: Waiter = { gone: false, answered: false, controller: null };
  // Before anything is waited for: a second line with this id, or its cancellation, may be the next one.
  if (id !== null) open.set(id, waiter);
  const found = holderNow(connection);
  const holder = found instanceof Promise ? await found.catch(() => null) : found;
  const leave = deps.admission.underWay.take(holder === null ? '' : holderName(holder));
  if (leave === null) {
    if (id !== null) open.delete(id);
    const full = new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 });
    return writer.write(`{"id":${String(id)},${said(full.status, problemOf(full))}}`);
  }
  const done = deps.connections.begin(socket);
  const say = (text: string): void => {
    if (!connection.over && !waiter.answered) writer.write(`{"id":${String(id)},${text}}`);
    waiter.answered = true;
  };
  const out = deps.admission.inFlight.enter((error) => {
    say(said(error.status, problemOf(error)));
    forsake(waiter);
  });
  const text = await answerTo(deps, { asked, holder: () => found, signal: () => signalOf(waiter) });
  leave();
  done();
  if (id !== null) open.delete(id);
  out();
  say(text);
}

function signalOf(waiter: Waiter): AbortSignal {
  waiter.controller ??= new AbortController();
  if (waiter.gone) waiter.controller.abort();
  return waiter.controller.signal;
}

function forsake(waiter: Waiter): void {
  waiter.gone = true;
  waiter.controller?.abort();
}
