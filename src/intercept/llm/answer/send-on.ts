import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../../errors.ts';
import { upstreamInvalid } from '../dialect/members.ts';
import type { AnswerListener, UpstreamCall } from '../upstream/call-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Exchange } from './exchange.ts';
import { createRelay, settledBy, stoppedText } from './relay.ts';
import type { Relay, Sink } from './relay.ts';
import { answerHeaders, codedError, refusalOf, sendRefusal } from './reply.ts';
import { streamSink } from './stream-sink.ts';
import type { Framing } from './stream-sink.ts';
import { wholeSink } from './whole-sink.ts';

export interface Sending {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  /** Path and query at the provider. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `alt=sse` was asked for. */
  readonly wantsEvents: boolean;
}

/** Sends an allowed request upstream and its answer down, chunk by chunk. Returns at once; nothing is thrown. */
export function sendOn(sending: Sending): void {
  const { exchange } = sending;
  const { parts, response, sent } = exchange;
  let sink: Sink | null = null;
  let call: UpstreamCall | null = null;
  const upstream: UpstreamCall = { abort: () => call?.abort(), pause: () => call?.pause(), resume: () => call?.resume() };
  const leave = parts.live.add({
    caller: sent.caller,
    session: sent.session,
    halt: (reason) => (sink ?? waiting(relay)).halt(reason),
    tick: (now) => sink?.tick(now),
  });
  const answered = parts.inFlight.enter((error) => (sink ?? waiting(relay)).broken(error));
  const relay: Relay = createRelay({
    exchange,
    upstream,
    leave: () => {
      leave?.();
      answered();
    },
  });
  if (leave === null) {
    waiting(relay).broken(new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 }));
    return;
  }
  // Between the decision and here somebody may have been halted: what is watched for begins now.
  const halted = parts.live.haltReason(sent);
  if (halted !== null) {
    waiting(relay).halt(halted);
    return;
  }
  if (response.destroyed) {
    waiting(relay).gone();
    return;
  }
  response.once('close', () => (sink ?? waiting(relay)).gone());
  const listener = listenerOf(relay, sending, {
    sink: () => sink ?? waiting(relay),
    choose: (chosen) => {
      sink = chosen;
    },
  });
  call = sending.upstream.call(requestOf(sending), listener);
}

function requestOf({ exchange: { sent, mask }, path, headers, body }: Sending): Parameters<Upstream['call']>[0] {
  const { dialect, route } = sent;
  const query = route.streams === 'always' && !path.includes('alt=sse') ? `${path.includes('?') ? '&' : '?'}alt=sse` : '';
  return {
    provider: dialect.provider,
    path: `${path}${query}`,
    method: route.method,
    headers: body === '' ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === '' ? null : body,
    mask,
  };
}

function listenerOf(relay: Relay, sending: Sending, place: { readonly sink: () => Sink; readonly choose: (sink: Sink) => void }): AnswerListener {
  const guarded = (act: () => void): void => {
    if (relay.over()) return;
    try {
      act();
    } catch (error) {
      const coded = codedError(error);
      if (coded.code === 'INTERNAL') relay.exchange.parts.actions.onFault({ what: 'passing on an answer', error });
      place.sink().broken(coded);
    }
  };
  return {
    start: (status, headers) => guarded(() => place.choose(sinkFor(relay, sending, { status, headers }))),
    data: (bytes) => guarded(() => place.sink().data(bytes)),
    end: () => guarded(() => place.sink().end()),
    fail: (error) => guarded(() => place.sink().broken(error)),
  };
}

/** @throws AegisError UPSTREAM_INVALID for an answer of a type this route does not have */
function sinkFor(relay: Relay, sending: Sending, answer: { readonly status: number; readonly headers: IncomingHttpHeaders }): Sink {
  const { response, sent } = relay.exchange;
  const { route, request } = sent;
  const { status, headers } = answer;
  const [media = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const type = media.trim();
  if (status >= 300 || type === 'application/json') return wholeSink(relay, status, headers);
  const streams = route.streams === 'always' || (route.streams === 'body' && request.stream);
  if (type !== 'text/event-stream' || !streams) throw upstreamInvalid(`it is of the type ${type.slice(0, 64) || 'unknown'}`);
  const framing: Framing = route.streams === 'always' && !sending.wantsEvents ? 'array' : 'events';
  response.writeHead(status, {
    ...answerHeaders(headers, { 'x-aegis-action': sent.id, 'x-aegis-session': sent.session }),
    'content-type': framing === 'array' ? 'application/json; charset=utf-8' : 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  return streamSink(relay, framing);
}

/** Before the provider has answered there is nothing to keep well-formed. */
function waiting(relay: Relay): Sink {
  const { response, sent } = relay.exchange;
  const { dialect } = sent;
  const nothing = (): void => undefined;
  return {
    data: nothing,
    end: nothing,
    tick: nothing,
    gone: () => void relay.finish({ status: 'cancelled', answer: null, errorCode: 'CLIENT_GONE' }),
    broken(error) {
      const unsent = error.code === 'RATE_LIMITED';
      if (relay.finish({ status: settledBy(error), answer: null, errorCode: error.code, free: unsent }))
        sendRefusal(response, dialect, refusalOf(error));
    },
    halt(reason) {
      if (!relay.finish({ status: 'cancelled', answer: null, errorCode: 'HALTED' })) return;
      sendRefusal(response, dialect, { status: 403, code: 'HALTED', message: stoppedText(reason, 'HALTED') });
    },
  };
}
