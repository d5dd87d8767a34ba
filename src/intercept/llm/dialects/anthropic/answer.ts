import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { UNDECIDED } from '../../dialect/model-answer.ts';
import type { Answer, CallDecision } from '../../dialect/model-answer.ts';
import { listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { unknownIn } from '../../dialect/carries.ts';
import { failureOf } from '../../dialect/failure.ts';
import { callOf, inputOf, isUnknown, kindOf, stopOf } from './blocks.ts';
import { usageOf } from './usage.ts';

/** Members of a message that are read, or carry nothing. Source: Anthropic API reference, Create a message. */
export const BODY: ReadonlySet<string> = new Set(
  'id type role model content stop_reason stop_sequence stop_details usage container context_management error input_tokens'.split(' '),
);

export function readAnswer(body: JsonObject): Answer {
  const blocks = blocksOf(body);
  const unknown = unknownIn(body, BODY) + blocks.filter(isUnknown).length;
  const failure = failureOf(body['error']);
  const id = textOf(body['id']);
  const model = textOf(body['model']);
  return {
    ...(id === null ? {} : { id }),
    ...(model === null ? {} : { model }),
    text: blocks.map((block) => (block['type'] === 'text' ? (textOf(block['text']) ?? '') : '')).join(''),
    calls: blocks.filter(isCall).map((block) => callOf(block, inputOf(block))),
    // count_tokens answers with the count alone.
    usage: usageOf(body['usage'] ?? {}),
    complete: textOf(body['stop_reason']) !== null,
    ...(failure === null ? {} : { failure }),
    ...(unknown === 0 ? {} : { unknown }),
  };
}

/** Each refused call becomes a block of text in its place (LLM-5). */
export function rewriteAnswer(body: JsonObject, decisions: readonly CallDecision[]): JsonObject {
  let at = 0;
  let kept = 0;
  const refused = new Set<Json | undefined>();
  const content = blocksOf(body).flatMap((block): readonly JsonObject[] => {
    if (!isCall(block)) return refused.has(block['tool_use_id']) ? [] : [block];
    const decision = decisions[at++] ?? UNDECIDED;
    if (decision.kind === 'refuse') {
      refused.add(block['id']);
      return [{ type: 'text', text: decision.text }];
    }
    if (kindOf(block) === 'call') kept++;
    return [decision.kind === 'pass' ? block : { ...block, input: decision.args }];
  });
  return { ...body, content, stop_reason: stopOf(body['stop_reason'], kept) };
}

function isCall(block: JsonObject): boolean {
  const kind = kindOf(block);
  return kind === 'call' || kind === 'done';
}

function blocksOf(body: JsonObject): readonly JsonObject[] {
  return listOf(body['content'])
    .filter((value) => value !== null)
    .map((value) => {
      const block = objectOf(value);
      if (block === null) throw upstreamInvalid('a content block is no object');
      kindOf(block);
      return block;
    });
}
