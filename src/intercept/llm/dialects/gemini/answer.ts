import type { JsonObject } from '../../../../kernel/json.ts';
import type { Answer, Verdict } from '../../dialect.ts';
import { answerOf, newReading, readBody } from './reading.ts';
import { rewriteBody } from './rewrite.ts';

export function readAnswer(body: JsonObject): Answer {
  const reading = newReading();
  readBody(reading, body);
  return answerOf(reading);
}

/** @throws Error when there is not one verdict for each call, a broken invariant */
export function rewriteAnswer(body: JsonObject, verdicts: readonly Verdict[]): JsonObject {
  const reading = newReading();
  const places = readBody(reading, body);
  if (verdicts.length !== reading.calls.length) throw new Error('there is not one verdict for each call');
  if (verdicts.every((verdict) => verdict.kind === 'pass')) return body;
  return rewriteBody(body, places, { verdicts, written: new Set(), words: false }) ?? body;
}
