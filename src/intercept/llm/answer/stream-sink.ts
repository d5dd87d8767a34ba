import type { Ending } from '../action/settle-model.ts';
import type { AegisError } from '../../../errors.ts';
import { cancelUndelivered, decideCalls, rememberRunning } from '../action/decide-calls.ts';
import { createArrayWriter } from '../bytes/array-writer.ts';
import { createFrameReader, frameText } from '../bytes/event-stream.ts';
import type { FrameReader } from '../bytes/event-stream.ts';
import type { AnswerReader, AnswerRestorer } from '../dialect/dialect.ts';
import type { Frame } from '../dialect/frame.ts';
import { upstreamInvalid } from '../dialect/members.ts';
import { maskedFrame } from './mask-words.ts';
import { stoppedText } from './relay.ts';
import type { Relay, Sink } from './relay.ts';
import { rememberAnswer, rememberRefused } from './remember-answer.ts';
import { codedError } from './reply.ts';

/** How frames are written to this client. */
export type Framing = 'events' | 'array';

interface Streaming {
  readonly relay: Relay;
  readonly frames: FrameReader;
  readonly reader: AnswerReader;
  readonly restorer: AnswerRestorer;
  readonly write: (frames: readonly Frame[]) => void;
  readonly close: () => void;
  holding: boolean;
  /** The provider's own error has been passed on: the answer is over, whatever follows. */
  failed: boolean;
  held: number;
  wroteAt: number;
}

/** Passes frames as they come until the first byte of a tool call; then holds to the end, decides, and lets go (LLM-4). */
export function streamSink(relay: Relay, framing: Framing): Sink {
  const { response, restore, parts, sent } = relay.exchange;
  const { dialect, request } = sent;
  const writer = framing === 'array' ? arrayOut() : eventsOut();
  const streaming: Streaming = {
    relay,
    frames: createFrameReader(),
    reader: dialect.createReader(request),
    restorer: dialect.createRestorer(restore),
    write(came) {
      const frames = came.flatMap((frame) => streaming.restorer.take(frame));
      if (frames.length === 0 || response.destroyed) return;
      streaming.wroteAt = parts.clock.monotonic();
      if (!response.write(writer.text(frames))) waitForClient(relay);
    },
    close() {
      const frames = streaming.restorer.end();
      response.end(`${writer.text(frames)}${writer.end()}`);
    },
    holding: false,
    failed: false,
    held: 0,
    wroteAt: parts.clock.monotonic(),
  };
  return {
    data: (bytes) => receive(streaming, bytes),
    end: () => conclude(streaming),
    broken: (error) => broken(streaming, error),
    halt: (reason) => {
      if (finish(streaming, 'cancelled', 'HALTED')) endWith(streaming, stoppedText(reason, 'HALTED'));
    },
    gone: () => void finish(streaming, 'cancelled', 'CLIENT_GONE'),
    tick(now) {
      if (now - streaming.wroteAt < parts.keepAliveMs || response.writableNeedDrain) return;
      streaming.wroteAt = now;
      response.write(framing === 'array' ? '\n' : dialect.keepAlive);
    },
  };
}

function eventsOut(): { text(frames: readonly Frame[]): string; end(): string } {
  return { text: (frames) => frames.map(frameText).join(''), end: () => '' };
}

function arrayOut(): { text(frames: readonly Frame[]): string; end(): string } {
  const writer = createArrayWriter();
  return { text: (frames) => frames.map((frame) => writer.write(frame)).join(''), end: () => writer.end() };
}

/** A slow client slows its provider down, and nothing piles up here. */
function waitForClient({ exchange: { response }, upstream }: Relay): void {
  upstream.pause();
  response.once('drain', () => upstream.resume());
}

function receive(streaming: Streaming, bytes: Buffer): void {
  const { reader, relay } = streaming;
  const most = relay.exchange.parts.answerBytes;
  const out: Frame[] = [];
  try {
    for (const came of streaming.frames.push(bytes)) {
      const frame = maskedFrame(came, relay.exchange.mask);
      if (streaming.failed) {
        if (frame.data === null) out.push(frame);
        continue;
      }
      const passing = reader.take(frame);
      for (const one of passing) out.push(one);
      if (reader.failure() !== null) {
        streaming.failed = true;
        for (const one of reader.abandon('')) out.push(one);
      }
      if (passing.length > 0 || streaming.failed) continue;
      streaming.holding = true;
      streaming.held += frame.raw.length;
      if (streaming.held > most) throw upstreamInvalid(`a held answer is longer than ${String(most)} bytes`);
    }
  } finally {
    streaming.write(out);
  }
}

function conclude(streaming: Streaming): void {
  const { reader, relay } = streaming;
  try {
    streaming.frames.end();
  } catch (error) {
    broken(streaming, codedError(error));
    return;
  }
  const failure = reader.failure();
  if (failure !== null) {
    if (finish(streaming, 'failed', failure)) streaming.close();
    return;
  }
  const answer = reader.answer();
  if (!answer.complete) {
    broken(streaming, upstreamInvalid('the answer ended before it was complete'));
    return;
  }
  rememberAnswer(relay.exchange, answer);
  if (answer.calls.length > 0) {
    void decideThenRelease(streaming);
    return;
  }
  if (!finish(streaming, 'succeeded')) return;
  streaming.write(reader.release([]));
  streaming.close();
}

async function decideThenRelease(streaming: Streaming): Promise<void> {
  const { reader, relay } = streaming;
  const { exchange, stopped } = relay;
  const { parts, sent, restore } = exchange;
  const answer = reader.answer();
  const decided = await decideCalls(parts, sent, { answer, restore, signal: stopped() });
  if (relay.over()) {
    await cancelUndelivered(parts.actions, sent, decided);
    return;
  }
  let frames: readonly Frame[];
  try {
    frames = reader.release(decided.decisions);
  } catch (error) {
    broken(streaming, codedError(error));
    await cancelUndelivered(parts.actions, sent, decided);
    return;
  }
  rememberRunning(parts.conversations, sent, decided);
  rememberRefused(exchange, answer, decided.decisions);
  if (!finish(streaming, 'succeeded')) return;
  streaming.write(frames);
  streaming.close();
}

function finish({ reader, relay }: Streaming, status: Ending['status'], errorCode?: string): boolean {
  return relay.finish({ status, answer: reader.answer(), ...(errorCode === undefined ? {} : { errorCode }) });
}

/** The rest of a well-formed stream that says why there is no more. */
function endWith(streaming: Streaming, text: string): void {
  streaming.write(streaming.reader.abandon(text));
  streaming.close();
}

/**
 * Mid-call the run can go on with a refusal; mid-text the client must not take a part for the whole, so it gets an error. A client that was told of
 * the end, or of the provider's own error, is told no more (LLM-24).
 */
function broken(streaming: Streaming, error: AegisError): void {
  const { reader } = streaming;
  const failure = reader.failure();
  const told = reader.told();
  // A connection that breaks behind the end takes nothing from the answer; what could have carried a call there does.
  const whole = failure === null && told && !streaming.holding && error.code === 'UPSTREAM_UNREACHABLE';
  if (!(whole ? finish(streaming, 'succeeded') : finish(streaming, error.code === 'INTERRUPTED' ? 'unknown' : 'failed', failure ?? error.code)))
    return;
  if (failure !== null) {
    streaming.close();
    return;
  }
  if (streaming.holding || told) {
    endWith(streaming, stoppedText(error.message, error.code));
    return;
  }
  const { dialect } = streaming.relay.exchange.sent;
  streaming.write([dialect.errorFrame({ status: error.status, code: error.code, message: error.message })]);
  streaming.close();
}
