import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { CallDecision } from '../../dialect/model-answer.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';
import type { Place } from './reading.ts';
import { partsOf } from './reading.ts';

/** How far the rewriting of one answer has come. */
export interface Rewriting {
  readonly decisions: readonly CallDecision[];
  /** Signatures of thoughts by the call they stand with. */
  readonly signatures: ReadonlyMap<number, string>;
  /** Calls whose first part was written already. */
  readonly written: Set<number>;
  /** Whether words stand before, so that a refusal begins a paragraph of its own. */
  words: boolean;
}

/** Reasons for stopping that speak of calls. */
const ABOUT_CALLS: ReadonlySet<string> = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS']);

/** One body with each call as its decision leaves it; null when nothing is left that a client would miss. */
export function rewriteBody(body: JsonObject, places: readonly Place[], rewriting: Rewriting): JsonObject | null {
  let left = false;
  const candidates = listOf(body.candidates).map((value, at): Json => {
    const candidate = objectOf(value) ?? {};
    const here = new Map(places.filter((place) => place.candidate === at).map(({ part, call }) => [part, call]));
    const parts = partsOf(candidate).flatMap((part, index) => rewritePart(part, here.get(index), rewriting));
    const finish = textOf(candidate.finishReason);
    left ||= parts.length > 0 || finish !== null;
    // Both may quote the call.
    const { logprobsResult: _logprobs, finishMessage: _message, ...rest } = candidate;
    const reason = finish === null ? {} : { finishReason: ABOUT_CALLS.has(finish) ? 'STOP' : finish };
    return { ...rest, content: { ...objectOf(candidate.content), parts: parts.length > 0 ? parts : [{ text: '' }] }, ...reason };
  });
  return left || candidates.length === 0 ? { ...body, candidates } : null;
}

function rewritePart(part: JsonObject, call: number | undefined, rewriting: Rewriting): readonly JsonObject[] {
  const decision = call === undefined ? undefined : rewriting.decisions[call];
  if (call === undefined) {
    if (part.thought !== true && (textOf(part.text) ?? '') !== '') rewriting.words = true;
    return [part];
  }
  if (decision === undefined) throw new Error('there is not one decision for each call');
  // Arguments of what the provider ran already cannot be replaced.
  if (decision.kind === 'replace' && part.functionCall === undefined) return [part];
  const signature = rewriting.signatures.get(call);
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  if (decision.kind === 'pass') {
    const first = !rewriting.written.has(call) && part.functionCall !== undefined;
    rewriting.written.add(call);
    return [first && part.thoughtSignature === undefined ? { ...part, ...signed } : part];
  }
  if (rewriting.written.has(call)) return [];
  rewriting.written.add(call);
  if (decision.kind === 'refuse') {
    const text = rewriting.words ? `\n\n${decision.text}` : decision.text;
    rewriting.words = true;
    return [{ text, ...signed }];
  }
  const { partialArgs: _pieces, willContinue: _more, ...whole } = objectOf(part.functionCall) ?? {};
  return [{ ...part, ...signed, functionCall: { ...whole, args: decision.args } }];
}
