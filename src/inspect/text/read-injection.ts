import type { Finding, Risk } from '../../kernel/finding.ts';
import { fold } from '../decode/fold.ts';
import { found } from '../found.ts';
import { prefilter } from '../secrets/aho.ts';
import { skeleton } from '../unicode/confusable.ts';
import { commandRequestAt } from './commands.ts';
import { declaredWeight } from './declared.ts';
import { foreignOrders } from './languages.ts';
import { FRAMES, LEXICON } from './lexicon.ts';
import type { WordClass } from './lexicon.ts';
import { isQuoted, MENTIONED } from './mentioned.ts';
import { requestsIn } from './requests.ts';
import type { Request } from './requests.ts';
import type { PhraseRule, Step } from './rules.ts';
import { RULES } from './rules.ts';
import { vocabularyOf } from './words.ts';

/** Where the text stands: what an agent sends, what a tool answered, what a person asked, what a tool says of itself. */
export type TextContext = 'argument' | 'carried' | 'result' | 'prompt' | 'declaration';

const NOT_ASCII = /[^\x00-\x7f]/;

/** Texts that hold none of these hold no phrase; the pass that looks for frames looks for them too. */
const TRIGGERS = [
  'ignor',
  ' my ',
  'want you',
  'going to',
  'abide',
  'what were',
  'spell',
  'disregard',
  'forget',
  'overr',
  'bypass',
  'neglect',
  'discard',
  'dismiss',
  'olvid',
  'esque',
  'dimentic',
  'vergi',
  'vergess',
  'oubli',
  'negeer',
  'missacht',
  'pretend',
  'act as',
  'from now',
  'you are',
  'without',
  'developer mode',
  'reveal',
  'prompt',
  'instruction',
  'not ',
  "n't ",
  'never',
  'attention',
  'please ',
  'assistant',
  'send',
  'forward',
  'transmit',
  'upload',
  'tool',
  'new ',
  'repeat',
  'skip',
  'mail',
  'post',
  'share',
];

/** Phrases that try to steer a model. Pure, linear, with a confidence; risk follows from confidence and context (INSPECT-6). */
export function readInjection(text: string, pointer: string, context: TextContext = 'argument'): Finding[] {
  const foreign = NOT_ASCII.test(text);
  if (text.length < (foreign ? 4 : 10)) return [];
  const folded = foreign ? fold(text) : text;
  const seen = foreign ? skeleton(folded) : text;
  let lower: string | undefined;
  const plain = (): string => (lower ??= seen.toLowerCase());
  const said = new Map<string, Said>();
  const say = (code: string, confidence: number, span: readonly [number, number]): void => {
    // What is said twice counts as the surer of the two.
    if (confidence > (said.get(code)?.confidence ?? 0))
      said.set(code, { confidence: isQuoted(plain(), span[0]) ? Math.min(confidence, MENTIONED) : confidence, span });
  };
  let triggered = foreign;
  // What folding to lower case does beyond ASCII moves positions and makes ASCII letters.
  FILTER.scan(foreign ? plain() : text, (id, end) => {
    triggered = true;
    const frame = FRAMES[id];
    if (frame === undefined) return;
    say('INJECTION_FRAME', /^<[|<]/.test(frame) ? 0.9 : /^[<"]/.test(frame) ? 0.8 : 0.85, [end - frame.length, end]);
  });
  // Letters that look like others belong to a language of their own here.
  const own = (): string => (seen === folded ? plain() : folded.toLowerCase());
  if (triggered) phrases(plain(), { context, say, said: (code) => (said.get(code)?.confidence ?? 0) >= 0.85 });
  for (const { code, start } of foreignOrders(own())) say(code, 0.9, [start, start + 60]);
  if (context === 'result' || context === 'declaration' || context === 'prompt') {
    composed(plain().replaceAll('’', "'"), context, say);
    if (own() !== plain()) composed(own(), context, say);
  }
  return [...said].map(([code, { confidence, span }]) =>
    found({
      detector: 'injection',
      code,
      risk: riskOf(confidence, context, code),
      pointer,
      text: plain().slice(Math.max(0, span[0] - 10), span[1] + 20),
      category: 'prompt-injection',
      confidence,
    }),
  );
}

interface Said {
  readonly confidence: number;
  readonly span: readonly [number, number];
}

/** What the parts of a request weigh together to be one, by where it stands: a tool's own words are judged hardest. */
const ENOUGH = { result: 4, prompt: 4, declaration: 4 } as const;
const PLENTY = 6;
/** What a tool's words about itself weigh when they are not about itself. */
const POISON = 3;

function composed(plain: string, context: keyof typeof ENOUGH, say: Voice['say']): void {
  let worst: Request | undefined;
  for (const one of requestsIn(plain)) if (one.score > (worst?.score ?? 0)) worst = one;
  if (worst !== undefined && worst.score >= ENOUGH[context]) say('INJECTION_REQUEST', worst.score >= PLENTY ? 0.92 : 0.8, [worst.start, worst.end]);
  if (context === 'declaration') {
    const weight = declaredWeight(plain);
    if (weight >= POISON) say('INJECTION_TOOL_POISONING', weight > POISON ? 0.9 : 0.8, [0, 60]);
  }
  const at = commandRequestAt(plain);
  if (at !== undefined) say('INJECTION_REQUEST', 0.8, [at - 40, at + 20]);
}

interface Voice {
  readonly context: TextContext;
  readonly say: (code: string, confidence: number, span: readonly [number, number]) => void;
  readonly said: (code: string) => boolean;
}

const FILTER = prefilter([...FRAMES, ...TRIGGERS]);
const VOCABULARY = vocabularyOf(RULES.flatMap((rule) => rule.steps.flatMap((step) => [...fitting(step)])));
const FIRST = indexRules();

function phrases(plain: string, { context, say, said }: Voice): void {
  const { ids, starts } = VOCABULARY.wordsIn(plain);
  for (let i = 0; i < ids.length; i++) {
    const rules = FIRST[ids[i] ?? 0];
    if (rules === undefined) continue;
    for (const rule of rules) {
      if (said(rule.code)) continue;
      if (rule.where === 'read' && (context === 'argument' || context === 'carried')) continue;
      if (rule.code === 'INJECTION_REQUEST' && isOwnWish(plain, starts[i] ?? 0)) continue;
      const end = follow(ids, i, rule.next);
      if (end !== undefined) say(rule.code, rule.confidence, [starts[i] ?? 0, starts[end] ?? 0]);
    }
  }
}

/** `I want to change my password`, `could you please …`: a person who speaks to a person of what is theirs. */
function isOwnWish(plain: string, at: number): boolean {
  return /(?:\b(?:to|i|we|you|can|could|would|help|help me|cannot|can't|i'd|i'll|did|didn't|how)|\byou,?)\s{1,2}$/.test(
    plain.slice(Math.max(0, at - 12), at),
  );
}

function follow(ids: readonly number[], start: number, steps: readonly Next[]): number | undefined {
  let at = start;
  for (const { fits, within } of steps) {
    const last = Math.min(at + within, ids.length - 1);
    let next = at + 1;
    while (next <= last && fits[ids[next] ?? 0] !== 1) next++;
    if (next > last) return undefined;
    at = next;
  }
  return at;
}

/** What may come next, by the word's number in the vocabulary, and within how many words. */
interface Next {
  readonly fits: Uint8Array;
  readonly within: number;
}

function fitting({ is }: Pick<Step, 'is'>): ReadonlySet<string> {
  return is.startsWith('=') ? new Set([is.slice(1)]) : LEXICON[is as WordClass];
}

type Indexed = PhraseRule & { readonly next: readonly Next[] };

/** The rules by the number of the word they begin with. */
function indexRules(): readonly (readonly Indexed[] | undefined)[] {
  const index: Indexed[][] = [];
  for (const rule of RULES) {
    const [first, ...rest] = rule.steps;
    const next = rest.map((step) => ({ fits: marked(fitting(step)), within: step.within }));
    for (const word of fitting(first)) (index[VOCABULARY.idOf(word)] ??= []).push({ ...rule, next });
  }
  return index;
}

function marked(words: ReadonlySet<string>): Uint8Array {
  const out = new Uint8Array(VOCABULARY.size);
  for (const word of words) out[VOCABULARY.idOf(word)] = 1;
  return out;
}

/** INSPECT-6: carried text is recorded; an argument is asked about or denied by confidence; a declaration is judged hardest. */
function riskOf(confidence: number, context: TextContext, code: string): Risk {
  if (context === 'carried') return 'MEDIUM';
  if (confidence < 0.7) return 'MEDIUM';
  if (context === 'declaration') return confidence >= 0.85 ? 'CRITICAL' : 'HIGH';
  if (code === 'INJECTION_ROLE' || code === 'INJECTION_FRAME') return confidence >= 0.85 ? 'HIGH' : 'MEDIUM';
  return confidence >= 0.9 ? 'CRITICAL' : 'HIGH';
}
