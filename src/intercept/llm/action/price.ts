import { createRequire } from 'node:module';
import type * as PriceModule from '@pydantic/genai-prices';
import type { ModelPrice } from '@pydantic/genai-prices';
import type { Clock } from '../../../ports.ts';
import type { TokenUsage } from '../dialect/model-answer.ts';

/** Money. Micro-dollars, rounded up; null: nobody knows this model's price. */
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

/** Kinds of tokens that are input, and that are output; each may have a price of its own, in dollars per million. */
const INPUT = ['input', 'cache_write', 'cache_write_1h', 'input_audio', 'input_image', 'input_video'] as const;
const OUTPUT = ['output', 'output_audio', 'output_image', 'output_video'] as const;

/**
 * Prices of the bundled catalogue (`@pydantic/genai-prices`), as they are at the clock's time; nothing is fetched. null where the
 * catalogue does not know the model, or a count it needs is unknown: a price is never guessed (SPEND-6).
 */
export function libraryPrices(clock: Pick<Clock, 'now'>): Prices {
  const at = (): Date => new Date(clock.now());
  return {
    estimate: ({ provider, model, inputTokens, outputTokens }) => {
      const known = priceOf({ input_tokens: inputTokens, output_tokens: outputTokens }, { provider, model, at: at() });
      if (known === null) return null;
      const { price } = known;
      const dearest = (kinds: readonly string[]): number => Math.max(...kinds.map((kind) => rateAt(price[`${kind}_mtok`], inputTokens)));
      // A catalogue in which a kind of ours is cheaper than plain tokens must not lower the bound.
      return micros(Math.max(known.usd, (inputTokens * dearest(INPUT) + outputTokens * dearest(OUTPUT)) / MICROS));
    },
    cost: ({ provider, model, usage }) => {
      const counted = countedOf(usage);
      const known = counted === null ? null : priceOf(counted, { provider, model, at: at() });
      return known === null ? null : micros(known.usd);
    },
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

function priceOf(
  counted: Record<string, number>,
  { provider, model, at }: { readonly provider: string; readonly model: string; readonly at: Date },
): Priced | null {
  if (model.length > LONGEST_NAME) return null;
  try {
    const found = catalogue().calcPrice(counted, model, { providerId: provider, timestamp: at });
    if (found === null || !Number.isFinite(found.total_price) || found.total_price < 0) return null;
    return { usd: found.total_price, price: found.model_price };
  } catch {
    // Counts that contradict each other, such as more cached tokens than input: nobody knows what that cost.
    return null;
  }
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
