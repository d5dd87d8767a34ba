import type { Finding, Risk } from '../../kernel/finding.ts';
import { fold } from '../decode/fold.ts';
import { found } from '../found.ts';
import { prefilter } from '../secrets/aho.ts';
import { skeleton } from '../unicode/confusable.ts';
import { FOREIGN, FRAMES, LEXICON } from './lexicon.ts';
import type { WordClass } from './lexicon.ts';
import type { PhraseRule, Step } from './rules.ts';
import { RULES } from './rules.ts';

/** Where the text stands: what an agent sends, what a tool answered, what a person asked, what a tool says of itself. */
export type TextContext = 'argument' | 'carried' | 'result' | 'prompt' | 'declaration';

interface Word {
  readonly text: string;
  readonly at: number;
}

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
  const plain = (foreign ? skeleton(folded) : text).toLowerCase();
  const out: Finding[] = [];
  const seen = new Set<string>();
  const say = (code: string, confidence: number, span: readonly [number, number]): void => {
    if (seen.has(code)) return;
    seen.add(code);
    const evidence = plain.slice(Math.max(0, span[0] - 10), span[1] + 20);
    out.push(
      found({
        detector: 'injection',
        code,
        risk: riskOf(confidence, context, code),
        pointer,
        text: evidence,
        category: 'prompt-injection',
        confidence,
      }),
    );
  };
  let triggered = foreign;
  FILTER.scan(plain, (id, end) => {
    triggered = true;
    const frame = FRAMES[id];
    if (frame === undefined) return;
    say('INJECTION_FRAME', /^<[|<]/.test(frame) ? 0.9 : /^[<"]/.test(frame) ? 0.8 : 0.85, [end - frame.length, end]);
  });
  if (foreign) {
    const own = folded.toLowerCase();
    for (const phrase of FOREIGN) {
      const at = own.indexOf(phrase);
      if (at >= 0) say('INJECTION_OVERRIDE', 0.85, [at, at + phrase.length]);
    }
  }
  if (triggered) phrases(plain, { context, say, said: (code) => seen.has(code) });
  return out;
}

interface Voice {
  readonly context: TextContext;
  readonly say: (code: string, confidence: number, span: readonly [number, number]) => void;
  readonly said: (code: string) => boolean;
}

const FIRST = indexRules();
const FILTER = prefilter([...FRAMES, ...TRIGGERS]);

function phrases(plain: string, { context, say, said }: Voice): void {
  const words = split(plain);
  for (let i = 0; i < words.length; i++) {
    const rules = FIRST.get(words[i]?.text ?? '');
    if (rules === undefined) continue;
    for (const rule of rules) {
      if (said(rule.code)) continue;
      if (rule.where === 'read' && (context === 'argument' || context === 'carried')) continue;
      const end = follow(words, i, rule.steps);
      if (end !== undefined) say(rule.code, rule.confidence, [words[i]?.at ?? 0, words[end]?.at ?? 0]);
    }
  }
}

function split(plain: string): Word[] {
  const out: Word[] = [];
  if (!NOT_ASCII.test(plain)) {
    for (const match of plain.matchAll(/[a-z0-9]{1,40}|@/g)) out.push({ text: match[0], at: match.index });
    return out;
  }
  for (const match of plain.matchAll(/[\p{L}\p{N}]{1,40}|@/gu)) {
    const word = match[0];
    out.push({ text: NOT_ASCII.test(word) ? word.normalize('NFD').replace(/\p{M}/gu, '') : word, at: match.index });
  }
  return out;
}

function follow(words: readonly Word[], start: number, steps: readonly Step[]): number | undefined {
  let at = start;
  for (let s = 1; s < steps.length; s++) {
    const step = steps[s];
    if (step === undefined) return undefined;
    let next = -1;
    for (let i = at + 1; i <= at + step.within && i < words.length; i++) {
      if (fits(words[i]?.text ?? '', step)) {
        next = i;
        break;
      }
    }
    if (next < 0) return undefined;
    at = next;
  }
  return at;
}

function fits(word: string, step: Step): boolean {
  return step.is.startsWith('=') ? step.is.slice(1) === word : LEXICON[step.is as WordClass].has(word);
}

function indexRules(): ReadonlyMap<string, readonly PhraseRule[]> {
  const index = new Map<string, PhraseRule[]>();
  for (const rule of RULES) {
    const { is } = rule.steps[0];
    const words = is.startsWith('=') ? [is.slice(1)] : LEXICON[is as WordClass];
    for (const word of words) index.set(word, [...(index.get(word) ?? []), rule]);
  }
  return index;
}

/** INSPECT-6: carried text is recorded; an argument is asked about or denied by confidence; a declaration is judged hardest. */
function riskOf(confidence: number, context: TextContext, code: string): Risk {
  if (context === 'carried') return 'MEDIUM';
  if (confidence < 0.7) return 'MEDIUM';
  if (context === 'declaration') return confidence >= 0.85 ? 'CRITICAL' : 'HIGH';
  if (code === 'INJECTION_ROLE' || code === 'INJECTION_FRAME') return confidence >= 0.85 ? 'HIGH' : 'MEDIUM';
  return confidence >= 0.9 ? 'CRITICAL' : 'HIGH';
}
