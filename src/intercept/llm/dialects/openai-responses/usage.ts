import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { countOf, known, objectOf } from '../../dialect/members.ts';

/** `usage` of the Responses interface. Input tokens include the cached ones, output tokens the reasoning ones. */
export function usageOf(value: Json | undefined): TokenUsage {
  const usage = objectOf(value);
  const input = objectOf(usage?.input_tokens_details);
  const output = objectOf(usage?.output_tokens_details);
  return known<TokenUsage>({
    input: countOf(usage?.input_tokens),
    cachedInput: countOf(input?.cached_tokens),
    cacheWrite: countOf(input?.cache_write_tokens),
    audioInput: countOf(input?.audio_tokens),
    output: countOf(usage?.output_tokens),
    reasoning: countOf(output?.reasoning_tokens),
    audioOutput: countOf(output?.audio_tokens),
  });
}
