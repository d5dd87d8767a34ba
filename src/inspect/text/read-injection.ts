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
      const end = follow(words, i, rule.next);
      if (end !== undefined) say(rule.code, rule.confidence, [words[i]?.at ?? 0, words[end]?.at ?? 0]);
    }
  }
}

/** Longer runs of letters are cut. */
const LONGEST = 40;

/** What `/[a-z0-9]{1,40}|@/g` finds, several times as fast. */
function asciiWords(plain: string): Word[] {
  const out: Word[] = [];
  let start = -1;
  for (let at = 0; at <= plain.length; at++) {
    const code = plain.charCodeAt(at);
    const inside = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
    if (start >= 0 && (!inside || at - start === LONGEST)) {
      out.push({ text: plain.slice(start, at), at: start });
      start = -1;
    }
    if (inside && start < 0) start = at;
    if (code === 0x40) out.push({ text: '@', at });
  }
  return out;
}

function split(plain: string): Word[] {
  const out: Word[] = [];
  if (!NOT_ASCII.test(plain)) return asciiWords(plain);
  for (const match of plain.matchAll(/[\p{L}\p{N}]{1,40}|@/gu)) {
    const word = match[0];
    out.push({ text: NOT_ASCII.test(word) ? word.normalize('NFD').replace(/\p{M}/gu, '') : word, at: match.index });
  }
  return out;
}

function follow(words: readonly Word[], start: number, steps: readonly Next[]): number | undefined {
  let at = start;
  for (const { fits, within } of steps) {
    const last = Math.min(at + within, words.length - 1);
    let next = at + 1;
    while (next <= last && !fits.has(words[next]?.text ?? '')) next++;
    if (next > last) return undefined;
    at = next;
  }
  return at;
}

/** What may come next, and within how many words. */
interface Next {
  readonly fits: ReadonlySet<string>;
  readonly within: number;
}

function fitting({ is }: Pick<Step, 'is'>): ReadonlySet<string> {
  return is.startsWith('=') ? new Set([is.slice(1)]) : LEXICON[is as WordClass];
}

type Indexed = PhraseRule & { readonly next: readonly Next[] };

function indexRules(): ReadonlyMap<string, readonly Indexed[]> {
  const index = new Map<string, Indexed[]>();
  for (const rule of RULES) {
    const [first, ...rest] = rule.steps;
    const next = rest.map((step) => ({ fits: fitting(step), within: step.within }));
    for (const word of fitting(first)) index.set(word, [...(index.get(word) ?? []), { ...rule, next }]);
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
