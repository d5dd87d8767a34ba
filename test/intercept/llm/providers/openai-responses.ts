import OpenAI from 'openai';
import type { Response } from 'openai/resources/responses/responses';
import { openaiResponses } from '../../../../src/intercept/llm/dialects/openai-responses/openai-responses.ts';
import type { JsonObject } from '../../../../src/kernel/json.ts';
import type { Call, ClientView, Said, TestProvider } from './provider.ts';
import { inPieces, USAGE } from './provider.ts';

const MODEL = 'gpt-5';
const usage = {
  input_tokens: USAGE.input,
  input_tokens_details: { cached_tokens: USAGE.cachedInput },
  output_tokens: USAGE.output,
  output_tokens_details: { reasoning_tokens: USAGE.reasoning },
  total_tokens: USAGE.input + USAGE.output,
};
const response = (status: string, output: readonly JsonObject[]): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  model: MODEL,
  error: null,
  incomplete_details: null,
  output,
  tools: [],
  ...(status === 'completed' ? { usage } : {}),
});
const part = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [] });
const message = (place: number, text: string): JsonObject => ({
  id: `msg_${String(place)}`,
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [part(text)],
});
const called = ({ id, name, args }: Call): JsonObject => ({
  id: `fc_x${id.slice(-1)}`,
  type: 'function_call',
  call_id: id,
  name,
  arguments: args,
  status: 'completed',
});

type Event = readonly [string | null, JsonObject];

function events(said: readonly Said[]): readonly Event[] {
  const items: JsonObject[] = [];
  const list: JsonObject[] = [{ type: 'response.created', response: response('in_progress', []) }];
  for (const one of said) {
    const first = items.length;
    if ('words' in one) {
      const item = message(first, one.words);
      items.push(item);
      const at = { output_index: first, item_id: item.id ?? '', content_index: 0 };
      list.push({ type: 'response.output_item.added', output_index: first, item: { ...item, status: 'in_progress', content: [] } });
      list.push({ type: 'response.content_part.added', ...at, part: part('') });
      for (const delta of inPieces(one.words)) list.push({ type: 'response.output_text.delta', ...at, delta });
      list.push({ type: 'response.output_text.done', ...at, text: one.words });
      list.push({ type: 'response.content_part.done', ...at, part: part(one.words) });
      list.push({ type: 'response.output_item.done', output_index: first, item });
      continue;
    }
    const calls = 'call' in one ? [one.call] : one.atOnce;
    items.push(...calls.map(called));
    list.push(...streamedCalls(calls, first));
  }
  list.push({ type: 'response.completed', response: response('completed', items) });
  return list.map((data, at) => [data.type as string, { ...data, sequence_number: at }]);
}

function streamedCalls(calls: readonly Call[], first: number): readonly JsonObject[] {
  const list: JsonObject[] = [];
  const at = (place: number, call: Call): JsonObject => ({ output_index: first + place, item_id: `fc_x${call.id.slice(-1)}` });
  for (const [place, call] of calls.entries()) {
    list.push({
      type: 'response.output_item.added',
      output_index: first + place,
      item: { ...called(call), arguments: '', status: 'in_progress' },
    });
  }
  const pieces = calls.map((call) => inPieces(call.args));
  for (let turn = 0; pieces.some((own) => turn < own.length); turn++) {
    for (const [place, call] of calls.entries()) {
      const delta = pieces[place]?.[turn];
      if (delta !== undefined) list.push({ type: 'response.function_call_arguments.delta', ...at(place, call), delta });
    }
  }
  for (const [place, call] of calls.entries()) {
    list.push({ type: 'response.function_call_arguments.done', ...at(place, call), arguments: call.args });
    list.push({ type: 'response.output_item.done', output_index: first + place, item: called(call) });
  }
  return list;
}

function viewOf(answer: Response): ClientView {
  return {
    text: answer.output_text,
    calls: answer.output.flatMap((item) => (item.type === 'function_call' ? [{ name: item.name, args: JSON.parse(item.arguments) as unknown }] : [])),
    ended: answer.status ?? null,
  };
}

const item: Call = { id: 'c1', name: 'pay', args: '{"a":1}' };
const begun: Event[] = [
  ['response.created', { type: 'response.created', response: response('in_progress', []) }],
  ['response.output_item.added', { type: 'response.output_item.added', output_index: 0, item: { ...called(item), arguments: '' } }],
];
const then = (...rest: JsonObject[]): readonly Event[] => [...begun, ...rest.map((data): Event => [data.type as string, data])];
const done = (over: JsonObject): JsonObject => ({ type: 'response.output_item.done', output_index: 0, item: { ...called(item), ...over } });

export const openaiResponsesProvider: TestProvider = {
  dialect: openaiResponses,
  model: MODEL,
  request: (streamed) => ({ model: MODEL, input: 'pay the bill', stream: streamed, max_output_tokens: 100 }),
  stream: events,
  whole: (said) => {
    const last = events(said).at(-1)?.[1].response;
    if (typeof last !== 'object' || last === null) throw new Error('a stream ends with its response');
    return last as JsonObject;
  },
  writtenArguments: true,
  ends: { words: 'completed', calls: 'completed' },
  readWithClient: async (address, streamed) => {
    const client = new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 });
    const body = { model: MODEL, input: 'pay the bill' };
    return viewOf(streamed ? await client.responses.stream(body).finalResponse() : await client.responses.create(body));
  },
  contradictions: {
    'two items at one place': then({ type: 'response.output_item.added', output_index: 0, item: { ...called(item), id: 'fc_2', call_id: 'c2' } }),
    'arguments of no call': [
      ...begun.slice(0, 1),
      ['response.function_call_arguments.delta', { type: 'response.function_call_arguments.delta', output_index: 3, delta: '{' }],
    ],
    'arguments that end otherwise than they were streamed': then(
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":2}' },
      done({}),
    ),
    'arguments said twice, differently': then(
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":1}' },
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"a":2}' },
    ),
    'a call that changes its tool': then(done({ name: 'look' })),
    'a call that ends as words': then({ type: 'response.output_item.done', output_index: 0, item: message(0, 'x') }),
    'a call that is another one at the end': then(done({}), {
      type: 'response.completed',
      response: response('completed', [{ ...called(item), arguments: '{"a":2}' }]),
    }),
    'arguments after the end of a call': then(done({}), { type: 'response.function_call_arguments.delta', output_index: 0, delta: 'x' }),
    'an event named otherwise than its data': [
      ...begun.slice(0, 1),
      ['response.output_text.delta', { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{' }],
    ],
    'an event of an unknown kind': then({ type: 'response.spell.delta', output_index: 0, delta: 'x' }),
    'an event of another item': then(
      { type: 'response.output_item.added', output_index: 1, item: { ...called({ ...item, id: 'c2' }), arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'fc_x2', delta: '{' },
    ),
    'two items of one id': then({ type: 'response.output_item.added', output_index: 1, item: { ...called(item), call_id: 'c2' } }),
    'a call in an answer that has only begun': [
      ['response.created', { type: 'response.created', response: response('in_progress', [called(item)]) }],
    ],
    'a part of an unknown kind': [
      ...begun.slice(0, 1),
      [
        'response.output_item.added',
        { type: 'response.output_item.added', output_index: 0, item: { ...message(0, ''), content: [{ type: 'spell', name: 'pay' }] } },
      ],
    ],
  },
};
