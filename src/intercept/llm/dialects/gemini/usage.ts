import type { Json } from '../../../../kernel/json.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import { wholeOutput, wrongCounts } from '../../dialect/counts.ts';
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
  const input = prompt === undefined ? undefined : prompt + (countOf(usage?.toolUsePromptTokenCount) ?? 0);
  const output = answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0);
  return known<TokenUsage>({
    input,
    cachedInput: countOf(usage?.cachedContentTokenCount),
    output: wholeOutput({ input, output, reasoning: undefined, total: countOf(usage?.totalTokenCount) }),
    reasoning: thoughts,
    audioInput: audioIn(usage?.promptTokensDetails),
    audioOutput: audioIn(usage?.candidatesTokensDetails),
    ...wrongCounts(usage?.promptTokenCount, usage?.candidatesTokenCount, usage?.thoughtsTokenCount, usage?.totalTokenCount),
  });
}

function audioIn(details: Json | undefined): number | undefined {
  const audio = listOf(details).find((value) => objectOf(value)?.modality === 'AUDIO');
  return countOf(objectOf(audio)?.tokenCount);
}
