import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { fc } from '../../random.ts';
import type { TokenUsage } from '../../../src/intercept/llm/dialect/model-answer.ts';
import { anthropic } from '../../../src/intercept/llm/dialects/anthropic/anthropic.ts';
import { libraryPrices } from '../../../src/intercept/llm/action/price.ts';
import type { Millis } from '../../../src/kernel/ids.ts';

const prices = libraryPrices({ now: () => Date.UTC(2026, 5, 1) as Millis });
const cost = (provider: string, model: string, usage: TokenUsage): number | null => prices.cost({ provider, model, usage });

/** Dollars per million tokens, as the catalogue has them; read here so that a new catalogue does not break what is tested. */
function rates(provider: string, model: string): Record<string, number> {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: provider, timestamp: new Date(Date.UTC(2026, 5, 1)) });
  assert.ok(found !== null);
  return Object.fromEntries(Object.entries(found.model_price).map(([kind, rate]) => [kind, typeof rate === 'number' ? rate : (rate?.base ?? 0)]));
}

test('[LLM-48] cached and written tokens are parts of the input with their own price, never charged twice', () => {
  const openai = rates('openai', 'gpt-4o');
  assert.equal(
    cost('openai', 'gpt-4o', { input: 1000, cachedInput: 400, output: 100 }),
    Math.ceil(600 * openai.input_mtok! + 400 * openai.cache_read_mtok! + 100 * openai.output_mtok!),
  );
  const anthropic = rates('anthropic', 'claude-sonnet-4-5');
  assert.equal(
    cost('anthropic', 'claude-sonnet-4-5', { input: 1000, cachedInput: 200, cacheWrite: 300, output: 10 }),
    Math.ceil(500 * anthropic.input_mtok! + 200 * anthropic.cache_read_mtok! + 300 * anthropic.cache_write_mtok! + 10 * anthropic.output_mtok!),
  );
});

test('[LLM-48] what is kept in the cache for an hour costs more than what is kept for five minutes', () => {
  const rate = rates('anthropic', 'claude-sonnet-4-5');
  assert.ok(rate.cache_write_1h_mtok! > rate.cache_write_mtok!);
  assert.equal(
    cost('anthropic', 'claude-sonnet-4-5', { input: 1000, cacheWrite: 400, cacheWriteLong: 100, output: 0 }),
    Math.ceil(600 * rate.input_mtok! + 300 * rate.cache_write_mtok! + 100 * rate.cache_write_1h_mtok!),
  );
  assert.equal(cost('anthropic', 'claude-sonnet-4-5', { input: 1000, cacheWrite: 400, cacheWriteLong: 500, output: 0 }), null);
  const { usage } = anthropic.readAnswer({
    content: [],
    usage: { input_tokens: 5, output_tokens: 1, cache_creation_input_tokens: 4, cache_creation: { ephemeral_1h_input_tokens: 3 } },
  });
  assert.deepEqual(usage, { input: 9, cacheWrite: 4, cacheWriteLong: 3, output: 1 });
});

test('[LLM-48] thinking is a part of the output', () => {
  const usage = { input: 1000, output: 100 };
  assert.equal(cost('openai', 'gpt-5', { ...usage, reasoning: 90 }), cost('openai', 'gpt-5', usage));
  assert.equal(cost('google', 'gemini-2.5-pro', { ...usage, reasoning: 100 }), cost('google', 'gemini-2.5-pro', usage));
});

test('[LLM-48] sound has its own price where the catalogue has one', () => {
  const rate = rates('google', 'gemini-2.5-flash');
  assert.ok(rate.input_audio_mtok! > rate.input_mtok!);
  assert.equal(
    cost('google', 'gemini-2.5-flash', { input: 1_000, audioInput: 600, output: 0 }),
    Math.ceil(400 * rate.input_mtok! + 600 * rate.input_audio_mtok!),
  );
});

test('[LLM-49] what nobody knows has no price: models, counts, and counts that contradict each other', () => {
  for (const model of ['no-such-model', '', 'g', 'gpt-4o-of-my-own', 'x'.repeat(100_000)]) {
    assert.equal(cost('openai', model, { input: 1, output: 1 }), null, model.slice(0, 20));
    assert.equal(prices.estimate({ provider: 'openai', model, inputTokens: 1, outputTokens: 1 }), null);
  }
  assert.equal(cost('anthropic', 'gpt-4o', { input: 1, output: 1 }), null);
  assert.equal(cost('nobody', 'gpt-4o', { input: 1, output: 1 }), null);
  assert.equal(cost('openai', 'gpt-4o', {}), null);
  assert.equal(cost('openai', 'gpt-4o', { input: 5 }), null);
  assert.equal(cost('openai', 'gpt-4o', { output: 5 }), null);
  assert.equal(cost('openai', 'gpt-4o', { input: 5, cachedInput: 6, output: 5 }), null);
});

test('[LLM-48] micro-dollars are whole and rounded up', () => {
  assert.equal(cost('openai', 'gpt-4o', { input: 1, output: 0 }), 3);
  assert.equal(cost('openai', 'gpt-4o', { input: 0, output: 0 }), 0);
  assert.equal(
    cost('openai', 'gpt-5', { input: 1000, output: 100 }),
    Math.ceil(1000 * rates('openai', 'gpt-5').input_mtok! + 100 * rates('openai', 'gpt-5').output_mtok!),
  );
});

test('[LLM-48, LLM-49] a price that is remembered is the catalogue’s own, for each of its models', () => {
  const timestamp = new Date(Date.UTC(2026, 5, 1));
  const counts = [0, 1, 999, 127_999, 128_001, 200_000, 272_001, 1_000_000];
  const catalogued = (providerId: string, model: string, usage: Record<string, number>): number | null => {
    try {
      const found = calcPrice(usage, model, { providerId, timestamp });
      return found === null ? null : Math.ceil(Number((found.total_price * 1_000_000).toFixed(3)));
    } catch {
      return null;
    }
  };
  for (const provider of ['openai', 'anthropic', 'google']) {
    for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
      for (const [at, input] of counts.entries()) {
        const output = counts[(at * 3) % counts.length] ?? 0;
        const expected = catalogued(provider, id, { input_tokens: input, output_tokens: output });
        // An id that is no name of its own may still name a model (SPEND-11).
        if (expected !== null) assert.equal(cost(provider, id, { input, output }), expected, `${provider} ${id} ${String(input)} ${String(output)}`);
      }
    }
  }
});

test('[LLM-50] an estimate is at least what any answer within its bounds costs', () => {
  const models = [
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-5'],
    ['anthropic', 'claude-sonnet-4-5'],
    ['google', 'gemini-2.5-pro'],
    ['google', 'gemini-2.5-flash'],
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.nat(400_000),
      fc.nat(100_000),
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      ([provider, model], inputTokens, outputTokens, [read, written, heard]) => {
        const bound = prices.estimate({ provider, model, inputTokens, outputTokens });
        const cachedInput = Math.floor(inputTokens * read);
        const cacheWrite = Math.floor((inputTokens - cachedInput) * written);
        const audioInput = Math.floor(inputTokens * heard);
        const usage = {
          input: inputTokens,
          cachedInput,
          cacheWrite,
          cacheWriteLong: Math.floor(cacheWrite / 2),
          audioInput,
          output: outputTokens,
          reasoning: outputTokens,
        };
        const charged = cost(provider, model, usage);
        assert.ok(bound !== null);
        assert.ok(charged === null || charged <= bound, `${String(charged)} > ${String(bound)}`);
        const plain = cost(provider, model, { input: inputTokens, output: outputTokens });
        assert.ok(plain !== null && plain <= bound);
      },
    ),
  );
});

const MILLION = { input: 100_000, output: 100_000 };
const priceOf = (provider: string, model: string): number => cost(provider, model, MILLION) ?? assert.fail(`${model} has no price`);

test('[SPEND-11] a name is priced by the model it names, whatever stands before and behind it', () => {
  const sonnet = priceOf('anthropic', 'claude-sonnet-4-5');
  const names: readonly (readonly [provider: string, model: string, least: number])[] = [
    ['openai', 'anthropic/claude-sonnet-4-5', sonnet],
    ['openai', 'openrouter/anthropic/claude-sonnet-4.5', sonnet],
    ['openai', 'openrouter/anthropic/claude-sonnet-4.5:free', sonnet],
    ['openai', 'anthropic/claude-sonnet-4.5:thinking', sonnet],
    ['openai', 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', sonnet],
    ['anthropic', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', sonnet],
    ['anthropic', 'anthropic.claude-sonnet-4-5-20250929-v1:0', sonnet],
    ['anthropic', 'claude-sonnet-4-5[1m]', sonnet],
    ['anthropic', 'claude-sonnet-4-5@20250929', sonnet],
    ['anthropic', 'Claude-Sonnet-4-5', sonnet],
    ['openai', 'openai/gpt-4o-mini', priceOf('openai', 'gpt-4o-mini')],
    ['openai', 'azure/gpt-4o', priceOf('openai', 'gpt-4o')],
    ['openai', 'GPT-4o-Mini', priceOf('openai', 'gpt-4o-mini')],
    ['openai', 'vertex_ai/gemini-2.5-flash', priceOf('google', 'gemini-2.5-flash')],
    ['openai', 'google/gemini-2.5-flash', priceOf('google', 'gemini-2.5-flash')],
    ['google', 'models/gemini-2.5-flash', priceOf('google', 'gemini-2.5-flash')],
    ['openai', 'ft:gpt-4.1-mini-2025-04-14:o:s:i', priceOf('openai', 'gpt-4.1-mini')],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:o::i', priceOf('openai', 'gpt-4o-mini')],
    ['google', 'gemini-flash-latest', priceOf('google', 'gemini-2.5-flash')],
    ['google', 'gemini-pro-latest', priceOf('google', 'gemini-2.5-pro')],
    ['anthropic', 'claude-opus-latest', priceOf('anthropic', 'claude-opus-4-5')],
    ['openai', 'x-ai/grok-3', priceOf('x-ai', 'grok-3')],
    ['openai', 'meta-llama/llama-3.3-70b-instruct:free', 1],
  ];
  for (const [provider, model, least] of names) {
    const charged = priceOf(provider, model);
    assert.ok(charged >= least, `${model}: ${String(charged)} < ${String(least)}`);
    assert.ok(charged <= least * 8 || least === 1, `${model}: ${String(charged)} is another model's price`);
    const bound = prices.estimate({ provider, model, inputTokens: MILLION.input, outputTokens: MILLION.output });
    assert.ok(bound !== null && bound >= charged, model);
  }
});

test('[SPEND-11] a name that names nothing known has no price, whatever stands around it', () => {
  for (const model of [
    'llama3',
    'openrouter/auto',
    'anthropic/my-model',
    'ft:my-model:o:s:i',
    'nothing-latest',
    '-latest',
    '/',
    'a/',
    'gpt-4o-of-my-own:free',
    '[1m]',
  ]) {
    assert.equal(cost('openai', model, MILLION), null, model);
  }
});

test('[SPEND-11] a long context is charged by its own price', () => {
  const rate = (model: string, inputTokens: number): number =>
    (prices.estimate({ provider: 'anthropic', model, inputTokens, outputTokens: 0 }) ?? assert.fail(model)) / inputTokens;
  assert.ok(rate('claude-sonnet-4-5[1m]', 400_000) > rate('claude-sonnet-4-5[1m]', 1_000));
  assert.equal(rate('claude-sonnet-4-5[1m]', 400_000), rate('claude-sonnet-4-5', 400_000));
});
