import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { AegisError } from '../../../errors.ts';
import type { Decision } from '../../../kernel/decision.ts';
import { decisive, textOf } from '../../../gate/refusal.ts';
import type { Dialect } from '../dialect/dialect.ts';

/** No cache, no sniffing; never a cookie or a CORS header (AUTH-4). */
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** A refusal as the provider's own SDKs read errors (LLM-10). */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export function refusalOf(error: AegisError): Refusal {
  const retry = Number(error.details['retryAfterMs'] ?? Number.NaN);
  return {
    status: error.status,
    code: error.code,
    message: `${error.message.replace(/\.$/, '')}. ${error.hint}`,
    ...(Number.isFinite(retry) ? { retryAfterMs: retry } : {}),
  };
}

/** A decision that does not let the request go, with the code of the reason that made it. */
export function refusalOfDecision(decision: Decision): Refusal {
  const [first] = decisive(decision);
  return {
    status: decision.effect === 'defer' ? 429 : 403,
    code: first?.code ?? 'DENIED',
    message: textOf(decision) ?? '',
    ...(decision.effect === 'defer' ? { retryAfterMs: decision.defer.retryAfterMs } : {}),
  };
}

/** Anything thrown, as a coded error. What is not ours is a broken invariant: it is told to the operator and never to a client. */
export function codedError(error: unknown): AegisError {
  return error instanceof AegisError ? error : new AegisError('INTERNAL');
}

export function sendRefusal(response: ServerResponse, dialect: Dialect | null, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, code, message, retryAfterMs } = refusal;
  const body = dialect === null ? { error: { type: code, code, message } } : dialect.errorBody({ status, code, message });
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-aegis-code': code,
    // What was refused stays refused: asking again at once only asks twice.
    ...(status === 403 ? { 'x-should-retry': 'false' } : {}),
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  });
  response.end(text);
}

const PASSED: ReadonlySet<string> = new Set(['request-id', 'x-request-id', 'retry-after', 'retry-after-ms', 'x-should-retry', 'cf-ray']);
const PASSED_PREFIXES = ['x-ratelimit-', 'anthropic-', 'openai-', 'x-goog-'] as const;

/** The provider's headers that mean something to its SDKs, and ours. */
export function answerHeaders(headers: IncomingHttpHeaders, ours: Readonly<Record<string, string>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (PASSED.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix))) passed[name] = value;
  }
  return { ...passed, ...HEADERS, ...ours };
}
