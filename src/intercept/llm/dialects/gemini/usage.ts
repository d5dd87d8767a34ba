import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { countOf, known, listOf, objectOf } from '../../dialect/members.ts';

/**
 * `usageMetadata` of Gemini. Prompt tokens include the cached ones; what tools put into the prompt is counted beside it, and thoughts are
 * counted beside the answer, so both are added here: input is all input, output all output.
 */
export function usageOf(value: Json | undefined): TokenUsage {
  const usage = objectOf(value);
  const prompt = countOf(usage?.promptTokenCount);
  const answer = countOf(usage?.candidatesTokenCount);
  const thoughts = countOf(usage?.thoughtsTokenCount);
  return known<TokenUsage>({
    input: prompt === undefined ? undefined : prompt + (countOf(usage?.toolUsePromptTokenCount) ?? 0),
    cachedInput: countOf(usage?.cachedContentTokenCount),
    output: answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0),
    reasoning: thoughts,
    audioInput: audioIn(usage?.promptTokensDetails),
    audioOutput: audioIn(usage?.candidatesTokensDetails),
  });
}

function audioIn(details: Json | undefined): number | undefined {
  const audio = listOf(details).find((value) => objectOf(value)?.modality === 'AUDIO');
  return countOf(objectOf(audio)?.tokenCount);
}
