import OpenAI from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import { openaiChat } from '../../../../src/intercept/llm/dialects/openai-chat/openai-chat.ts';
import type { JsonObject } from '../../../../src/kernel/json.ts';
import type { Call, ClientView, Said, TestProvider } from './provider.ts';
import { callsIn, inPieces, USAGE } from './provider.ts';

const MODEL = 'gpt-4o';
const usage = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
  prompt_tokens_details: { cached_tokens: USAGE.cachedInput },
  completion_tokens_details: { reasoning_tokens: USAGE.reasoning },
};
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: MODEL };
const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
const piece = (index: number, more: JsonObject): JsonObject => chunk({ tool_calls: [{ index, ...more }] });

function chunks(said: readonly Said[]): readonly JsonObject[] {
  const list: JsonObject[] = [chunk({ role: 'assistant', content: '' })];
  let next = 0;
  for (const one of said) {
    if ('words' in one) {
      list.push(...inPieces(one.words).map((content) => chunk({ content })));
      continue;
    }
    const calls = 'call' in one ? [one.call] : one.atOnce;
    const first = next;
    next += calls.length;
    for (const [at, { id, name }] of calls.entries()) list.push(piece(first + at, { id, type: 'function', function: { name, arguments: '' } }));
    const own = calls.map((call) => inPieces(call.args));
    for (let turn = 0; own.some((pieces) => turn < pieces.length); turn++) {
      for (const [at, pieces] of own.entries()) {
        const text = pieces[turn];
        if (text !== undefined) list.push(piece(first + at, { function: { arguments: text } }));
      }
    }
  }
  return [...list, chunk({}, next > 0 ? 'tool_calls' : 'stop'), { ...head, choices: [], usage }];
}

function viewOf(answer: ChatCompletion): ClientView {
  const [choice] = answer.choices;
  const calls = choice?.message.tool_calls ?? [];
  return {
    text: choice?.message.content ?? '',
    calls: calls.flatMap((call) =>
      call.type === 'function' ? [{ name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }] : [],
    ),
    ended: choice?.finish_reason ?? null,
  };
}

const called = ({ id, name, args }: Call): JsonObject => ({ id, type: 'function', function: { name, arguments: args } });
const unnamed = (...list: JsonObject[]): readonly (readonly [null, JsonObject])[] => list.map((data) => [null, data]);

export const openaiChatProvider: TestProvider = {
  dialect: openaiChat,
  model: MODEL,
  request: (streamed) => ({
    model: MODEL,
    messages: [{ role: 'user', content: 'pay the bill' }],
    max_tokens: 100,
    stream: streamed,
    ...(streamed ? { stream_options: { include_usage: true } } : {}),
  }),
  stream: (said) => [...chunks(said).map((data) => [null, data] as const), [null, '[DONE]'] as const],
  whole: (said) => {
    const calls = callsIn(said);
    const content = said.map((one) => ('words' in one ? one.words : '')).join('');
    const message = { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls.map(called) } : {}) };
    return { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }], usage };
  },
  writtenArguments: true,
  ends: { words: 'stop', calls: 'tool_calls' },
  readWithClient: async (address, streamed) => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 });
    const body = { model: MODEL, messages: [{ role: 'user' as const, content: 'pay the bill' }] };
    return viewOf(streamed ? await client.chat.completions.stream(body).finalChatCompletion() : await client.chat.completions.create(body));
  },
  contradictions: {
    'two calls of one index': unnamed(
      piece(0, { id: 'c1', type: 'function', function: { name: 'pay', arguments: '{' } }),
      piece(0, { id: 'c2', function: { arguments: '}' } }),
    ),
    'a call named twice': unnamed(
      piece(0, { id: 'c1', type: 'function', function: { name: 'pay', arguments: '' } }),
      piece(0, { function: { name: 'look' } }),
    ),
    'a call of an unknown kind': unnamed(piece(0, { id: 'c1', type: 'spell', spell: { name: 'pay' } })),
    'a whole call in a stream': unnamed({
      ...head,
      choices: [{ index: 0, message: { role: 'assistant', content: 'x', tool_calls: [called({ id: 'c1', name: 'pay', args: '{}' })] } }],
    }),
    'a call in a member nobody knows': unnamed({ ...head, spell: { name: 'pay', arguments: '{}' } }),
    'a call after the end': unnamed(
      chunk({ content: 'x' }, 'stop'),
      piece(0, { id: 'c1', type: 'function', function: { name: 'pay', arguments: '{}' } }),
    ),
    'calls that are no array': unnamed(chunk({ tool_calls: { index: 0 } })),
  },
};
