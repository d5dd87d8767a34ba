import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { AegisError } from '../../../errors.ts';
import { lineReader } from '../../../wire/lines.ts';
import type { Line } from '../../../wire/lines.ts';
import { idScanner } from '../../../wire/id-scanner.ts';
import { keyOf, SERVER_LIMITS, tooLong } from '../message.ts';
import type { Message, MessageId, Notification, Reply, Request } from '../message.ts';
import { ANSWER_MS } from '../deadline.ts';
import { readServerMessage } from '../server-words.ts';
import type { ServerMask } from '../server-words.ts';
import type { ServerMessage, Upstream } from '../upstream.ts';
import { killWithParent } from './watcher.ts';

export interface Command {
  readonly command: string;
  /** What the program is told that it is called. */
  readonly called?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface StdioServer extends Upstream {
  /** Resolves with why, once the server is gone. */
  readonly gone: Promise<string>;
  /** Asks it to end (its stdin closes), then ends it and all it started. */
  close(): Promise<void>;
}

interface Terms {
  /** What the server says that no single request can be told from. */
  readonly onServerMessage: (serverMessage: ServerMessage) => void;
  /** Told of what was dropped: MCP_FRAME, MCP_UNSOLICITED, MCP_RESULT_CUT. */
  readonly refused: (code: string) => void;
  /** Milliseconds a server may take to read a notification or an answer. */
  readonly answerMs?: number;
  /** Keeps the secrets it was given out of what it says. */
  readonly mask?: ServerMask;
}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: AegisError) => void;
}

const GRACE_MS = 2_000;

/** An MCP server as a child process in a group of its own, that does not outlive this process (MCP-12). Its stderr is ours. */
export function startServer({ command, called = command, args, env }: Command, terms: Terms): StdioServer {
  const { answerMs = ANSWER_MS } = terms;
  const child = spawn(command, [...args], { argv0: called, env: { ...env }, stdio: ['pipe', 'pipe', 'inherit'], detached: true, windowsHide: true });
  const pending = new Map<string, Pending>();
  const gone = ended(child);
  const watcher = killWithParent(child);
  const fail = (why: string): void => {
    for (const one of pending.values()) one.reject(new AegisError('MCP_SERVER_GONE', { detail: why }));
    pending.clear();
  };
  void gone.then(fail);
  child.stdin.on('error', () => undefined);
  const reader = lineReader(SERVER_LIMITS.bytes, (frame) => took(frame, { pending, ...terms }));
  child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
  child.stdout.on('end', () => reader.end());
  return {
    gone,
    request: (message, { signal }) => asked({ child, pending }, message, signal),
    send: (message) => inTime(write(child, message), answerMs),
    close: async () => {
      child.stdin.end();
      const patience = setTimeout(() => watcher.kill(), GRACE_MS);
      await gone;
      clearTimeout(patience);
      // Whatever it started ends with it.
      watcher.kill();
    },
  };
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`it could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal === null ? `it ended with code ${String(code)}` : `it was ended by ${signal}`));
  });
}

/** What may wait for a server that does not read; then nothing more is written (MCP-23). */
const MOST_UNREAD = 16_777_216;

function write(child: ChildProcess, message: Request | Notification | Reply): Promise<void> {
  return new Promise((resolve, reject) => {
    if ((child.stdin?.writableLength ?? 0) > MOST_UNREAD)
      return reject(new AegisError('MCP_UNREACHABLE', { detail: 'it does not read what it is sent' }));
    child.stdin?.write(`${JSON.stringify(message)}\n`, (error) =>
      error == null ? resolve() : reject(new AegisError('MCP_SERVER_GONE', { detail: 'it no longer reads' })),
    );
  });
}

/** A server that stopped reading keeps nobody who only has something to tell it. */
async function inTime(written: Promise<void>, ms: number): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new AegisError('MCP_SERVER_GONE', { detail: 'it does not read what it is sent' })), ms).unref();
  });
  try {
    await Promise.race([written, over]);
  } finally {
    clearTimeout(late);
  }
}

function asked({ child, pending }: { child: ChildProcess; pending: Map<string, Pending> }, message: Request, signal: AbortSignal): Promise<Reply> {
  const key = keyOf(message.id);
  return new Promise<Reply>((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) return reject(new AegisError('MCP_SERVER_GONE', { detail: 'it has ended' }));
    if (pending.has(key)) return reject(new AegisError('MCP_MESSAGE', { detail: 'this id is already waiting for its answer' }));
    const cancelled = (): void => {
      if (!pending.delete(key)) return;
      const params = { requestId: message.id, reason: 'taken back' };
      write(child, { jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => undefined);
      reject(new AegisError('MCP_SERVER_GONE', { detail: 'the request was cancelled' }));
    };
    if (signal.aborted) return reject(new AegisError('MCP_SERVER_GONE', { detail: 'the request was cancelled' }));
    signal.addEventListener('abort', cancelled, { once: true });
    const done = (): void => signal.removeEventListener('abort', cancelled);
    pending.set(key, { resolve: (reply) => (done(), resolve(reply)), reject: (error) => (done(), reject(error)) });
    write(child, message).catch((error: unknown) => {
      if (pending.delete(key)) reject(error as Error);
    });
  });
}

type Taking = Terms & { readonly pending: Map<string, Pending> };

function took(frame: Line, taking: Taking): void {
  if (frame.kind === 'partial') return taking.refused('MCP_FRAME');
  if (frame.kind === 'oversize') return unreadable(frame.id, 'MCP_RESULT_CUT', taking);
  let message: Message;
  try {
    message = readServerMessage(frame.bytes, taking.mask ?? null);
  } catch {
    const scanner = idScanner();
    scanner.push(frame.bytes);
    return unreadable(scanner.id(), 'MCP_FRAME', taking);
  }
  if (message.kind !== 'reply') return taking.onServerMessage(message);
  const key = keyOf(message.message.id);
  const waits = taking.pending.get(key);
  // MCP-10: an answer nobody asked for, or a second one, goes nowhere.
  if (waits === undefined) return taking.refused('MCP_UNSOLICITED');
  taking.pending.delete(key);
  waits.resolve(message.message);
}

/** The one call it answers fails; the connection stays. */
function unreadable(id: MessageId | null, code: string, { pending, refused }: Taking): void {
  refused(code);
  const key = id === null ? '' : keyOf(id);
  const waits = pending.get(key);
  if (id === null || waits === undefined) return;
  pending.delete(key);
  if (code === 'MCP_FRAME') waits.reject(new AegisError('MCP_SERVER_GONE', { detail: 'its answer is not strict JSON' }));
  else waits.resolve(tooLong(id));
}
