import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtsOf } from '../../../src/intercept/llm/action/doubt-usage.ts';
import { wholeOutput } from '../../../src/intercept/llm/dialect/counts.ts';
import type { TokenUsage } from '../../../src/intercept/llm/dialect/model-answer.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { createReaderFor } from './reading.ts';
import { PROVIDERS } from './providers/providers.ts';
import { CLAUDE, GPT, stage } from './stage.ts';
import { chunk, DONE, event, EVENTS, JSON_TYPE, post, upstream } from './upstream.ts';

const WORDS = 'A model says nine hundred words about nothing in particular and counts none of them. '.repeat(64);

interface Terms {
  readonly text?: string;
  readonly maxTokens?: number;
  readonly promptLength?: number;
  readonly more?: object;
}

function doubts(usage: TokenUsage, { text = '', maxTokens, promptLength = 100, more = {} }: Terms = {}): readonly string[] {
  const request = { providerTools: [], ...(maxTokens === undefined ? {} : { maxTokens }), ...more };
  return doubtsOf({ answer: { usage, text, calls: [] }, request, promptLength });
}

test('[SPEND-9] counts that can be are believed', () => {
  assert.deepEqual(doubts({ input: 30, output: 1_100 }, { text: WORDS }), []);
  assert.deepEqual(doubts({ input: 30, output: 1_000 }, { maxTokens: 1_000 }), []);
  assert.deepEqual(doubts({ input: 30, output: 1_500, reasoning: 900 }, { maxTokens: 1_000 }), [], 'thoughts counted beside the bound');
  assert.deepEqual(doubts({ input: 30, output: 1_900 }, { maxTokens: 1_000, more: { choices: 2 } }), []);
  assert.deepEqual(doubts({ input: 90_000, output: 0 }, { more: { unread: { image: 1 } } }), [], 'a picture by its address');
  assert.deepEqual(doubts({ input: 500_000, output: 0 }, { more: { previous: 'resp_1' } }), [], 'a conversation the provider holds');
  assert.deepEqual(doubts({ input: 10, output: 4 }, { text: '-'.repeat(400) }), [], 'a line of one character');
  assert.deepEqual(doubts({}, { text: WORDS }), [], 'no counts contradict nothing');
});

const LIES: Readonly<Record<string, readonly [usage: TokenUsage, terms: Terms, doubt: string]>> = {
  'nothing for nine hundred words': [{ input: 30, output: 0 }, { text: WORDS }, 'OUTPUT_BELOW_TEXT'],
  'next to nothing for them': [{ input: 30, output: 60 }, { text: WORDS }, 'OUTPUT_BELOW_TEXT'],
  'nothing for one word': [{ input: 30, output: 0 }, { text: 'Yes.' }, 'OUTPUT_BELOW_TEXT'],
  'a billion times the bound': [{ input: 30, output: 1e12 }, { text: WORDS, maxTokens: 1_000 }, 'OUTPUT_ABOVE_BOUND'],
  'more than any model answers with': [{ input: 30, output: 1e9 }, { text: WORDS }, 'OUTPUT_ABOVE_BOUND'],
  'words beyond the bound': [{ input: 30, output: 1_500 }, { maxTokens: 1_000 }, 'OUTPUT_ABOVE_BOUND'],
  'endless thoughts': [{ input: 30, output: 9e9, reasoning: 9e9 }, { maxTokens: 1_000 }, 'OUTPUT_ABOVE_BOUND'],
  'more input than was sent': [{ input: 50_000, output: 1 }, {}, 'INPUT_ABOVE_PROMPT'],
  'no input': [{ input: 0, output: 1 }, {}, 'INPUT_BELOW_PROMPT'],
  'next to no input': [{ input: 3, output: 1 }, { promptLength: 50_000 }, 'INPUT_BELOW_PROMPT'],
  'a count that is none': [{ input: 30, contradicts: true }, {}, 'COUNTS_CONTRADICT'],
};

for (const [what, [usage, terms, doubt]] of Object.entries(LIES)) {
  test(`[SPEND-9] a provider that counts ${what} is not believed`, () => assert.deepEqual(doubts(usage, terms), [doubt]));
}

test('[SPEND-9] a count that is negative, fractional, text or becomes less within a stream contradicts itself, in every dialect', () => {
  const usages: Readonly<Record<string, (input: unknown, output: unknown) => JsonObject>> = {
    'openai-chat': (prompt_tokens, completion_tokens) => ({ choices: [], usage: { prompt_tokens, completion_tokens } }) as JsonObject,
    anthropic: (input_tokens, output_tokens) => ({ type: 'message_delta', delta: {}, usage: { input_tokens, output_tokens } }) as JsonObject,
    'openai-responses': (input_tokens, output_tokens) =>
      ({ type: 'response.completed', response: { output: [], usage: { input_tokens, output_tokens } } }) as JsonObject,
    gemini: (promptTokenCount, candidatesTokenCount) => ({ usageMetadata: { promptTokenCount, candidatesTokenCount } }) as JsonObject,
  };
  const stream = (...frames: JsonObject[]): string => frames.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('');
  for (const { dialect } of PROVIDERS) {
    const usage = usages[dialect.name] ?? assert.fail(dialect.name);
    for (const wrong of [-5, 1.5, '7', true]) {
      assert.equal(createReaderFor(dialect.name, stream(usage(10, wrong))).answer.usage.contradicts, true, `${dialect.name} ${String(wrong)}`);
    }
    const endless = stream(usage(10, 7)).replace('7', '1e400');
    assert.equal(createReaderFor(dialect.name, endless).answer.usage.contradicts, true, dialect.name);
    if (dialect.name === 'openai-responses') continue;
    assert.equal(createReaderFor(dialect.name, stream(usage(10, 50), usage(10, 20))).answer.usage.contradicts, true, dialect.name);
    const grown = createReaderFor(dialect.name, stream(usage(10, 5), usage(10, 50), usage(0, 50))).answer.usage;
    assert.deepEqual([grown.input, grown.output, grown.contradicts], [10, 50, undefined], dialect.name);
  }
});

test('[SPEND-9] of an answer and a total the larger counts: thoughts may stand beside the answer', () => {
  assert.equal(wholeOutput({ input: 2_809, output: 8_810, reasoning: undefined, total: 14_428 }), 11_619);
  assert.equal(wholeOutput({ input: 10, output: 5, reasoning: 100, total: undefined }), 105);
  assert.equal(wholeOutput({ input: 10, output: 5, reasoning: 3, total: 15 }), 5);
  assert.equal(wholeOutput({ input: 10, output: 5, reasoning: undefined, total: 0 }), 5);
  const { usage } = createReaderFor(
    'gemini',
    `data: ${JSON.stringify({ usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 20, toolUsePromptTokenCount: 7, totalTokenCount: 60 } })}\n\n`,
  ).answer;
  assert.deepEqual([usage.input, usage.output], [17, 43]);
});

const ASK = { model: GPT, stream: true, messages: [{ role: 'user', content: 'go' }], max_tokens: 1_000 };
const usageChunk = (usage: object): string => `data: ${JSON.stringify({ id: 'c1', choices: [], usage })}\n\n`;

test('[SPEND-9] counts that cannot be settle nothing: the estimate stands, and an alert says so', async (context) => {
  const there = await upstream(context, (response, { text }) => {
    response.writeHead(200, EVENTS);
    const { seed } = JSON.parse(text) as { seed: number };
    const usage = seed === 0 ? { prompt_tokens: 0, completion_tokens: 0 } : { prompt_tokens: 40, completion_tokens: 1_000_000_000_000 };
    response.end(chunk({ content: WORDS }) + chunk({}, 'stop') + usageChunk(usage) + DONE);
  });
  const s = await stage(context, there.url);
  for (const seed of [0, 1]) {
    const session = `s${String(seed)}`;
    const answer = await post(`${s.models}/v1/chat/completions`, JSON.stringify({ ...ASK, seed }), {
      authorization: `Bearer ${s.key}`,
      'x-aegis-session': session,
    });
    assert.ok(answer.text.includes(WORDS));
    const [model] = await s.actions(session);
    const action = model?.action ?? '';
    const { usage } = await s.settled(action);
    // 5,440 characters are more than the 1,000 tokens that were reserved: what was seen is charged.
    assert.ok((usage.tokens ?? 0) > 1_000 && (usage.tokens ?? 0) < 3_000, JSON.stringify(usage));
    const [alert] = (await s.entries(`&action=${action}`)).filter(({ type }) => type === 'usage-doubted');
    assert.deepEqual(alert?.body['doubts'], seed === 0 ? ['OUTPUT_BELOW_TEXT', 'INPUT_BELOW_PROMPT'] : ['OUTPUT_ABOVE_BOUND']);
  }
});

test('[SPEND-12] an answer without counts is charged by what was sent and seen, not by all that was reserved', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.end(chunk({ content: 'Twelve words that nobody counted stand here and now, one by one.' }) + chunk({}, 'stop') + DONE);
  });
  const s = await stage(context, there.url);
  await post(`${s.models}/v1/chat/completions`, JSON.stringify({ ...ASK, max_tokens: 9_000 }), {
    authorization: `Bearer ${s.key}`,
    'x-aegis-session': 's1',
  });
  const [model] = await s.actions('s1');
  const { usage } = await s.settled(model?.action ?? '');
  assert.ok((usage.tokens ?? 0) > 10 && (usage.tokens ?? 0) < 200, JSON.stringify(usage));
  assert.ok((usage.usdMicros ?? 0) > 0);
});

test('[SPEND-10] a model the policy prices is settled at the policy’s prices, by the provider’s counts', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    const message = { id: 'm1', type: 'message', role: 'assistant', content: [], model: 'mine', usage: { input_tokens: 1_000, output_tokens: 1 } };
    response.write(event('message_start', { message }));
    response.write(event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 200 } }));
    response.end(event('message_stop', {}));
  });
  const policy = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: priced }
default: allow
models:
  tiers: [{ model: mine, tier: 1, inputUsdPerMillion: 2, outputUsdPerMillion: 10 }, { model: ${CLAUDE}, tier: 2, inputUsdPerMillion: 1, outputUsdPerMillion: 1 }]
`;
  const s = await stage(context, there.url, { policy });
  for (const [model, expected] of [
    ['mine', 4_000],
    [CLAUDE, 1_200],
  ] as const) {
    const body = { model, max_tokens: 400, stream: true, messages: [{ role: 'user', content: 'go' }] };
    await post(`${s.models}/v1/messages`, JSON.stringify(body), { 'x-api-key': s.key, 'x-aegis-session': model });
    const [action] = await s.actions(model);
    assert.deepEqual((await s.settled(action?.action ?? '')).usage, { tokens: 1_200, usdMicros: expected });
  }
});

for (const [written, expected] of [
  ['', '/v1/chat/completions'],
  ['/', '/v1/chat/completions'],
  ['/v1', '/v1/chat/completions'],
  ['/v1/', '/v1/chat/completions'],
  ['/api/v1', '/api/v1/chat/completions'],
  ['/paas/v4/', '/paas/v4/chat/completions'],
  ['/openai', '/openai/v1/chat/completions'],
] as const) {
  test(`[SPEND-12] a provider at ${written === '' ? 'no path' : written} is asked at ${expected}: no version is said twice`, async (context) => {
    const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end('{"choices":[]}'));
    const s = await stage(context, `${there.url}${written}`);
    await post(`${s.models}/v1/chat/completions`, JSON.stringify({ ...ASK, stream: false }), { authorization: `Bearer ${s.key}` });
    assert.equal(there.seen[0]?.url, expected);
  });
}
