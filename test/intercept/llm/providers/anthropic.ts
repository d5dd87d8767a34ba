import Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { anthropic } from '../../../../src/intercept/llm/dialects/anthropic/anthropic.ts';
import type { Json, JsonObject } from '../../../../src/kernel/json.ts';
import type { Call, ClientView, Said, TestProvider } from './provider.ts';
import { callsIn, inPieces, USAGE } from './provider.ts';

const MODEL = 'claude-of-these-tests';
const counts = { input_tokens: USAGE.input - USAGE.cachedInput, cache_read_input_tokens: USAGE.cachedInput };
const message = (content: readonly JsonObject[], stop: string | null): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { ...counts, output_tokens: stop === null ? 1 : USAGE.output },
});

function events(said: readonly Said[]): readonly JsonObject[] {
  const list: JsonObject[] = [{ type: 'message_start', message: message([], null) }];
  let next = 0;
  for (const one of said) {
    const first = next;
    if ('words' in one) {
      next += 1;
      list.push({ type: 'content_block_start', index: first, content_block: { type: 'text', text: '' } });
      list.push(...inPieces(one.words).map((text) => ({ type: 'content_block_delta', index: first, delta: { type: 'text_delta', text } })));
      list.push({ type: 'content_block_stop', index: first });
      continue;
    }
    const calls = 'call' in one ? [one.call] : one.atOnce;
    next += calls.length;
    for (const [at, call] of calls.entries()) list.push({ type: 'content_block_start', index: first + at, content_block: used(call, {}) });
    const own = calls.map((call) => inPieces(call.args));
    for (let turn = 0; own.some((pieces) => turn < pieces.length); turn++) {
      for (const [at, pieces] of own.entries()) {
        const text = pieces[turn];
        if (text !== undefined)
          list.push({ type: 'content_block_delta', index: first + at, delta: { type: 'input_json_delta', partial_json: text } });
      }
    }
    for (const at of calls.keys()) list.push({ type: 'content_block_stop', index: first + at });
  }
  const stop = callsIn(said).length > 0 ? 'tool_use' : 'end_turn';
  list.push({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: USAGE.output } });
  return [...list, { type: 'message_stop' }];
}

const used = ({ id, name }: Call, input: Json): JsonObject => ({ type: 'tool_use', id, name, input });

function viewOf(answer: Message): ClientView {
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: answer.content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, args: block.input }] : [])),
    ended: answer.stop_reason,
  };
}

const started = { type: 'message_start', message: message([], null) };
const opened = { type: 'content_block_start', index: 0, content_block: used({ id: 'c1', name: 'pay', args: '' }, {}) };
const then = (...rest: JsonObject[]): readonly (readonly [string, JsonObject])[] => [started, ...rest].map((data) => [data.type as string, data]);

export const anthropicProvider: TestProvider = {
  dialect: anthropic,
  model: MODEL,
  request: (streamed) => ({ model: MODEL, max_tokens: 100, stream: streamed, messages: [{ role: 'user', content: 'pay the bill' }] }),
  stream: (said) => events(said).map((data) => [data.type as string, data]),
  whole: (said) =>
    message(
      said.flatMap((one): readonly JsonObject[] => {
        if ('words' in one) return [{ type: 'text', text: one.words }];
        return ('call' in one ? [one.call] : one.atOnce).map((call) => used(call, JSON.parse(call.args) as Json));
      }),
      callsIn(said).length > 0 ? 'tool_use' : 'end_turn',
    ),
  writtenArguments: true,
  ends: { words: 'end_turn', calls: 'tool_use' },
  readWithClient: async (address, streamed) => {
    const client = new Anthropic({ apiKey: 'k', baseURL: address, maxRetries: 0 });
    const body = { model: MODEL, max_tokens: 100, messages: [{ role: 'user' as const, content: 'pay the bill' }] };
    return viewOf(streamed ? await client.messages.stream(body).finalMessage() : await client.messages.create(body));
  },
  contradictions: {
    'two blocks of one index': then(opened, opened),
    'a block that goes on before its start': then({ type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{' } }),
    'a block that goes on after its end': then(
      opened,
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{' } },
    ),
    'words in a call': then(opened, { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } }),
    'arguments in words': then(
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{' } },
    ),
    'an event named otherwise than its data': [['content_block_delta', started]],
    'a call in an event of an unknown kind': then({ type: 'spell', name: 'pay', input: {} }),
    'a block of an unknown kind': then({ type: 'content_block_start', index: 0, content_block: { type: 'spell', name: 'pay' } }),
  },
};
