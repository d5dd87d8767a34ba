import type { JsonObject } from '../../../../kernel/json.ts';
import type { Answer, CallDecision, ToolCall } from '../../dialect/model-answer.ts';
import { known, listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { unknownIn } from '../../dialect/carries.ts';
import { failureOf } from '../../dialect/failure.ts';
import { callOf, isUnknown, refusalOf, itemKindOf, withArguments, wordsOf } from './items.ts';
import { checkItem } from './slot.ts';
import { usageOf } from './usage.ts';

/** Says `complete` for an answer that is not kept for later: the provider ended it, if only because of a limit or an error. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'incomplete', 'failed', 'cancelled']);

/** Members of a response that are read, or say how it was made. Source: OpenAI API reference, the Response object. */
const BODY: ReadonlySet<string> = new Set(
  (
    'id object created_at completed_at status error incomplete_details instructions max_output_tokens max_tool_calls model output output_text ' +
    'parallel_tool_calls previous_response_id conversation prompt prompt_cache_key prompt_cache_retention reasoning store temperature text ' +
    'tool_choice tools top_p top_logprobs truncation usage user metadata service_tier background safety_identifier billing input_tokens'
  ).split(' '),
);

/** How many members and items of a response are unknown. @throws AegisError UPSTREAM_INVALID when a member can carry a call */
export function unknownOf(response: JsonObject): number {
  return unknownIn(response, BODY) + listOf(response.output).filter((item) => isUnknown(objectOf(item) ?? { type: 'message' })).length;
}

/** The response without its calls, for an answer that failed: nobody decided them. */
export function withoutCalls(response: JsonObject): JsonObject {
  const output = listOf(response.output).filter((value) => itemKindOf(objectOf(value) ?? { type: 'message' }) === 'inert');
  return output.length === listOf(response.output).length ? response : { ...response, output };
}

function itemsOf(body: JsonObject): readonly JsonObject[] {
  return listOf(body.output)
    .filter((value) => value !== null)
    .map((value) => {
      const item = objectOf(value);
      if (item === null) throw upstreamInvalid('an item is not an object');
      checkItem(item);
      return item;
    });
}

/** @throws AegisError UPSTREAM_INVALID when two calls share an id */
export function distinct(calls: readonly ToolCall[]): readonly ToolCall[] {
  if (new Set(calls.map((call) => call.id)).size !== calls.length) throw upstreamInvalid('two calls share an id');
  return calls;
}

export function readAnswer(body: JsonObject): Answer {
  const items = itemsOf(body);
  const unknown = unknownOf(body);
  const failure = failureOf(body.error);
  const calls = items.flatMap((item, place) => (itemKindOf(item) === 'inert' ? [] : [callOf(item, place)]));
  return {
    ...known<Pick<Answer, 'id' | 'model'>>({ id: textOf(body.id) ?? undefined, model: textOf(body.model) ?? undefined }),
    text: items.map(wordsOf).join(''),
    calls: distinct(calls),
    usage: usageOf(body.usage),
    complete: ENDED.has(textOf(body.status) ?? 'completed'),
    ...(failure === null ? {} : { failure }),
    ...(unknown === 0 ? {} : { unknown }),
  };
}

/** @throws Error when there is not one decision for each call, a broken invariant */
export function rewriteAnswer(body: JsonObject, decisions: readonly CallDecision[]): JsonObject {
  const items = itemsOf(body);
  const decided = decisionsByPlace(items, decisions);
  if (decisions.every((decision) => decision.kind === 'pass')) return body;
  return withOutput(
    body,
    items.map((item, place) => rewritten(item, place, decided.get(place))),
  );
}

const LEFT_OUT: CallDecision = { kind: 'refuse', text: 'What came of it is left out.' };

/**
 * The decisions by place in the output: those of the calls, in their order, and for the results of what the provider ran against a
 * refusal, that they are left out.
 * @throws Error when there is not one decision for each call, a broken invariant
 */
export function decisionsByPlace(items: readonly JsonObject[], decisions: readonly CallDecision[]): ReadonlyMap<number, CallDecision> {
  const decided = new Map<number, CallDecision>();
  const refused = new Set<string>();
  let next = 0;
  for (const [place, item] of items.entries()) {
    const call = textOf(item.call_id);
    if (itemKindOf(item) === 'inert') {
      if (call !== null && refused.has(call)) decided.set(place, LEFT_OUT);
      continue;
    }
    const decision = decisions[next++];
    if (decision === undefined) break;
    decided.set(place, decision);
    if (decision.kind === 'refuse' && call !== null) refused.add(call);
  }
  if (next !== decisions.length) throw new Error('there is not one decision for each call');
  return decided;
}

/** The item a decision leaves. Arguments of what the provider ran already cannot be replaced. */
export function rewritten(item: JsonObject, place: number, decision: CallDecision | undefined): JsonObject {
  if (decision === undefined || decision.kind === 'pass') return item;
  if (decision.kind === 'refuse') return refusalOf(item, place, decision.text);
  return itemKindOf(item) === 'done' ? item : withArguments(item, decision.args);
}

/** The response with other output; the text some servers repeat beside it follows. */
export function withOutput(response: JsonObject, output: readonly JsonObject[]): JsonObject {
  const text = textOf(response.output_text) === null ? {} : { output_text: output.map(wordsOf).join('') };
  return { ...response, output, ...text };
}
