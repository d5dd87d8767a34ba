import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { countOf, known, objectOf } from '../../dialect/members.ts';

/** What both messages and their deltas count; a stream's later counts are totals, never less than what was said before. */
export function usageOf(value: Json | undefined, before: TokenUsage = {}): TokenUsage {
  const usage = objectOf(value);
  if (usage === null) return before;
  const read = countOf(usage['cache_read_input_tokens']);
  const written = countOf(usage['cache_creation_input_tokens']);
  const long = countOf(objectOf(usage['cache_creation'])?.['ephemeral_1h_input_tokens']);
  const fresh = countOf(usage['input_tokens']);
  // Ours counts all input; Anthropic counts what was neither read from nor written to the cache.
  const input = fresh === undefined ? undefined : fresh + (read ?? before.cachedInput ?? 0) + (written ?? before.cacheWrite ?? 0);
  return known<TokenUsage>({
    input: larger(input, before.input),
    cachedInput: larger(read, before.cachedInput),
    cacheWrite: larger(written, before.cacheWrite),
    cacheWriteLong: larger(long, before.cacheWriteLong),
    output: larger(countOf(usage['output_tokens']), before.output),
  });
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
