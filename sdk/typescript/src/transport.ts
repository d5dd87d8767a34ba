import { AegisRefusedError, AegisUnavailableError } from './errors.ts';
import type { Json } from './wire.ts';

export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Transport {
  /** Resolves with the parsed answer of a 2xx; rejects with AegisRefusedError for a coded refusal and AegisUnavailableError for anything else. */
  send(request: Sending): Promise<Json>;
}

export interface TransportOptions {
  readonly url: string;
  readonly key: string;
  /** For one request that does not wait for a person. Default 10_000. */
  readonly timeoutMs: number;
}

export function httpTransport({ url, key, timeoutMs }: TransportOptions): Transport {
  const base = url.replace(/\/+$/, '');
  return {
    async send({ method, path, body, deadlineMs = timeoutMs, signal }): Promise<Json> {
      const deadline = AbortSignal.timeout(deadlineMs);
      let response: Response;
      let text: string;
      try {
        response = await fetch(base + path, {
          method,
          headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
          redirect: 'error',
        });
        text = await response.text();
      } catch (cause) {
        signal?.throwIfAborted();
        throw new AegisUnavailableError(base, cause);
      }
      return answer(base, response.status, text);
    },
  };
}

/** Anything but a well-formed 2xx is not an answer to act on (200 with garbage, half JSON, a foreign 500). */
function answer(base: string, status: number, text: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new AegisUnavailableError(base, cause);
  }
  if (status >= 200 && status < 300) return parsed as Json;
  const problem =
    typeof parsed === 'object' && parsed !== null ? (parsed as { code?: unknown; detail?: unknown; hint?: unknown; title?: unknown }) : {};
  // A closed gate is Aegis saying it cannot decide: the same as not being there.
  if (typeof problem.code !== 'string' || status === 503) throw new AegisUnavailableError(base, new Error(`status ${status}`));
  throw new AegisRefusedError({
    code: problem.code,
    status,
    detail: String(problem.detail ?? problem.title ?? 'refused'),
    hint: String(problem.hint ?? ''),
  });
}
