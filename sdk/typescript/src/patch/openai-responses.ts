import type { ToolCall } from '../calls.ts';
import { isObject, parseArgs, toJson } from '../json.ts';
import type { Json, JsonObject } from '../wire.ts';
import { list, text, textOf, type Dialect } from './dialect.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Output items that make the agent act. Server-side tools have run already when we see them; they are not ours to hold. */
const ACTING = new Set([
  'function_call',
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'mcp_approval_request',
]);

/** OpenAI Responses: `output[]` items; streamed as `response.output_item.*` and `response.function_call_arguments.*` events. */
export const openaiResponses: Dialect = {
  incoming(params) {
    const input = params['input'];
    if (typeof input === 'string') return { users: [input], results: [] };
    const items = list(input);
    return {
      users: items.filter((item) => item['role'] === 'user').map((item) => textOf(item['content'])),
      results: items
        .filter((item) => text(item['type']).endsWith('_output'))
        .map((item) => ({ callId: text(item['call_id']), value: (item['output'] ?? null) as Json, failed: item['status'] === 'incomplete' })),
    };
  },
  calls: (answer) => acting(answer).map(toCall),
  replace(answer, args) {
    for (const item of acting(answer)) write(item, args);
  },
  holds: (event) => isActing(event['item']) || (isObject(event['response']) && acting(event['response']).length > 0),
  assemble: (held) => said(held).map(toCall),
  rewrite(held, args) {
    const itemToCall = new Map(
      held.filter((event) => isActing(event['item'])).map((event) => [text((event['item'] as JsonObject)['id']), idOf(event['item'] as JsonObject)]),
    );
    for (const event of held) {
      if (event['type'] === 'response.output_item.done' && isActing(event['item'])) write(event['item'] as JsonObject, args);
      if (isObject(event['response'])) for (const item of acting(event['response'])) write(item, args);
    }
    return rewriteArguments(held, itemToCall, args);
  },
};

/**
 * Each call as its own last event has it, and those that only the whole answer names. What is said in two ways is two calls under one id, which `decide`
 * refuses.
 */
function said(held: readonly JsonObject[]): readonly JsonObject[] {
  const items = new Map<string, JsonObject>();
  for (const event of held) {
    const done = event['type'] === 'response.output_item.done' && isActing(event['item']) ? [event['item'] as JsonObject] : [];
    for (const item of [...done, ...(isObject(event['response']) ? acting(event['response']) : [])]) items.set(JSON.stringify(toCall(item)), item);
  }
  return [...items.values()];
}

function rewriteArguments(
  held: readonly JsonObject[],
  itemToCall: ReadonlyMap<string, string>,
  args: ReadonlyMap<string, JsonObject>,
): readonly JsonObject[] {
  const sent = new Set<string>();
  return held.flatMap((event) => {
    const decided = args.get(itemToCall.get(text(event['item_id'])) ?? '');
    if (decided === undefined) return [event];
    const whole = JSON.stringify(decided);
    if (event['type'] === 'response.function_call_arguments.done') return [{ ...event, arguments: whole }];
    if (event['type'] !== 'response.function_call_arguments.delta') return [event];
    const first = !sent.has(text(event['item_id']));
    sent.add(text(event['item_id']));
    return first ? [{ ...event, delta: whole }] : [];
  });
}

function acting(answer: JsonObject): readonly JsonObject[] {
  return list(answer['output']).filter(isActing);
}

function isActing(item: Json | undefined): boolean {
  return isObject(item) && ACTING.has(text(item['type']));
}

function idOf(item: JsonObject): string {
  return text(item['call_id']) || text(item['id']);
}

function toCall(item: JsonObject): ToolCall {
  const kind = text(item['type']);
  if (kind === 'function_call') return { id: idOf(item), name: text(item['name']), args: parseArgs(text(item['arguments'])) };
  if (kind === 'custom_tool_call') return { id: idOf(item), name: text(item['name']), args: { input: text(item['input']) } };
  const action = toJson(item['action'] ?? item['operation'] ?? item['arguments'] ?? null);
  return { id: idOf(item), name: kind.replace(/_call$/, ''), args: isObject(action) ? action : { input: action } };
}

function write(item: JsonObject, args: ReadonlyMap<string, JsonObject>): void {
  const decided = args.get(idOf(item));
  if (decided === undefined) return;
  const target = item as Mutable<JsonObject>;
  if (item['type'] === 'function_call') target['arguments'] = JSON.stringify(decided);
  else if (item['type'] === 'custom_tool_call') target['input'] = text(decided['input']);
  else if ('action' in item) target['action'] = decided;
}
