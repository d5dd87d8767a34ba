import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ToolCall } from '../../dialect/model-answer.ts';
import { carriesCall, soundsLikeCall, unknownCarries } from '../../dialect/carries.ts';
import { objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';

/** Blocks that are words, or say which model speaks; never a call. */
const WORDS: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking', 'compaction', 'fallback']);

/** Members of those blocks. */
const IN_WORDS: ReadonlySet<string> = new Set('type text citations thinking signature data content encrypted_content from to trigger'.split(' '));

/** Calls the provider runs itself, and what came of them. */
const RUN_THERE: ReadonlySet<string> = new Set(['server_tool_use', 'mcp_tool_use']);

export type BlockKind = 'words' | 'call' | 'done' | 'result';

/**
 * What a content block is. An unknown kind is words, unless it is called as calls are or has a name, beside which arguments may be streamed.
 * @throws AegisError UPSTREAM_INVALID
 */
export function kindOf(block: JsonObject): BlockKind {
  const type = textOf(block['type']) ?? '';
  if (WORDS.has(type)) {
    if (unknownCarries(block, IN_WORDS) !== null) throw upstreamInvalid('a content block is of two kinds');
    return 'words';
  }
  if (type === 'tool_use') return 'call';
  if (RUN_THERE.has(type)) return 'done';
  if (type.endsWith('_tool_result')) return 'result';
  if (soundsLikeCall(type) || textOf(block['name']) !== null || carriesCall(block)) {
    throw upstreamInvalid(`a content block is of the unknown type ${type.slice(0, 64)}, which can carry a tool call`);
  }
  return 'words';
}

/** Whether a content block is of a kind that nobody here knows. */
export function isUnknown(block: JsonObject): boolean {
  const type = textOf(block['type']) ?? '';
  return !WORDS.has(type) && !RUN_THERE.has(type) && type !== 'tool_use' && !type.endsWith('_tool_result');
}

/** The call a block is; `args` null when they are not one strict object. */
export function callOf(block: JsonObject, args: JsonObject | null): ToolCall {
  const id = textOf(block['id']);
  const name = textOf(block['name']);
  if (id === null || name === null) throw upstreamInvalid('a tool use has no id or no name');
  return { id, name, args, ...(kindOf(block) === 'done' ? { done: true } : {}) };
}

/** A whole block's arguments; a missing input is none at all. */
export function inputOf(block: JsonObject): JsonObject | null {
  const input: Json | undefined = block['input'];
  return input === undefined ? {} : objectOf(input);
}

export function stopOf(reason: Json | undefined, kept: number): Json {
  return reason === 'tool_use' && kept === 0 ? 'end_turn' : (reason ?? null);
}
