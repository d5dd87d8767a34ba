import type { UsageDoubt } from '../../../kernel/entry.ts';
import type { Answer, TokenUsage } from '../dialect/model-answer.ts';
import type { ModelRequest } from '../dialect/model-request.ts';

/** What a provider's counts are held against (docs/decisions, bounds of usage). */
export interface Counted {
  readonly answer: Pick<Answer, 'usage' | 'text' | 'calls'>;
  readonly request: Pick<ModelRequest, 'maxTokens' | 'choices' | 'unread' | 'previous' | 'providerTools'>;
  /** Bytes of the request. */
  readonly promptLength: number;
}

/** No tokenizer puts more characters than this into a token on average, once runs of one character count as one. */
const MOST_CHARS_PER_TOKEN = 8;
/** Below this many characters one token may be all. */
const SHORT = 64;
/** JSON around a prompt's words is no text of the model's: names of members, brackets, tools written shorter than they came. */
const MOST_BYTES_PER_PROMPT_TOKEN = 32;
const SHORT_PROMPT = 2_048;
/** What a provider adds to a prompt itself: its template, what explains tools. */
const ADDED_TOKENS = 4_096;
/** The most one picture, sound, film or file is worth, and the most of a prompt that is not in the request. */
const TOKENS_PER_PART = 2_000_000;
const MOST_INPUT = 16_777_216;
/** No model answers with more, and a bound of the request's own may be passed by the stop and by thoughts that are counted beside it. */
const MOST_OUTPUT = 1_048_576;
const STOP_TOKENS = 16;
const THOUGHTS = 2;

/** Why a provider's counts cannot be; none when they can. */
export function doubtsOf(counted: Counted): readonly UsageDoubt[] {
  const { usage } = counted.answer;
  const doubts: UsageDoubt[] = [];
  if (usage.contradicts === true) doubts.push('COUNTS_CONTRADICT');
  if (usage.output !== undefined) {
    if (usage.output < leastOutput(counted.answer)) doubts.push('OUTPUT_BELOW_TEXT');
    if (isAboveBound(counted, usage.output, usage)) doubts.push('OUTPUT_ABOVE_BOUND');
  }
  if (usage.input !== undefined) {
    if (usage.input > mostInput(counted)) doubts.push('INPUT_ABOVE_PROMPT');
    if (usage.input < leastInput(counted)) doubts.push('INPUT_BELOW_PROMPT');
  }
  return doubts;
}

/** Characters of everything that was seen of an answer: words, and the calls with their arguments. */
export function writtenLength({ text, calls }: Pick<Answer, 'text' | 'calls'>): number {
  return text.length + calls.reduce((sum, { name, args }) => sum + name.length + JSON.stringify(args ?? '').length, 0);
}

function leastOutput({ text, calls }: Pick<Answer, 'text' | 'calls'>): number {
  const seen = varied(text) + calls.reduce((sum, { name, args }) => sum + name.length + varied(JSON.stringify(args ?? '')), 0);
  if (seen === 0) return 0;
  return seen < SHORT ? 1 : Math.floor(seen / MOST_CHARS_PER_TOKEN);
}

/** Length with runs of one character as one: a token may be a whole line of spaces or dashes. */
function varied(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== text.charCodeAt(at - 1)) count++;
  return count;
}

function isAboveBound({ answer, request }: Counted, output: number, { reasoning = 0 }: TokenUsage): boolean {
  const choices = request.choices ?? 1;
  // What was seen was made, whatever the bound: a token is a byte at least, three for a character of the Basic Multilingual Plane.
  const seen = writtenLength(answer) * 3;
  if (request.maxTokens === undefined) return output > Math.max(MOST_OUTPUT * choices, seen);
  const bound = (request.maxTokens + STOP_TOKENS) * choices;
  return output > Math.max(bound * THOUGHTS, seen) || output - Math.min(reasoning, output) > Math.max(bound, seen);
}

function mostInput({ request, promptLength }: Counted): number {
  if (request.previous !== undefined || request.providerTools.length > 0) return MOST_INPUT;
  const parts = Object.values(request.unread ?? {}).reduce((sum, count) => sum + count, 0);
  return Math.min(MOST_INPUT, promptLength + ADDED_TOKENS + parts * TOKENS_PER_PART);
}

/** A picture is many bytes and few tokens. */
function leastInput({ request, promptLength }: Counted): number {
  if (request.unread !== undefined || promptLength < SHORT_PROMPT) return promptLength > 0 ? 1 : 0;
  return Math.floor(promptLength / MOST_BYTES_PER_PROMPT_TOKEN);
}
