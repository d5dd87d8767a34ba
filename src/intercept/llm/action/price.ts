import { createRequire } from 'node:module';
import type * as PriceModule from '@pydantic/genai-prices';
import type { ModelPrice } from '@pydantic/genai-prices';
import type { Clock } from '../../../ports.ts';
import type { TokenUsage } from '../dialect/model-answer.ts';
import { meaningsOf } from './model-names.ts';
import type { Catalogue, Meaning } from './model-names.ts';

/** Money. Micro-dollars, rounded up; null: this model's price is unknown. */
export interface Prices {
  /** The most an answer can cost before it is asked for. */
  estimate(terms: { readonly provider: string; readonly model: string; readonly inputTokens: number; readonly outputTokens: number }): number | null;
  cost(terms: { readonly provider: string; readonly model: string; readonly usage: TokenUsage }): number | null;
}

let loaded: typeof PriceModule | null = null;

/** A megabyte of prices: loaded when the first one is asked for, not before. */
function catalogue(): typeof PriceModule {
  loaded ??= createRequire(import.meta.url)('@pydantic/genai-prices') as typeof PriceModule;
  return loaded;
}

/** Fewer bytes per token than any tokenizer needs on average. */
export const BYTES_PER_TOKEN = 3;

const MICROS = 1_000_000;
/** Longer names belong to no model, and are not worth matching. */
const LONGEST_NAME = 200;

/** Kinds of tokens that are input, and that are output, by the catalogue's name of their price in dollars per million. */
const INPUT = ['input_mtok', 'cache_write_mtok', 'cache_write_1h_mtok', 'input_audio_mtok', 'input_image_mtok', 'input_video_mtok'] as const;
const OUTPUT = ['output_mtok', 'output_audio_mtok', 'output_image_mtok', 'output_video_mtok'] as const;

/**
 * Prices of the bundled catalogue (`@pydantic/genai-prices`), as they are at the clock's time; nothing is fetched. null where the
 * catalogue does not know the model, or a count it needs is unknown: a price is never guessed (SPEND-6).
 */
export function libraryPrices(clock: Pick<Clock, 'now'>): Prices {
  const pricing = createPricing(clock);
  const meanings = createMeanings(clock);
  return {
    estimate: ({ provider, model, inputTokens, outputTokens }) => {
      const counted = { input_tokens: inputTokens, output_tokens: outputTokens };
      return dearest(meanings(provider, model), (meaning) => {
        const known = pricing(counted, meaning.provider, meaning.model);
        if (known === null) return null;
        const rate = (kinds: readonly string[]): number => kinds.reduce((most, kind) => Math.max(most, rateAt(known.price[kind], inputTokens)), 0);
        // A catalogue in which a kind of ours is cheaper than plain tokens must not lower the bound.
        return Math.max(known.usd, (inputTokens * rate(INPUT) + outputTokens * rate(OUTPUT)) / MICROS);
      });
    },
    cost: ({ provider, model, usage }) => {
      const counted = countedOf(usage);
      if (counted === null) return null;
      return dearest(meanings(provider, model), (meaning) => pricing(counted, meaning.provider, meaning.model)?.usd ?? null);
    },
  };
}

/** The dearest of what a name may mean; null when one of them has no price for these counts. */
function dearest(meanings: readonly Meaning[], usdOf: (meaning: Meaning) => number | null): number | null {
  let most: number | null = null;
  for (const meaning of meanings) {
    const usd = usdOf(meaning);
    if (usd === null) return null;
    most = Math.max(most ?? 0, usd * meaning.times);
  }
  return most === null ? null : micros(most);
}

/** What names mean, remembered: most agents ask for a few models, many times. */
function createMeanings(clock: Pick<Clock, 'now'>): (provider: string, model: string) => readonly Meaning[] {
  const remembered = new Map<string, readonly Meaning[]>();
  const known: Catalogue = {
    has: (provider, model) => {
      try {
        return (
          catalogue().calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: provider, timestamp: new Date(clock.now()) }) !== null
        );
      } catch {
        return false;
      }
    },
    models: (provider) =>
      catalogue()
        .findProvider({ providerId: provider })
        ?.models.map(({ id }) => id) ?? [],
  };
  return (provider, model) => {
    if (model.length > LONGEST_NAME) return [];
    const name = `${provider}\n${model}`;
    const before = remembered.get(name);
    if (before !== undefined) return before;
    const found = meaningsOf(known, provider, model);
    if (remembered.size >= MOST_MODELS) remembered.clear();
    remembered.set(name, found);
    return found;
  };
}

/**
 * The counts as the catalogue wants them: input and output are totals, and what is cached, written to the cache or sound is a part of
 * them that has its own price. Thinking is output like any other.
 */
function countedOf({ input, cachedInput, cacheWrite, cacheWriteLong, output, audioInput, audioOutput }: TokenUsage): Record<string, number> | null {
  if (input === undefined || output === undefined) return null;
  const parts = {
    cache_read_tokens: cachedInput,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWriteLong,
    // Sound that was cached cannot be told from words that were; the parts would overlap.
    input_audio_tokens:
      (cachedInput ?? 0) + (cacheWrite ?? 0) > 0 ? Math.min(audioInput ?? 0, input - (cachedInput ?? 0) - (cacheWrite ?? 0)) : audioInput,
    output_audio_tokens: audioOutput,
  };
  return {
    input_tokens: input,
    output_tokens: output,
    ...Object.fromEntries(Object.entries(parts).filter(([, count]) => count !== undefined && count > 0)),
  };
}

interface Priced {
  readonly usd: number;
  readonly price: ModelPrice;
}

type Counts = Readonly<Record<string, number>>;
type Pricing = (counted: Counts, provider: string, model: string) => Priced | null;

/** Models whose price is remembered. */
const MOST_MODELS = 512;

/**
 * Asks the catalogue, and remembers the price of a model that has one price at all times: looking it up takes longer than all else about a request.
 * Remembered prices count plain input and output; everything else is the catalogue's to add up.
 */
function createPricing(clock: Pick<Clock, 'now'>): Pricing {
  const remembered = new Map<string, ModelPrice>();
  return (counted, provider, model) => {
    if (model.length > LONGEST_NAME) return null;
    const name = `${provider}\n${model}`;
    const price = remembered.get(name);
    if (price !== undefined && isPlain(counted)) return { usd: plainCost(counted, price), price };
    try {
      const found = catalogue().calcPrice(counted, model, { providerId: provider, timestamp: new Date(clock.now()) });
      if (found === null || !Number.isFinite(found.total_price) || found.total_price < 0) return null;
      if (!Array.isArray(found.model.prices) && found.model_price['requests_kcount'] === undefined && remembered.size < MOST_MODELS) {
        remembered.set(name, found.model_price);
      }
      return { usd: found.total_price, price: found.model_price };
    } catch {
      // Counts that contradict each other, such as more cached tokens than input tokens, have no price.
      return null;
    }
  };
}

function isPlain(counted: Counts): boolean {
  for (const name in counted) if (name !== 'input_tokens' && name !== 'output_tokens') return false;
  return true;
}

/** As the catalogue adds it up, step by step, so that the last bit is the same. */
function plainCost({ input_tokens: input = 0, output_tokens: output = 0 }: Counts, price: ModelPrice): number {
  return plainPart(price['input_mtok'], input, input) + plainPart(price['output_mtok'], output, input);
}

/** Of tiers the highest that begins below the input counts, for input and output alike. */
function plainPart(price: ModelPrice[string], tokens: number, input: number): number {
  if (price === undefined) return 0;
  if (typeof price === 'number') return (price * tokens) / MICROS;
  if (tokens <= 0) return 0;
  const rate = price.tiers.reduce((dearer, tier) => (input > tier.start ? tier.price : dearer), price.base);
  return (((rate * tokens) / MICROS) * MICROS) / MICROS;
}

/** The dearest rate that may apply to this much input; 0 when the kind has no price of its own. */
function rateAt(price: ModelPrice[string], inputTokens: number): number {
  if (price === undefined) return 0;
  if (typeof price === 'number') return price;
  return Math.max(price.base, ...price.tiers.filter(({ start }) => inputTokens >= start).map((tier) => tier.price));
}

/** Dollars as micro-dollars, rounded up; a billionth is the error of adding doubles, not money. */
function micros(usd: number): number {
  return Math.ceil(Number((usd * MICROS).toFixed(3)));
}
