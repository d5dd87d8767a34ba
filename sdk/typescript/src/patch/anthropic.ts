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
  calls: (answer) => uses(answer).map((block) => ({ id: text(block['id']), name: text(block['name']), args: toArgs(block['input']) })),
  replace(answer, args) {
    for (const block of uses(answer)) {
      const decided = args.get(text(block['id']));
      if (decided !== undefined) (block as Mutable<JsonObject>)['input'] = decided;
    }
  },
  holds: (event) => event['type'] === 'content_block_start' && isObject(event['content_block']) && event['content_block']['type'] === 'tool_use',
  assemble: (held) => [...assembled(held).values()].map(({ id, name, json }) => ({ id, name, args: parseArgs(json) })),
  rewrite(held, args) {
    const blocks = assembled(held);
    const sent = new Set<string>();
    return held.flatMap((event) => {
      const key = String(event['index']);
      const decided = args.get(blocks.get(key)?.id ?? '');
      if (decided === undefined || event['type'] !== 'content_block_delta') return [event];
      if (sent.has(key)) return [];
      sent.add(key);
      return [{ ...event, delta: { type: 'input_json_delta', partial_json: JSON.stringify(decided) } }];
    });
  },
};

function uses(answer: JsonObject): readonly JsonObject[] {
  return list(answer['content']).filter((block) => block['type'] === 'tool_use');
}

function assembled(held: readonly JsonObject[]): Map<string, { id: string; name: string; json: string }> {
  const blocks = new Map<string, { id: string; name: string; json: string }>();
  for (const event of held) {
    const key = String(event['index']);
    const block = event['content_block'];
    if (event['type'] === 'content_block_start' && isObject(block) && block['type'] === 'tool_use') {
      blocks.set(key, { id: text(block['id']), name: text(block['name']), json: '' });
    }
    const delta = event['delta'];
    const open = blocks.get(key);
    if (open !== undefined && isObject(delta) && delta['type'] === 'input_json_delta') open.json += text(delta['partial_json']);
  }
  return blocks;
}
