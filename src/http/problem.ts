import { AegisError } from '../errors.ts';
import type { JsonObject } from '../kernel/json.ts';

/** RFC 9457 problem details, the body of every answer that is not a success. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly pointer?: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A refusal with more to say than a problem has fields for. Returned by a handler, not thrown. */
export interface Refusal {
  readonly refused: AegisError;
  readonly extensions: JsonObject;
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused instanceof AegisError;
}

/** The problem of a refusal, with what more it has to say. */
export function refusedBody({ refused, extensions }: Refusal): object {
  return { ...problemOf(refused), ...extensions };
}

export function problemOf(error: AegisError): Problem {
  const title = error.code.toLowerCase().replaceAll('_', ' ');
  const base = { type: `urn:aegis:error:${error.code}`, title, status: error.status, code: error.code, detail: error.message, hint: error.hint };
  return error.pointer === undefined ? base : { ...base, pointer: error.pointer };
}

/** What the HTTP framework calls its own refusals, in our words. Whatever has no word here is ours to answer for: INTERNAL. */
export function codedError(error: unknown, terms: { readonly bodyBytes: number }): AegisError {
  if (error instanceof AegisError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AegisError('BODY_TOO_LARGE', { limit: terms.bodyBytes });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new AegisError('MEDIA_TYPE');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AegisError('REQUEST_INVALID', { detail: 'The body is not as long as Content-Length says' });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AegisError('REQUEST_INVALID', { detail: 'The path is not valid' });
    case 'ECONNRESET':
      return new AegisError('REQUEST_INVALID', { detail: 'The client disconnected before the request was complete' });
    default:
      return new AegisError('INTERNAL');
  }
}
