import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../../errors.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { bufferOf, growingBytes } from '../../../wire/growing-bytes.ts';
import type { GrowingBytes } from '../../../wire/growing-bytes.ts';
import { readLenient } from '../dialect/carries.ts';
import { cancelUndelivered, decideCalls, rememberRunning } from '../action/decide-calls.ts';
import { objectOf, upstreamInvalid } from '../dialect/members.ts';
import type { Answer } from '../dialect/model-answer.ts';
import type { Exchange } from './exchange.ts';
import { maskedJson } from './mask-words.ts';
import { settledBy, stoppedText } from './relay.ts';
import type { Relay, Sink } from './relay.ts';
import { rememberAnswer, rememberRefused } from './remember-answer.ts';
import { answerHeaders, codedError, refusalOf, sendRefusal } from './reply.ts';

/** Keys of one answer: embeddings of log probabilities hold many. */
const KEYS = 200_000;

interface Collecting {
  readonly relay: Relay;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly held: GrowingBytes;
  answer: Answer | null;
  /** The client waits for a person. */
  asking: boolean;
  wroteAt: number;
}

/** Takes an answer whole; nothing of it leaves before its calls are decided (LLM-4). */
export function wholeSink(relay: Relay, status: number, headers: IncomingHttpHeaders): Sink {
  const { response, parts, sent } = relay.exchange;
  const collecting: Collecting = { relay, status, headers, held: growingBytes(), answer: null, asking: false, wroteAt: parts.clock.monotonic() };
  const refuse = (error: AegisError, settled: 'failed' | 'unknown'): void => {
    if (relay.finish({ status: settled, answer: collecting.answer, errorCode: error.code })) sendRefusal(response, sent.dialect, refusalOf(error));
  };
  return {
    data(bytes) {
      const most = parts.answerBytes;
      if (collecting.held.length + bytes.length > most) throw upstreamInvalid(`the answer is longer than ${String(most)} bytes`);
      // Copied, too: the client library uses its buffer again.
      collecting.held.append(bytes);
    },
    end() {
      conclude(collecting).catch((error: unknown) => {
        const coded = codedError(error);
        if (coded.code === 'INTERNAL') parts.actions.onFault({ what: 'passing on an answer', error });
        refuse(coded, 'failed');
      });
    },
    broken: (error) => refuse(error, settledBy(error)),
    halt(reason) {
      if (!relay.finish({ status: 'cancelled', answer: collecting.answer, errorCode: 'HALTED' })) return;
      sendRefusal(response, sent.dialect, { status: 403, code: 'HALTED', message: stoppedText(reason, 'HALTED') });
    },
    gone: () => void relay.finish({ status: 'cancelled', answer: collecting.answer, errorCode: 'CLIENT_GONE' }),
    tick(now) {
      if (!collecting.asking || now - collecting.wroteAt < parts.keepAliveMs) return;
      collecting.wroteAt = now;
      // White space before a JSON value means nothing to its readers.
      begin(collecting);
      response.write('\n');
    },
  };
}

function begin({ relay: { exchange }, status, headers }: Collecting, length?: number): void {
  const { response, sent } = exchange;
  if (response.headersSent) return;
  response.writeHead(status, {
    ...answerHeaders(headers, { 'x-aegis-action': sent.id, 'x-aegis-session': sent.session }),
    'content-type': 'application/json; charset=utf-8',
    ...(length === undefined ? {} : { 'content-length': length }),
  });
}

async function conclude(collecting: Collecting): Promise<void> {
  const { relay, status } = collecting;
  const { dialect, route } = relay.exchange.sent;
  const bytes = bufferOf(collecting.held.take());
  if (status >= 300) {
    refusedThere(collecting, bytes);
    return;
  }
  const came = read(bytes);
  const body = maskedJson(came, bytes, relay.exchange.mask);
  const whole = body === came ? bytes : Buffer.from(JSON.stringify(body));
  if (route.kind === 'list') {
    if (relay.finish({ status: 'succeeded', answer: null, free: true })) send(collecting, whole);
    return;
  }
  const answer = dialect.readAnswer(body);
  collecting.answer = answer;
  if (route.kind === 'count' && answer.calls.length > 0) throw upstreamInvalid('a count carries a tool call');
  rememberAnswer(relay.exchange, answer);
  if (answer.calls.length === 0) {
    const ending = answer.failure === undefined ? ({ status: 'succeeded' } as const) : ({ status: 'failed', errorCode: answer.failure } as const);
    if (relay.finish({ ...ending, answer })) send(collecting, written(relay.exchange, body, body) ?? whole);
    return;
  }
  await decideThenSend(collecting, { answer, body, bytes: whole });
}

async function decideThenSend(
  collecting: Collecting,
  { answer, body, bytes }: { readonly answer: Answer; readonly body: JsonObject; readonly bytes: Buffer },
): Promise<void> {
  const { relay } = collecting;
  const { exchange, stopped } = relay;
  const { parts, sent, restore } = exchange;
  collecting.asking = true;
  const decided = await decideCalls(parts, sent, { answer, restore, signal: stopped() });
  if (relay.over()) {
    await cancelUndelivered(parts.actions, sent, decided);
    return;
  }
  const asItCame = decided.decisions.every(({ kind }) => kind === 'pass');
  const out = written(exchange, body, asItCame ? body : sent.dialect.rewriteAnswer(body, decided.decisions)) ?? bytes;
  rememberRunning(parts.conversations, sent, decided);
  rememberRefused(exchange, answer, decided.decisions);
  const ending = answer.failure === undefined ? ({ status: 'succeeded' } as const) : ({ status: 'failed', errorCode: answer.failure } as const);
  if (relay.finish({ ...ending, answer })) send(collecting, out);
}

/** The answer with its words restored; null when nothing of it changed on its way, so that it leaves as it came. */
function written({ sent: { dialect, route }, restore }: Exchange, came: JsonObject, leaves: JsonObject): Buffer | null {
  const out = route.kind !== 'generate' ? leaves : dialect.restoreAnswer(leaves, restore);
  return out === came ? null : Buffer.from(JSON.stringify(out));
}

function send(collecting: Collecting, bytes: Buffer): void {
  begin(collecting, bytes.length);
  collecting.relay.exchange.response.end(bytes);
}

/** @throws AegisError UPSTREAM_INVALID */
function read(bytes: Buffer): JsonObject {
  try {
    const body = objectOf(readLenient(bytes, { bytes: Number.MAX_SAFE_INTEGER, keys: KEYS }));
    if (body !== null) return body;
  } catch (error) {
    if (!(error instanceof AegisError)) throw error;
    throw upstreamInvalid(error.message);
  }
  throw upstreamInvalid('the answer is no JSON object');
}

/** The provider's own refusal, in its own words when they are JSON; nothing was computed and nothing is to be paid. */
function refusedThere(collecting: Collecting, bytes: Buffer): void {
  const { relay, status, headers } = collecting;
  const { response, sent } = relay.exchange;
  const { dialect } = sent;
  if (!relay.finish({ status: 'failed', answer: null, errorCode: `UPSTREAM_${String(status)}`, free: true })) return;
  let whole = bytes;
  try {
    const came = read(bytes);
    const body = maskedJson(came, bytes, relay.exchange.mask);
    if (body !== came) whole = Buffer.from(JSON.stringify(body));
  } catch {
    const shown = status >= 400 ? status : 502;
    const { code, message } = upstreamInvalid(`it answered ${String(status)} without JSON`);
    const retry = Number(headers['retry-after'] ?? Number.NaN);
    sendRefusal(response, dialect, { status: shown, code, message, ...(Number.isFinite(retry) ? { retryAfterMs: retry * 1000 } : {}) });
    return;
  }
  // A redirect would lead the client around the proxy.
  if (status < 400) sendRefusal(response, dialect, refusalOf(upstreamInvalid(`it answered ${String(status)}`)));
  else send(collecting, whole);
}
