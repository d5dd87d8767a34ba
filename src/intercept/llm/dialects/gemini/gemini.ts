import type { JsonObject } from '../../../../kernel/json.ts';
import type { Dialect, ModelRoute } from '../../dialect/dialect.ts';
import { frameOf } from '../../dialect/frame.ts';
import { readAnswer, rewriteAnswer } from './answer.ts';
import { promptShape } from './prompt-shape.ts';
import { createReader } from './reader.ts';
import { readRequest } from './request.ts';
import { createRestorer, restoreAnswer } from './restorer.ts';

/** Canonical codes of Google's errors by status. Source: google.rpc.Code. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function routesOf(version: string): readonly ModelRoute[] {
  const model = `/${version}/models/{model}`;
  return [
    { method: 'POST', path: `${model}:generateContent`, kind: 'generate', streams: 'never' },
    { method: 'POST', path: `${model}:streamGenerateContent`, kind: 'generate', streams: 'always' },
    { method: 'POST', path: `${model}:countTokens`, kind: 'count', streams: 'never' },
    { method: 'GET', path: `/${version}/models`, kind: 'list', streams: 'never' },
    { method: 'GET', path: model, kind: 'list', streams: 'never' },
  ];
}

function errorOf(terms: { readonly status: number; readonly code: string; readonly message: string }): JsonObject {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: terms.code, domain: 'aegis' }];
  return { error: { code: terms.status, message: terms.message, status: STATUSES[terms.status] ?? 'INTERNAL', details } };
}

/** Google's Gemini API. Source: Gemini API reference, models.generateContent and models.streamGenerateContent. */
export const gemini: Dialect = {
  name: 'gemini',
  provider: 'google',
  routes: [...routesOf('v1beta'), ...routesOf('v1')],
  keyHeader: 'x-goog-api-key',
  keyQuery: 'key',
  headers: ['x-goog-api-client', 'x-goog-user-project'],
  query: ['alt=sse', 'pageSize', 'pageToken'],
  keepAlive: ': aegis is waiting\n\n',
  readRequest,
  readAnswer,
  rewriteAnswer,
  createReader,
  promptShape,
  createRestorer,
  restoreAnswer,
  errorBody: errorOf,
  errorFrame: (terms) => frameOf(errorOf(terms)),
};
