import type { ToolCall } from '../calls.ts';
import { isObject, parseArgs, toArgs } from '../json.ts';
import type { JsonObject } from '../wire.ts';
import { list, text, textOf, type Dialect } from './dialect.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Anthropic Messages: `content[]` blocks of type `tool_use`; streamed as content_block_start, input_json_delta, content_block_stop. */
export const anthropicMessages: Dialect = {
  incoming(params) {
    const users = list(params['messages']).filter((message) => message['role'] === 'user');
    return {
      users: users.map((message) =>
        textOf(typeof message['content'] === 'string' ? message['content'] : list(message['content']).filter((block) => block['type'] === 'text')),
      ),
      results: users
        .flatMap((message) => list(message['content']))
        .filter((block) => block['type'] === 'tool_result')
        .map((block) => ({ callId: text(block['tool_use_id']), value: textOf(block['content']), failed: block['is_error'] === true })),
    };
  },
  calls: (answer) => uses(answer).map(toCall),
  replace(answer, args) {
    for (const block of uses(answer)) put(block, args.get(text(block['id'])));
  },
  holds: (event) =>
    (event['type'] === 'content_block_start' && isObject(event['content_block']) && event['content_block']['type'] === 'tool_use') ||
    (isObject(event['message']) && uses(event['message']).length > 0),
  assemble: (held) => [...begun(held).map(toCall), ...[...assembled(held).values()].flatMap(spelled)],
  rewrite(held, args) {
    const blocks = assembled(held);
    const sent = new Set<string>();
    for (const block of begun(held)) put(block, args.get(text(block['id'])));
    return held.flatMap((event) => {
      const key = String(event['index']);
      const open = blocks.get(key);
      const decided = args.get(open?.id ?? '');
      if (decided === undefined) return [event];
      if (event['type'] === 'content_block_start' && open?.json === '') put(event['content_block'] as JsonObject, decided);
      if (event['type'] !== 'content_block_delta') return [event];
      if (sent.has(key)) return [];
      sent.add(key);
      return [{ ...event, delta: { type: 'input_json_delta', partial_json: JSON.stringify(decided) } }];
    });
  },
};

function toCall(block: JsonObject): ToolCall {
  return { id: text(block['id']), name: text(block['name']), args: toArgs(block['input']) };
}

function put(block: JsonObject, decided: JsonObject | undefined): void {
  if (decided !== undefined) (block as Mutable<JsonObject>)['input'] = decided;
}

/** Calls that stand whole in the beginning of an answer. */
function begun(held: readonly JsonObject[]): readonly JsonObject[] {
  return held.flatMap((event) => (isObject(event['message']) ? uses(event['message']) : []));
}

/** What is said in two ways is two calls under one id, which `decide` refuses. */
function spelled({ id, name, json, input }: Block): readonly ToolCall[] {
  const first = { id, name, args: input };
  if (json === '') return [first];
  const pieces = { id, name, args: parseArgs(json) };
  return Object.keys(input).length === 0 || JSON.stringify(input) === JSON.stringify(pieces.args) ? [pieces] : [first, pieces];
}

interface Block {
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  json: string;
}

function uses(answer: JsonObject): readonly JsonObject[] {
  return list(answer['content']).filter((block) => block['type'] === 'tool_use');
}

function assembled(held: readonly JsonObject[]): Map<string, Block> {
  const blocks = new Map<string, Block>();
  for (const event of held) {
    const key = String(event['index']);
    const block = event['content_block'];
    if (event['type'] === 'content_block_start' && isObject(block) && block['type'] === 'tool_use') {
      blocks.set(key, { id: text(block['id']), name: text(block['name']), input: toArgs(block['input'] ?? {}), json: '' });
    }
    const delta = event['delta'];
    const open = blocks.get(key);
    if (open !== undefined && isObject(delta) && delta['type'] === 'input_json_delta') open.json += text(delta['partial_json']);
  }
  return blocks;
}
