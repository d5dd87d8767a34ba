import type { Dialect } from '../../dialect/dialect.ts';
import { frameOf } from '../../dialect/frame.ts';
import { openaiError } from './error.ts';
import { readAnswer, rewriteAnswer } from './answer.ts';
import { addMissingOutputs } from './missing-outputs.ts';
import { promptShape } from './prompt-shape.ts';
import { createReader } from './reader.ts';
import { readRequest } from './request.ts';
import { createRestorer, restoreAnswer } from './restorer.ts';

/** OpenAI Responses, and the servers that speak it. Source: OpenAI API reference, Responses and its streaming events. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  provider: 'openai',
  routes: [
    { method: 'POST', path: '/v1/responses', kind: 'generate', streams: 'body' },
    { method: 'POST', path: '/v1/responses/input_tokens', kind: 'count', streams: 'never' },
  ],
  keyHeader: 'authorization',
  headers: ['openai-organization', 'openai-project', 'openai-beta'],
  // Codex, now and before. Source: openai/codex, codex-api, request headers.
  sessionHeaders: ['session-id', 'session_id'],
  query: [],
  keepAlive: ': aegis is waiting\n\n',
  readRequest: (body, route) => readRequest(body, route),
  addMissingOutputs,
  readAnswer,
  rewriteAnswer,
  createReader,
  promptShape,
  createRestorer,
  restoreAnswer,
  errorBody: (terms) => ({ error: openaiError(terms) }),
  // Both shapes that are in use: the members themselves, and under `error`, by which the SDKs know an error.
  errorFrame: (terms) => frameOf({ ...openaiError(terms), type: 'error', sequence_number: 0, error: openaiError(terms) }, 'error'),
};
