import type { JsonObject } from '../../../../kernel/json.ts';
import type { Dialect } from '../../dialect/dialect.ts';
import { frameOf } from '../../dialect/frame.ts';
import { readAnswer, rewriteAnswer } from './answer.ts';
import { promptShape } from './prompt-shape.ts';
import { createReader } from './reader.ts';
import { readRequest } from './request.ts';
import { createRestorer, restoreAnswer } from './restorer.ts';

/** Anthropic Messages and count_tokens. Source: Anthropic API reference, Messages and Streaming. */
export const anthropic: Dialect = {
  name: 'anthropic',
  provider: 'anthropic',
  routes: [
    { method: 'POST', path: '/v1/messages', kind: 'generate', streams: 'body' },
    { method: 'POST', path: '/v1/messages/count_tokens', kind: 'count', streams: 'never' },
    { method: 'GET', path: '/v1/models', kind: 'list', streams: 'never' },
    { method: 'GET', path: '/v1/models/{model}', kind: 'list', streams: 'never' },
  ],
  keyHeader: 'x-api-key',
  headers: ['anthropic-version', 'anthropic-beta', 'anthropic-dangerous-direct-browser-access'],
  // Source: Claude Code documentation, LLM gateway protocol.
  sessionHeaders: ['x-claude-code-session-id'],
  query: ['beta=true', 'limit', 'after_id', 'before_id'],
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  readRequest: (body, route) => readRequest(body, route),
  readAnswer,
  rewriteAnswer,
  createReader: () => createReader(),
  promptShape,
  createRestorer,
  restoreAnswer,
  errorBody,
  errorFrame: (terms) => frameOf(errorBody(terms), 'error'),
};

/** Source: Anthropic API reference, Errors. The code is the first word unless the message names it: the shape has no place of its own for it. */
function errorBody({ status, code, message }: { readonly status: number; readonly code: string; readonly message: string }): JsonObject {
  return { type: 'error', error: { type: typeOf(status), message: message.includes(`(${code})`) ? message : `${code}: ${message}` } };
}

function typeOf(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 503:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}
