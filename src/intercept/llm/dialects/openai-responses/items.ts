import type { JsonObject } from '../../../../kernel/json.ts';
import { carriesCall, soundsLikeCall } from '../../dialect/carries.ts';
import { sameArguments, sameJson } from '../../dialect/same-json.ts';
import type { ToolCall } from '../../dialect/model-answer.ts';
import { argsOf, listOf, objectOf, textOf } from '../../dialect/members.ts';

/** Items that ask for nothing and carry no call: words, thoughts, results of what already ran, lists of tools. */
const INERT: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'compaction',
  'context_compaction',
  'mcp_list_tools',
  'mcp_approval_response',
  'additional_tools',
  'function_call_output',
  'custom_tool_call_output',
  'computer_call_output',
  'local_shell_call_output',
  'shell_call_output',
  'apply_patch_call_output',
  'tool_search_output',
  'program_output',
]);

/** Calls the provider runs itself; when we read them they have happened. */
const DONE: ReadonlySet<string> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'program',
]);

export type ItemKind = 'inert' | 'done' | 'asked';

/**
 * Whether an item is a call, and whose. An unknown kind is a call the agent would run when it is called as calls are, has a name, beside which
 * arguments may be streamed, or holds anything a call could stand in.
 */
export function itemKindOf(item: JsonObject): ItemKind {
  const type = textOf(item.type) ?? '';
  if (INERT.has(type)) return 'inert';
  if (DONE.has(type)) return 'done';
  if (type === 'shell_call' && textOf(objectOf(item.environment)?.type) === 'container_reference') return 'done';
  if (type === 'tool_search_call' && textOf(item.execution) === 'server') return 'done';
  if (Object.hasOwn(SHAPES, type)) return 'asked';
  return soundsLikeCall(type) || textOf(item.name) !== null || carriesCall(item) ? 'asked' : 'inert';
}

/** Whether nobody here knows an item of this kind. */
export function isUnknown(item: JsonObject): boolean {
  const type = textOf(item.type) ?? '';
  return !INERT.has(type) && !DONE.has(type) && !Object.hasOwn(SHAPES, type);
}

/** How one type of item holds the arguments of its call. */
interface Shape {
  /** The tool's name, when the item does not name it. */
  readonly name?: string;
  readonly read: (item: JsonObject) => JsonObject | null;
  readonly write: (item: JsonObject, args: JsonObject) => JsonObject;
}

const text: Shape = {
  read: (item) => argsOf(textOf(item.arguments) ?? ''),
  write: (item, args) => ({ ...item, arguments: JSON.stringify(args) }),
};
const freeForm = (member: string): Shape => ({
  read: (item) => {
    const value = textOf(item[member]);
    return value === null ? null : { input: value };
  },
  write: (item, args) => ({ ...item, [member]: textOf(args.input) ?? JSON.stringify(args) }),
});
const member = (name: string, holds: string): Shape => ({
  name,
  read: (item) => objectOf(item[holds]),
  write: (item, args) => ({ ...item, [holds]: args }),
});
const members = (name: string, holds: readonly string[]): Shape => ({
  name,
  read: (item) => Object.fromEntries(holds.flatMap((one) => (item[one] === undefined ? [] : [[one, item[one]]]))),
  write: (item, args) => ({ ...Object.fromEntries(Object.entries(item).filter(([one]) => !holds.includes(one))), ...args }),
});

const SHAPES: Readonly<Record<string, Shape>> = {
  function_call: text,
  mcp_approval_request: text,
  mcp_call: text,
  custom_tool_call: freeForm('input'),
  local_shell_call: member('local_shell', 'action'),
  shell_call: member('shell', 'action'),
  apply_patch_call: member('apply_patch', 'operation'),
  tool_search_call: member('tool_search', 'arguments'),
  computer_call: members('computer', ['action', 'actions']),
  web_search_call: members('web_search', ['action', 'arguments']),
  file_search_call: members('file_search', ['queries']),
  code_interpreter_call: members('code_interpreter', ['code', 'container_id']),
  image_generation_call: members('image_generation', ['revised_prompt']),
  program: members('program', ['code']),
};

/** Members every item may have that say nothing about what its call does. */
const FRAME = new Set(['id', 'type', 'status', 'call_id', 'name', 'namespace', 'caller', 'created_by']);

function shapeOf(item: JsonObject): Shape {
  const type = textOf(item.type) ?? '';
  if (Object.hasOwn(SHAPES, type)) return SHAPES[type] ?? text;
  return members(
    type,
    Object.keys(item).filter((name) => !FRAME.has(name)),
  );
}

/** The call an item asks for or records; `ended` false: its arguments may not be whole. */
export function callOf(item: JsonObject, place: number, ended = true): ToolCall {
  const shape = shapeOf(item);
  const whole = ended && textOf(item.status) !== 'incomplete';
  const named = [item.call_id, item.id].map((id) => textOf(id)).find((id) => id !== null && id !== '');
  const type = textOf(item.type);
  const call = {
    id: named ?? `item_${String(place)}`,
    name: textOf(item.name) ?? shape.name ?? textOf(item.type) ?? 'unknown',
    args: whole ? shape.read(item) : null,
    ...(type === null || type === 'function_call' ? {} : { kind: type }),
  };
  return itemKindOf(item) === 'done' ? { ...call, done: true } : call;
}

/** The item with other arguments for its call. */
export function withArguments(item: JsonObject, args: JsonObject): JsonObject {
  return shapeOf(item).write(item, args);
}

/** The message that stands where a refused call stood. Its id is the call's own under the prefix of messages, so it is unique too. */
export function refusalOf(item: JsonObject, place: number, words: string): JsonObject {
  const id = textOf(item.id) ?? textOf(item.call_id) ?? String(place);
  return messageOf(`msg_${id.slice(id.indexOf('_') + 1)}`, words);
}

export function messageOf(id: string, words: string): JsonObject {
  return { id, type: 'message', status: 'completed', role: 'assistant', content: [partOf(words)] };
}

export function partOf(words: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text: words };
}

/** The words of an item, when it is a message. */
export function wordsOf(item: JsonObject): string {
  if (textOf(item.type) !== 'message') return '';
  return listOf(item.content)
    .map((part) => textOf(objectOf(part)?.text) ?? textOf(objectOf(part)?.refusal) ?? '')
    .join('');
}

/** Whether two items that must be one say the same of their call. */
export function sameCall(one: JsonObject, other: JsonObject): boolean {
  if (textOf(one.type) !== textOf(other.type) || textOf(one.name) !== textOf(other.name)) return false;
  if (textOf(one.call_id) !== textOf(other.call_id) || itemKindOf(one) !== itemKindOf(other)) return false;
  const [a, b] = [textOf(one.arguments), textOf(other.arguments)];
  if (a !== null && b !== null) return sameArguments(a, b);
  const shape = shapeOf(one);
  return sameJson(shape.read(one), shape.read(other));
}
