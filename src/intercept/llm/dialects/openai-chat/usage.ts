import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { countOf, known, objectOf } from '../../dialect/members.ts';

/** `usage` of Chat Completions. Prompt tokens include the cached ones, completion tokens the reasoning ones. */
export function usageOf(value: Json | undefined): TokenUsage {
  const usage = objectOf(value);
  if (usage === null) return {};
  const prompt = objectOf(usage['prompt_tokens_details']);
  const completion = objectOf(usage['completion_tokens_details']);
  return known<TokenUsage>({
    input: countOf(usage['prompt_tokens']),
    cachedInput: countOf(prompt?.['cached_tokens']),
    audioInput: countOf(prompt?.['audio_tokens']),
    output: countOf(usage['completion_tokens']),
    reasoning: countOf(completion?.['reasoning_tokens']),
    audioOutput: countOf(completion?.['audio_tokens']),
  });
}
