import type { JsonObject } from '../../../../kernel/json.ts';

/** The kind OpenAI names an error by, for each status its SDKs tell apart. */
const KINDS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
};

/** The `error` member of OpenAI's bodies; both of its interfaces have it. */
export function openaiError(terms: { readonly status: number; readonly code: string; readonly message: string }): JsonObject {
  return { message: terms.message, type: KINDS[terms.status] ?? 'server_error', param: null, code: terms.code };
}
