import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { laterUsage, wrongCounts } from '../../dialect/counts.ts';
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
  const cached = (read ?? before.cachedInput ?? 0) + (written ?? before.cacheWrite ?? 0);
  // Some gateways count the input at the start alone, and say nothing of it later.
  const input = fresh === undefined || (fresh === 0 && before.input !== undefined) ? undefined : fresh + cached;
  const now = known<TokenUsage>({
    input,
    cachedInput: read,
    cacheWrite: written,
    cacheWriteLong: long,
    output: countOf(usage['output_tokens']),
    ...wrongCounts(usage['input_tokens'], usage['output_tokens'], usage['cache_read_input_tokens'], usage['cache_creation_input_tokens']),
  });
  return laterUsage(before, now);
}
