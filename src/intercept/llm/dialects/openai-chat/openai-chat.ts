import type { Dialect } from '../../dialect/dialect.ts';
import { frameOf } from '../../dialect/frame.ts';
import { readAnswer, rewriteAnswer } from './answer.ts';
import { promptShape } from './prompt-shape.ts';
import { createReader } from './reader.ts';
import { readRequest } from './request.ts';
import { createRestorer, restoreAnswer } from './restorer.ts';

/** OpenAI Chat Completions, and the many servers that speak it. Source: OpenAI API reference, Chat. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  provider: 'openai',
  routes: [
    { method: 'POST', path: '/v1/chat/completions', kind: 'generate', streams: 'body' },
    { method: 'GET', path: '/v1/models', kind: 'list', streams: 'never' },
    { method: 'GET', path: '/v1/models/{model}', kind: 'list', streams: 'never' },
  ],
  keyHeader: 'authorization',
  headers: ['openai-organization', 'openai-project', 'openai-beta'],
  sessionHeaders: ['session-id', 'session_id'],
  query: [],
  keepAlive: ': aegis is waiting\n\n',
  readRequest: (body, route) => readRequest(body, route),
  readAnswer,
  rewriteAnswer,
  createReader,
  promptShape,
  createRestorer,
  restoreAnswer,
  errorBody: ({ status, code, message }) => ({ error: { message, type: typeOf(status), param: null, code } }),
  errorFrame: ({ status, code, message }) => frameOf({ error: { message, type: typeOf(status), param: null, code } }),
};

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
