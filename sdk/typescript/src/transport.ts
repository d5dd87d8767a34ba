import { AegisRefusedError, AegisUnavailableError } from './errors.ts';
import { httpTransport } from './http-transport.ts';
import { provenTransport } from './proven-transport.ts';
import { socketsFor } from './socket-place.ts';
import { socketTransport } from './socket-transport.ts';
import type { RawAnswer, Sending, Way } from './way.ts';
import type { Json } from './wire.ts';

export interface Transport {
  /** Resolves with the parsed answer of a 2xx; rejects with AegisRefusedError for a coded refusal and AegisUnavailableError for anything else. */
  send(request: Sending): Promise<Json>;
}

export interface TransportOptions {
  readonly url: string;
  readonly key: string;
  /** Where the local socket lies; `off` for none, '' to look for it by the port of a loopback `url`. */
  readonly socket: string;
  /** The daemon's answer key: over HTTP nothing else is an answer. '' for none. */
  readonly answerKey: string;
  /** For one request that does not wait for a person. */
  readonly timeoutMs: number;
}

/** Over the local socket where one listens, over HTTP where none does. What was asked over one is never asked over the other. */
export function transport({ url, key, socket, answerKey, timeoutMs }: TransportOptions): Transport {
  const base = url.replace(/\/+$/, '');
  const places = socketsFor(base, socket);
  const http = answerKey === '' ? httpTransport(base, key) : provenTransport(base, key, answerKey);
  return {
    async send(request): Promise<Json> {
      const deadline = AbortSignal.timeout(request.deadlineMs ?? timeoutMs);
      const { signal } = request;
      const local = await socketTransport(places, key).catch((cause: unknown) => unavailable(base, cause));
      const way: Way = local ?? http;
      const answer = await way(request, signal === undefined ? deadline : AbortSignal.any([deadline, signal])).catch((cause: unknown) => {
        signal?.throwIfAborted();
        return unavailable(base, cause);
      });
      return accepted(base, answer);
    },
  };
}

/** Set up wrongly is said as it is; everything else is Aegis not being there. */
function unavailable(base: string, cause: unknown): never {
  if (cause instanceof Error && cause.name === 'AegisSetupError') throw cause;
  throw new AegisUnavailableError(base, cause);
}

/** Anything but a 2xx is not an answer to act on. */
function accepted(base: string, { status, body, retryAfter }: RawAnswer): Json {
  if (status >= 200 && status < 300) return body as Json;
  const retryAfterMs = milliseconds(retryAfter);
  const problem = typeof body === 'object' && body !== null ? (body as { code?: unknown; detail?: unknown; hint?: unknown; title?: unknown }) : {};
  // A closed gate is Aegis saying it cannot decide: the same as not being there.
  if (typeof problem.code !== 'string' || status === 503) throw new AegisUnavailableError(base, new Error(`status ${status}`));
  throw new AegisRefusedError({
    code: problem.code,
    status,
    detail: String(problem.detail ?? problem.title ?? 'refused'),
    hint: String(problem.hint ?? ''),
    retryAfterMs,
  });
}

/** `Retry-After` in whole seconds (RFC 9110, 10.2.3); a date is not used by Aegis. */
function milliseconds(seconds: string | null | undefined): number | undefined {
  return typeof seconds === 'string' && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
