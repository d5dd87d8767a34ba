import { lineReader } from '../../../wire/lines.ts';
import type { Line } from '../../../wire/lines.ts';
import { AegisError } from '../../../errors.ts';
import { idScanner } from '../../../wire/id-scanner.ts';
import { AGENT_LIMITS, readMessage, unreadable } from '../message.ts';
import type { Message, Notification, Reply, Request } from '../message.ts';

export interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

interface Terms {
  /** Answers a message; null where there is nothing to answer. */
  readonly answer: (message: Message, tell: (said: Request | Notification) => void) => Promise<Reply | null>;
  readonly refused: (code: string) => void;
}

export interface AgentEndOfStdio {
  /** Resolves when the agent closed its end and every message is answered. */
  readonly over: Promise<void>;
  /** Resolves when every message that came so far is answered. */
  answered(): Promise<void>;
}

/**
 * The agent's end of MCP stdio: one message, one line, in its order of arrival. A line that is no message is answered with an error, and nothing of it goes on (MCP-10).
 */
export function serveAgent({ input, output }: Streams, { answer: take, refused }: Terms): AgentEndOfStdio {
  // MCP-11: an agent that does not read is not read from, so that no more answers come to wait for it.
  const say = (message: object): void => {
    if (output.write(`${JSON.stringify(message)}\n`) || input.isPaused()) return;
    input.pause();
    output.once('drain', () => input.resume());
  };
  const tell = (message: Request | Notification): void => {
    if (waitingIn(output) > MOST_UNREAD) refused('MCP_FLOOD');
    else say(message);
  };
  const open = new Set<Promise<void>>();
  const answer = async (message: Message): Promise<void> => {
    const reply = await take(message, tell);
    if (reply !== null) say(reply);
  };
  const took = (frame: Line): void => {
    const message = readFrame(frame);
    if ('complaint' in message) {
      refused('MCP_FRAME');
      return say(message.complaint);
    }
    const running = answer(message).finally(() => open.delete(running));
    open.add(running);
  };
  const answered = (): Promise<void> => Promise.allSettled([...open]).then(() => undefined);
  const over = new Promise<void>((resolve) => {
    const reader = lineReader(AGENT_LIMITS.bytes, took);
    input.on('data', (chunk: Buffer) => reader.push(chunk));
    const ended = (): void => {
      reader.end();
      void answered().then(resolve);
    };
    input.once('end', ended);
    input.once('error', ended);
    output.once('error', ended);
  });
  return { over, answered };
}

const MOST_UNREAD = 16_777_216;

function waitingIn(output: NodeJS.WritableStream): number {
  return 'writableLength' in output && typeof output.writableLength === 'number' ? output.writableLength : 0;
}

type Read = Message | { readonly complaint: object };

function readFrame(frame: Line): Read {
  if (frame.kind === 'line') {
    try {
      return readMessage(frame.bytes, AGENT_LIMITS);
    } catch (error) {
      const scanner = idScanner();
      scanner.push(frame.bytes);
      return { complaint: unreadable(scanner.id(), error) };
    }
  }
  const id = frame.kind === 'oversize' ? frame.id : null;
  return { complaint: unreadable(id, new AegisError('BODY_TOO_LARGE', { limit: AGENT_LIMITS.bytes })) };
}
