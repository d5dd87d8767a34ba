import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { wholeOutput, wrongCounts } from '../../dialect/counts.ts';
import { countOf, known, objectOf } from '../../dialect/members.ts';

/** `usage` of the Responses interface. Input tokens include the cached ones, output tokens the reasoning ones. */
export function usageOf(value: Json | undefined): TokenUsage {
  const usage = objectOf(value);
  const input = objectOf(usage?.input_tokens_details);
  const output = objectOf(usage?.output_tokens_details);
  const counts = {
    input: countOf(usage?.input_tokens),
    output: countOf(usage?.output_tokens),
    reasoning: countOf(output?.reasoning_tokens),
    total: countOf(usage?.total_tokens),
  };
  return known<TokenUsage>({
    input: counts.input,
    cachedInput: countOf(input?.cached_tokens),
    cacheWrite: countOf(input?.cache_write_tokens),
    audioInput: countOf(input?.audio_tokens),
    output: wholeOutput(counts),
    reasoning: counts.reasoning,
    audioOutput: countOf(output?.audio_tokens),
    ...wrongCounts(usage?.input_tokens, usage?.output_tokens, usage?.total_tokens, output?.reasoning_tokens, input?.cached_tokens),
  });
}
