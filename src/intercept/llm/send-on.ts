import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { ModelRequest } from './dialect.ts';
import type { Exchange } from './door.ts';
import { haltOf } from './live.ts';
import { upstreamInvalid } from './members.ts';
import { createRelay, stoppedText } from './relay.ts';
import type { Relay, Sink } from './relay.ts';
import { answerHeaders, codedError, refusalOf, sendRefusal } from './reply.ts';
import type { Restore } from './restore.ts';
import { streamSink } from './stream-sink.ts';
import type { Wire } from './stream-sink.ts';
import { callUpstream } from './upstream.ts';
import type { AnswerListener, UpstreamCall } from './upstream.ts';
import { wholeSink } from './whole-sink.ts';

export interface Sending {
  readonly exchange: Exchange;
  readonly request: ModelRequest;
  /** Path and query at the provider. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** See `Relay.restore`. */
  readonly restore: Restore | null;
  /** `alt=sse` was asked for. */
  readonly wantsEvents: boolean;
}

/** Sends an allowed request upstream and its answer down, chunk by chunk. Returns at once; nothing is thrown. */
export function sendOn(sending: Sending): void {
  const { exchange, request, body, restore } = sending;
  const { door, caller, session, response } = exchange;
  let sink: Sink | null = null;
  let call: UpstreamCall | null = null;
  const upstream: UpstreamCall = { abort: () => call?.abort(), pause: () => call?.pause(), resume: () => call?.resume() };
  const leave = door.live.add({
    caller,
    session,
    halt: (reason) => (sink ?? waiting(relay)).halt(reason),
    tick: (now) => sink?.tick(now),
  });
  const relay: Relay = createRelay({ exchange, request, promptLength: Buffer.byteLength(body), restore, upstream, leave: () => leave?.() });
  if (leave === null) {
    waiting(relay).broken(new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 }));
    return;
  }
  // Between the decision and here somebody may have been halted: what is watched for begins now.
  const halted = haltOf(door.gate.world(caller.tenant), caller, session);
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
  call = callUpstream(door.dispatcher, requestOf(sending), { listener, limit: door.settings.limits.answerBytes });
}

function requestOf({ exchange, path, headers, body }: Sending): Parameters<typeof callUpstream>[1] {
  const { door, dialect, route } = exchange;
  const { origin, prefix } = originOf(door.settings.upstreams[dialect.provider]?.url ?? '');
  const query = route.streams === 'always' && !path.includes('alt=sse') ? `${path.includes('?') ? '&' : '?'}alt=sse` : '';
  return {
    origin,
    path: `${prefix}${path}${query}`,
    method: route.method,
    headers: body === '' ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === '' ? null : body,
  };
}

const origins = new Map<string, { readonly origin: string; readonly prefix: string }>();

/** A provider behind a path of its own: `https://gateway.example/openai`. */
export function originOf(url: string): { readonly origin: string; readonly prefix: string } {
  const known = origins.get(url);
  if (known !== undefined) return known;
  const parsed = new URL(url);
  const made = { origin: parsed.origin, prefix: parsed.pathname.replace(/\/$/, '') };
  if (origins.size < 64) origins.set(url, made);
  return made;
}

function listenerOf(relay: Relay, sending: Sending, place: { readonly sink: () => Sink; readonly choose: (sink: Sink) => void }): AnswerListener {
  const guarded = (act: () => void): void => {
    if (relay.over()) return;
    try {
      act();
    } catch (error) {
      const coded = codedError(error);
      if (coded.code === 'INTERNAL') relay.exchange.door.onFault({ what: 'passing on an answer', error });
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
  const { exchange, request } = relay;
  const { status, headers } = answer;
  const [media = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const type = media.trim();
  if (status >= 300 || type === 'application/json') return wholeSink(relay, status, headers);
  const streams = exchange.route.streams === 'always' || (exchange.route.streams === 'body' && request.stream);
  if (type !== 'text/event-stream' || !streams) throw upstreamInvalid(`it is of the type ${type.slice(0, 64) || 'unknown'}`);
  const wire: Wire = exchange.route.streams === 'always' && !sending.wantsEvents ? 'array' : 'events';
  exchange.response.writeHead(status, {
    ...answerHeaders(headers, { 'x-aegis-action': exchange.action, 'x-aegis-session': exchange.session }),
    'content-type': wire === 'array' ? 'application/json; charset=utf-8' : 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  return streamSink(relay, wire);
}

/** Before the provider has answered there is nothing to keep well-formed. */
function waiting(relay: Relay): Sink {
  const { response, dialect } = relay.exchange;
  const nothing = (): void => undefined;
  return {
    data: nothing,
    end: nothing,
    tick: nothing,
    gone: () => void relay.finish({ status: 'cancelled', answer: null, errorCode: 'CLIENT_GONE' }),
    broken(error) {
      const unsent = error.code === 'RATE_LIMITED';
      if (relay.finish({ status: 'failed', answer: null, errorCode: error.code, free: unsent })) sendRefusal(response, dialect, refusalOf(error));
    },
    halt(reason) {
      if (!relay.finish({ status: 'cancelled', answer: null, errorCode: 'HALTED' })) return;
      sendRefusal(response, dialect, { status: 403, code: 'HALTED', message: stoppedText(reason, 'HALTED') });
    },
  };
}
