import type { Turn } from '../script.ts';
import type { Body, Format } from './format.ts';
import { items, messages, slices } from './content.ts';
import { whenAsked } from './format.ts';

const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

/** Mistral chat under `/mistral`, since its path is that of OpenAI: a streamed call comes in one piece, and the last chunk counts the tokens. */
export const mistralChat: Format = {
  serves: (path) => path === '/mistral/v1/chat/completions',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: messages(body, 'messages', ['system']).join('\n'),
    user: messages(body, 'messages', ['user']).at(-1) ?? '',
    results: messages(body, 'messages', ['tool']),
    tools: items(body['tools']).map((tool) => String((tool['function'] as Body)['name'])),
  }),
  answer: (body, turn, id) => ({
    id,
    object: 'chat.completion',
    created: 1_763_700_000,
    model: body['model'],
    choices: [
      {
        index: 0,
        finish_reason: finishOf(turn),
        message: { role: 'assistant', content: turn.text ?? '', tool_calls: turn.calls === undefined ? null : mistralCalls(turn, id), prefix: false },
      },
    ],
    usage,
  }),
  stream: (body, turn, id) => {
    const chunk = (delta: Body, finish: string | null = null): { data: Body } => ({
      data: {
        id,
        object: 'chat.completion.chunk',
        created: 1_763_700_000,
        model: body['model'],
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...(finish === null ? {} : { usage }),
      },
    });
    return [
      chunk({ role: 'assistant', content: '' }),
      ...slices(turn.text ?? '').map((content) => chunk({ content })),
      chunk(turn.calls === undefined ? { content: '' } : { content: '', tool_calls: mistralCalls(turn, id) }, finishOf(turn)),
      { data: '[DONE]' as const },
    ];
  },
};

function finishOf(turn: Turn): string {
  return turn.calls === undefined ? 'stop' : 'tool_calls';
}

function mistralCalls(turn: Turn, id: string): readonly Body[] {
  return (turn.calls ?? []).map(({ name, args }, index) => ({
    id: `c${id}${String(index).padStart(2, '0')}`,
    function: { name, arguments: JSON.stringify(args) },
    index,
  }));
}
