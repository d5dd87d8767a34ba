import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { wholeOutput, wrongCounts } from '../../dialect/counts.ts';
import { countOf, known, objectOf } from '../../dialect/members.ts';

/**
 * `usage` of Chat Completions. Prompt tokens include the cached ones, completion tokens the reasoning ones; where the total says more, the reasoning ones
 * were counted beside. Names of other servers: DeepSeek, OpenRouter, LiteLLM.
 */
export function usageOf(value: Json | undefined): TokenUsage {
  const usage = objectOf(value);
  if (usage === null) return {};
  const prompt = objectOf(usage['prompt_tokens_details']);
  const completion = objectOf(usage['completion_tokens_details']);
  const input = countOf(usage['prompt_tokens']);
  const output = countOf(usage['completion_tokens']);
  const reasoning = countOf(completion?.['reasoning_tokens']);
  const total = countOf(usage['total_tokens']);
  return known<TokenUsage>({
    input,
    cachedInput: countOf(prompt?.['cached_tokens']) ?? countOf(usage['prompt_cache_hit_tokens']),
    cacheWrite: countOf(prompt?.['cache_write_tokens']) ?? countOf(usage['cache_creation_input_tokens']),
    audioInput: countOf(prompt?.['audio_tokens']),
    output: wholeOutput({ input, output, reasoning, total }),
    reasoning,
    audioOutput: countOf(completion?.['audio_tokens']),
    ...wrongCounts(
      usage['prompt_tokens'],
      usage['completion_tokens'],
      usage['total_tokens'],
      completion?.['reasoning_tokens'],
      prompt?.['cached_tokens'],
    ),
  });
}
