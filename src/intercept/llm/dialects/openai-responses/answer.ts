import type { JsonObject } from '../../../../kernel/json.ts';
import type { Answer, ToolCall, Verdict } from '../../dialect.ts';
import { known, listOf, objectOf, textOf, upstreamInvalid } from '../../members.ts';
import { callOf, refusalOf, standingOf, withArguments, wordsOf } from './items.ts';
import { checkItem } from './slot.ts';
import { usageOf } from './usage.ts';

/** Says `complete` for an answer that is not kept for later: the provider ended it, if only because of a limit or an error. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'incomplete', 'failed', 'cancelled']);

function itemsOf(body: JsonObject): readonly JsonObject[] {
  return listOf(body.output).map((value) => {
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
  const calls = items.flatMap((item, place) => (standingOf(item) === 'inert' ? [] : [callOf(item, place)]));
  return {
    ...known<Pick<Answer, 'id' | 'model'>>({ id: textOf(body.id) ?? undefined, model: textOf(body.model) ?? undefined }),
    text: items.map(wordsOf).join(''),
    calls: distinct(calls),
    usage: usageOf(body.usage),
    complete: ENDED.has(textOf(body.status) ?? 'completed'),
  };
}

/** One verdict per call, in the order of the output. @throws Error when they are not as many, a broken invariant */
export function rewriteAnswer(body: JsonObject, verdicts: readonly Verdict[]): JsonObject {
  let next = 0;
  const output = itemsOf(body).map((item, place) => (standingOf(item) === 'inert' ? item : rewritten(item, place, verdicts[next++])));
  if (next !== verdicts.length) throw new Error('there is not one verdict for each call');
  if (verdicts.every((verdict) => verdict.kind === 'pass')) return body;
  return withOutput(body, output);
}

/** The item a verdict leaves. What the provider ran already stays as it is: it can only be recorded. */
export function rewritten(item: JsonObject, place: number, verdict: Verdict | undefined): JsonObject {
  if (verdict === undefined) throw new Error('there is not one verdict for each call');
  if (verdict.kind === 'pass' || standingOf(item) === 'done') return item;
  return verdict.kind === 'refuse' ? refusalOf(item, place, verdict.text) : withArguments(item, verdict.args);
}

/** The response with other output; the text some servers repeat beside it follows. */
export function withOutput(response: JsonObject, output: readonly JsonObject[]): JsonObject {
  const text = textOf(response.output_text) === null ? {} : { output_text: output.map(wordsOf).join('') };
  return { ...response, output, ...text };
}
