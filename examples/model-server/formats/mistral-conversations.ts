import type { Turn } from '../script.ts';
import { flat, items, slices } from './content.ts';
import type { Body, Format } from './format.ts';
import type { Frame } from './framing.ts';
import { whenAsked } from './format.ts';

const ROUTE = /^\/mistral\/v1\/conversations(?:\/[^/]+)?$/;
const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };
const at = '2026-11-30T00:00:00Z';

/** Mistral conversations under `/mistral`: entries in, entries out. What was said before is not kept. */
export const mistralConversations: Format = {
  serves: (path) => ROUTE.test(path),
  streams: whenAsked,
  ask: (body) => {
    const inputs = body['inputs'];
    const entries = typeof inputs === 'string' ? [{ role: 'user', content: inputs }] : items(inputs);
    return {
      model: String(body['model']),
      system: String(body['instructions'] ?? ''),
      user: entries
        .filter((entry) => (entry as Body)['role'] === 'user')
        .map((entry) => flat((entry as Body)['content']))
        .join('\n'),
      results: entries.filter((entry) => (entry as Body)['type'] === 'function.result').map((entry) => String((entry as Body)['result'])),
      tools: items(body['tools']).flatMap((tool) => (tool['function'] === undefined ? [] : [String((tool['function'] as Body)['name'])])),
    };
  },
  answer: (_body, turn, id) => ({ conversation_id: 'conv_1', object: 'conversation.response', outputs: entriesOf(turn, id), usage }),
  stream: (_body, turn, id) => {
    const event = (type: string, rest: Body): Frame => ({ event: type, data: { type, created_at: at, ...rest } });
    return [
      event('conversation.response.started', { conversation_id: 'conv_1' }),
      ...slices(turn.text ?? '').map((content) =>
        event('message.output.delta', { id: `msg_${id}`, output_index: 0, content_index: 0, role: 'assistant', content }),
      ),
      ...callsOf(turn, id).flatMap((call, at) =>
        slices(String(call['arguments'])).map((part) =>
          event('function.call.delta', { ...call, output_index: at + (turn.text === undefined ? 0 : 1), arguments: part }),
        ),
      ),
      event('conversation.response.done', { usage }),
    ];
  },
};

function entriesOf(turn: Turn, id: string): readonly Body[] {
  const said = turn.text === undefined ? [] : [{ type: 'message.output', object: 'entry', id: `msg_${id}`, role: 'assistant', content: turn.text }];
  return [...said, ...callsOf(turn, id).map((call) => ({ ...call, type: 'function.call', object: 'entry' }))];
}

function callsOf(turn: Turn, id: string): readonly Body[] {
  return (turn.calls ?? []).map(({ name, args }, index) => ({
    id: `fc_${id}_${String(index)}`,
    tool_call_id: `call_${id}_${String(index)}`,
    name,
    arguments: JSON.stringify(args),
  }));
}
