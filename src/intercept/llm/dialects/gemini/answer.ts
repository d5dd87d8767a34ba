import type { JsonObject } from '../../../../kernel/json.ts';
import type { Answer, CallDecision } from '../../dialect/model-answer.ts';
import { answerOf, newReading, readBody, signaturesOf } from './reading.ts';
import { rewriteBody } from './rewrite.ts';

export function readAnswer(body: JsonObject): Answer {
  const reading = newReading();
  readBody(reading, body);
  return answerOf(reading);
}

/** @throws Error when there is not one decision for each call, a broken invariant */
export function rewriteAnswer(body: JsonObject, decisions: readonly CallDecision[]): JsonObject {
  const reading = newReading();
  const places = readBody(reading, body);
  if (decisions.length !== reading.calls.length) throw new Error('there is not one decision for each call');
  if (decisions.every((decision) => decision.kind === 'pass')) return body;
  return rewriteBody(body, places, { decisions, signatures: signaturesOf(reading.calls, decisions), written: new Set(), words: false }) ?? body;
}
