import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { bufferOf, growingBytes } from '../../wire/growing-bytes.ts';
import type { GrowingBytes } from '../../wire/growing-bytes.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import type { Answer } from './dialect.ts';
import { objectOf, upstreamInvalid } from './members.ts';
import { rememberAnswer, rememberRefused } from './owed-outputs.ts';
import { namesOf } from './received.ts';
import { stoppedText } from './relay.ts';
import type { Relay, Sink } from './relay.ts';
import { answerHeaders, codedError, refusalOf, sendRefusal } from './reply.ts';
import { decideCalls, handOver, withdraw } from './tool-actions.ts';

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
  const { response, door } = relay.exchange;
  const collecting: Collecting = { relay, status, headers, held: growingBytes(), answer: null, asking: false, wroteAt: door.clock.monotonic() };
  const refuse = (error: AegisError, settled: 'failed' | 'cancelled'): void => {
    if (relay.finish({ status: settled, answer: collecting.answer, errorCode: error.code }))
      sendRefusal(response, relay.exchange.dialect, refusalOf(error));
  };
  return {
    data(bytes) {
      const most = door.settings.limits.answerBytes;
      if (collecting.held.length + bytes.length > most) throw upstreamInvalid(`the answer is longer than ${String(most)} bytes`);
      // Copied, too: the client library uses its buffer again.
      collecting.held.append(bytes);
    },
    end() {
      conclude(collecting).catch((error: unknown) => {
        const coded = codedError(error);
        if (coded.code === 'INTERNAL') door.onFault({ what: 'passing on an answer', error });
        refuse(coded, 'failed');
      });
    },
    broken: (error) => refuse(error, 'failed'),
    halt(reason) {
      if (!relay.finish({ status: 'cancelled', answer: collecting.answer, errorCode: 'HALTED' })) return;
      sendRefusal(response, relay.exchange.dialect, { status: 403, code: 'HALTED', message: stoppedText(reason, 'HALTED') });
    },
    gone: () => void relay.finish({ status: 'cancelled', answer: collecting.answer, errorCode: 'CLIENT_GONE' }),
    tick(now) {
      if (!collecting.asking || now - collecting.wroteAt < door.settings.keepAliveMs) return;
      collecting.wroteAt = now;
      // White space before a JSON value means nothing to its readers.
      begin(collecting);
      response.write('\n');
    },
  };
}

function begin({ relay: { exchange }, status, headers }: Collecting, length?: number): void {
  const { response, action, session } = exchange;
  if (response.headersSent) return;
  response.writeHead(status, {
    ...answerHeaders(headers, { 'x-aegis-action': action, 'x-aegis-session': session }),
    'content-type': 'application/json; charset=utf-8',
    ...(length === undefined ? {} : { 'content-length': length }),
  });
}

async function conclude(collecting: Collecting): Promise<void> {
  const { relay, status } = collecting;
  const { exchange } = relay;
  const bytes = bufferOf(collecting.held.take());
  if (status >= 300) {
    refusedThere(collecting, bytes);
    return;
  }
  const body = read(bytes);
  if (exchange.route.kind === 'list') {
    if (relay.finish({ status: 'succeeded', answer: null, free: true })) send(collecting, bytes);
    return;
  }
  const answer = exchange.dialect.readAnswer(body);
  collecting.answer = answer;
  if (exchange.route.kind === 'count' && answer.calls.length > 0) throw upstreamInvalid('a count carries a tool call');
  rememberAnswer(relay, answer);
  if (answer.calls.length === 0) {
    if (relay.finish({ status: 'succeeded', answer })) send(collecting, written(relay, body, body) ?? bytes);
    return;
  }
  await decideThenSend(collecting, body, bytes);
}

async function decideThenSend(collecting: Collecting, body: JsonObject, bytes: Buffer): Promise<void> {
  const { relay, answer } = collecting;
  const { exchange, request, restore, stopped } = relay;
  collecting.asking = true;
  const decided = await decideCalls(exchange, {
    calls: answer?.calls ?? [],
    names: namesOf(relay, answer?.id),
    tools: request.tools,
    restore,
    signal: stopped.signal,
  });
  if (relay.over()) {
    await withdraw(exchange, decided);
    return;
  }
  const asItCame = decided.verdicts.every(({ kind }) => kind === 'pass');
  const out = written(relay, body, asItCame ? body : exchange.dialect.rewriteAnswer(body, decided.verdicts)) ?? bytes;
  handOver(exchange, decided);
  if (answer !== null) rememberRefused(relay, answer, decided.verdicts);
  if (relay.finish({ status: 'succeeded', answer })) send(collecting, out);
}

/** The answer with its words restored; null when nothing of it changed on its way, so that it leaves as it came. */
function written({ exchange: { dialect, route }, restore }: Relay, came: JsonObject, leaves: JsonObject): Buffer | null {
  const out = restore === null || route.kind !== 'generate' ? leaves : dialect.restoreAnswer(leaves, restore);
  return out === came ? null : Buffer.from(JSON.stringify(out));
}

function send(collecting: Collecting, bytes: Buffer): void {
  begin(collecting, bytes.length);
  collecting.relay.exchange.response.end(bytes);
}

/** @throws AegisError UPSTREAM_INVALID */
function read(bytes: Buffer): JsonObject {
  try {
    const body = objectOf(parseStrict(bytes, { bytes: Number.MAX_SAFE_INTEGER, keys: KEYS }));
    if (body !== null) return body;
  } catch (error) {
    if (!(error instanceof AegisError)) throw error;
    throw upstreamInvalid(error.message);
  }
  throw upstreamInvalid('the answer is no JSON object');
}

/** The provider's own refusal, in its own words when they are JSON; nothing was computed and nothing is owed. */
function refusedThere(collecting: Collecting, bytes: Buffer): void {
  const { relay, status, headers } = collecting;
  const { response, dialect } = relay.exchange;
  if (!relay.finish({ status: 'failed', answer: null, errorCode: `UPSTREAM_${String(status)}`, free: true })) return;
  try {
    read(bytes);
  } catch {
    const shown = status >= 400 ? status : 502;
    const { code, message } = upstreamInvalid(`it answered ${String(status)} without JSON`);
    const retry = Number(headers['retry-after'] ?? Number.NaN);
    sendRefusal(response, dialect, { status: shown, code, message, ...(Number.isFinite(retry) ? { retryAfterMs: retry * 1000 } : {}) });
    return;
  }
  // A redirect would lead the client around the door.
  if (status < 400) sendRefusal(response, dialect, refusalOf(upstreamInvalid(`it answered ${String(status)}`)));
  else send(collecting, bytes);
}
