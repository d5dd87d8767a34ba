import type { Turn } from '../script.ts';
import { flat, items, messages, slices } from './content.ts';
import type { Body, Format } from './format.ts';
import { whenAsked } from './format.ts';

export const anthropicMessages: Format = {
  serves: (path) => path === '/v1/messages',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: flat(body['system']),
    user:
      messages(body, 'messages', ['user'])
        .filter((text) => text !== '')
        .at(-1) ?? '',
    results: items(body['messages'])
      .flatMap((message) => items(message['content']))
      .filter((block) => block['type'] === 'tool_result')
      .map((block) => flat(block['content'])),
    tools: items(body['tools']).map((tool) => String(tool['name'])),
  }),
  answer: (body, turn, id) => ({
    ...envelope(body, id),
    content: blocks(turn, id),
    stop_reason: turn.calls ? 'tool_use' : 'end_turn',
    usage: { input_tokens: 120, output_tokens: 30 },
  }),
  stream: (body, turn, id) => {
    const event = (type: string, rest: Body): { event: string; data: Body } => ({ event: type, data: { type, ...rest } });
    return [
      event('message_start', { message: { ...envelope(body, id), content: [], stop_reason: null, usage: { input_tokens: 120, output_tokens: 1 } } }),
      ...blocks(turn, id).flatMap((block, index) => {
        const use = block['type'] === 'tool_use';
        const deltas = use
          ? slices(JSON.stringify(block['input'])).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
          : slices(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
        return [
          event('content_block_start', { index, content_block: use ? { ...block, input: {} } : { type: 'text', text: '' } }),
          ...deltas.map((delta) => event('content_block_delta', { index, delta })),
          event('content_block_stop', { index }),
        ];
      }),
      event('message_delta', { delta: { stop_reason: turn.calls ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 30 } }),
      event('message_stop', {}),
    ];
  },
};

function envelope(body: Body, id: string): Body {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model: body['model'], stop_sequence: null };
}

function blocks(turn: Turn, id: string): readonly Body[] {
  return [
    ...(turn.text === undefined ? [] : [{ type: 'text', text: turn.text }]),
    ...(turn.calls ?? []).map((call, index) => ({ type: 'tool_use', id: `toolu_${id}_${index}`, name: call.name, input: call.args })),
  ];
}
