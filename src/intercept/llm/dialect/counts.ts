import type { Json } from '../../../kernel/json.ts';
import { countOf } from './members.ts';
import type { TokenUsage } from './model-answer.ts';

/** Said where a count should stand and none does: negative, fractional, text, endless (SPEND-9). */
export function wrongCounts(...values: readonly (Json | undefined)[]): Pick<TokenUsage, 'contradicts'> {
  const wrong = values.some((value) => value !== undefined && value !== null && countOf(value) === undefined);
  return wrong ? { contradicts: true } : {};
}

/**
 * All output, as far as a total tells: some providers count thoughts beside the answer, and the larger of both is what was made. A total of nothing is
 * none.
 */
export function wholeOutput(terms: {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly reasoning: number | undefined;
  readonly total: number | undefined;
}): number | undefined {
  const { input, output, reasoning = 0, total = 0 } = terms;
  if (output === undefined) return undefined;
  // More thoughts than output: they are not a part of it.
  const own = reasoning > output ? output + reasoning : output;
  return input === undefined ? own : Math.max(own, total - input);
}

const FIELDS = ['input', 'cachedInput', 'cacheWrite', 'cacheWriteLong', 'output', 'reasoning', 'audioInput', 'audioOutput'] as const;

/** The counts of a stream so far: later ones are totals, and may grow. Nothing where something was said is nothing new; less is a contradiction. */
export function laterUsage(before: TokenUsage, now: TokenUsage): TokenUsage {
  const counts: { -readonly [K in keyof TokenUsage]: TokenUsage[K] } = { ...before, ...now };
  let shrank = before.contradicts === true || now.contradicts === true;
  for (const field of FIELDS) {
    const [was, is] = [before[field], now[field]];
    if (was === undefined || is === undefined) continue;
    shrank ||= is < was && is !== 0;
    counts[field] = Math.max(was, is);
  }
  return shrank ? { ...counts, contradicts: true } : counts;
}
