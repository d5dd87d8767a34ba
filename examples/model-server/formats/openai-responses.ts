import type { Turn } from '../script.ts';
import { flat, items, messages, slices } from './content.ts';
import type { Body, Format } from './format.ts';
import { whenAsked } from './format.ts';

export const responses: Format = {
  serves: (path) => path === '/v1/responses',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: String(body['instructions'] ?? ''),
    user: typeof body['input'] === 'string' ? body['input'] : (messages(body, 'input', ['user']).at(-1) ?? ''),
    results: items(body['input'])
      .filter((item) => item['type'] === 'function_call_output')
      .map((item) => flat(item['output'])),
    tools: items(body['tools']).map((tool) => String(tool['name'])),
  }),
  answer: (body, turn, id) => response(body, turn, id, 'completed'),
  stream: (body, turn, id) => {
    let sequence = 0;
    const event = (type: string, rest: Body): { event: string; data: Body } => ({
      event: type,
      data: { type, sequence_number: sequence++, ...rest },
    });
    const done = response(body, turn, id, 'completed');
    const output = done['output'] as readonly Body[];
    return [
      event('response.created', { response: response(body, {}, id, 'in_progress') }),
      ...output.flatMap((item, index) => {
        const at = { output_index: index, item_id: item['id'] };
        const opened =
          item['type'] === 'function_call' ? { ...item, arguments: '', status: 'in_progress' } : { ...item, content: [], status: 'in_progress' };
        const middle =
          item['type'] === 'function_call'
            ? [
                ...slices(String(item['arguments'])).map((delta) => event('response.function_call_arguments.delta', { ...at, delta })),
                event('response.function_call_arguments.done', { ...at, name: item['name'], arguments: item['arguments'] }),
              ]
            : [
                event('response.content_part.added', { ...at, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } }),
                ...slices(turn.text ?? '').map((delta) => event('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] })),
                event('response.output_text.done', { ...at, content_index: 0, text: turn.text ?? '', logprobs: [] }),
                event('response.content_part.done', {
                  ...at,
                  content_index: 0,
                  part: { type: 'output_text', text: turn.text ?? '', annotations: [] },
                }),
              ];
        return [
          event('response.output_item.added', { output_index: index, item: opened }),
          ...middle,
          event('response.output_item.done', { output_index: index, item }),
        ];
      }),
      event('response.completed', { response: done }),
    ];
  },
};

function response(body: Body, turn: Turn, id: string, status: string): Body {
  const message =
    turn.text === undefined
      ? []
      : [
          {
            id: `msg_${id}`,
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: turn.text, annotations: [], logprobs: [] }],
          },
        ];
  const calls = (turn.calls ?? []).map((call, index) => ({
    id: `fc_${id}_${index}`,
    type: 'function_call',
    call_id: `call_${id}_${index}`,
    name: call.name,
    arguments: JSON.stringify(call.args),
    status: 'completed',
  }));
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_763_700_000,
    status,
    model: body['model'],
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    metadata: {},
    output: [...message, ...calls],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: body['tools'] ?? [],
    top_p: 1,
    usage: {
      input_tokens: 120,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 150,
    },
  };
}
