import type { Turn } from '../script.ts';
import { items, messages, slices } from './content.ts';
import type { Body, Format } from './format.ts';
import { whenAsked } from './format.ts';

const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

export const chatCompletions: Format = {
  serves: (path) => path === '/v1/chat/completions',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: messages(body, 'messages', ['system', 'developer']).join('\n'),
    user: messages(body, 'messages', ['user']).at(-1) ?? '',
    results: messages(body, 'messages', ['tool']),
    tools: items(body['tools']).map((tool) => String((tool['function'] as Body)['name'])),
  }),
  answer: (body, turn, id) => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: 1_763_700_000,
    model: body['model'],
    choices: [
      {
        index: 0,
        finish_reason: turn.calls ? 'tool_calls' : 'stop',
        logprobs: null,
        message: { role: 'assistant', content: turn.text ?? null, refusal: null, ...(turn.calls ? { tool_calls: chatCalls(turn, id) } : {}) },
      },
    ],
    usage,
  }),
  stream: (body, turn, id) => {
    const chunk = (delta: Body, finish: string | null = null): { data: Body } => ({
      data: {
        id: `chatcmpl-${id}`,
        object: 'chat.completion.chunk',
        created: 1_763_700_000,
        model: body['model'],
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      },
    });
    const calls = chatCalls(turn, id).flatMap((call, index) => [
      chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] }),
      ...slices(call.function.arguments).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]);
    const wanted = (body['stream_options'] as Body | undefined)?.['include_usage'] === true;
    return [
      chunk({ role: 'assistant', content: '' }),
      ...slices(turn.text ?? '').map((part) => chunk({ content: part })),
      ...calls,
      chunk({}, turn.calls ? 'tool_calls' : 'stop'),
      ...(wanted
        ? [{ data: { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_763_700_000, model: body['model'], choices: [], usage } }]
        : []),
      { data: '[DONE]' as const },
    ];
  },
};

function chatCalls(turn: Turn, id: string): { id: string; type: 'function'; function: { name: string; arguments: string } }[] {
  return (turn.calls ?? []).map((call, index) => ({
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  }));
}
