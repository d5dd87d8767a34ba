import type { Token } from '../lex.ts';
import { HARMFUL_ROUTINES } from '../vocabulary.ts';
import { isFunction, PACKAGES, PROBES, SYSTEM_NAMES } from './lexicon.ts';
import { closeOf, JOIN, joined, SYMBOL, tight } from './condition.ts';
import { select } from './select.ts';
import { STATEMENT_WORDS, stacked, statement } from './statement.ts';
import type { Spliced, Suspicion, View } from './view.ts';
import { broke, certain, commented, kind, likely, literal, text } from './view.ts';
import { wholeExpression } from './whole.ts';

/**
 * The shapes an injected value has after tokenising. Each asks for grammar, not for words: prose has the words but not the order
 * of literals, operators and brackets (INSPECT-61, INSPECT-62).
 */
export function shapes(spliced: Spliced): Suspicion | null {
  const view: View = { ...spliced, tokens: spliced.lexed.tokens };
  let weak: Suspicion | null = null;
  for (let i = 0; i < view.tokens.length; i += 1) {
    const token = view.tokens[i];
    if (token === undefined) continue;
    const seen =
      token.kind === 'word'
        ? atWord(view, i, token.text)
        : token.kind === 'op'
          ? atOperator(view, i, token.text)
          : token.kind === 'variable'
            ? atVariable(token)
            : token.kind === 'semi'
              ? stacked(view, i)
              : null;
    if (seen?.certain === true) return seen;
    weak ??= seen;
  }
  return weak ?? terminator(view) ?? whole(view) ?? quotesOnly(view) ?? mongo(view);
}

function whole(view: View): Suspicion | null {
  const last = view.tokens[view.tokens.length - 1];
  const { length } = view.context + view.value.trimEnd();
  const cut = view.lexed.comments.some((comment) => comment.end >= length && comment.start >= (last?.end ?? 0) && comment.text.length <= 40);
  const silent = cut && view.lexed.comments.every((comment) => !/[a-z\d]/i.test(comment.text));
  const shape = wholeExpression({ tokens: view.tokens, context: view.context, value: view.value, cut: view.context === '' ? silent : cut, silent });
  return shape === null ? null : likely(shape);
}

type Shape = (view: View, at: number) => Suspicion | null;

const WORD_SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['UNION', (view, at) => union(view, at)],
  ['SELECT', (view, at) => select(view, at)],
  ['WAITFOR', (view, at) => (/^(?:DELAY|TIME)$/.test(text(view, at + 1)) ? certain('time delay') : null)],
  ['OUTFILE', (view, at) => file(view, at)],
  ['DUMPFILE', (view, at) => file(view, at)],
  ['MATCH', (view, at) => matching(view, at)],
  ['ORDER', (view, at) => ordering(view, at)],
  ['GROUP', (view, at) => ordering(view, at)],
  ['PROCEDURE', (view, at) => (/^ANALY[SZ]E/.test(text(view, at + 1)) ? certain('procedure analyse') : null)],
  ['EXEC', (view, at) => execute(view, at)],
  ['EXECUTE', (view, at) => execute(view, at)],
  ['HAVING', (view, at) => having(view, at)],
  ['DECLARE', (view, at) => (kind(view, at + 1) === 'variable' ? certain('declare') : null)],
]);

/** Every word that one of the shapes begins with: most words of a text are none of them. */
const TELLING: ReadonlySet<string> = new Set([
  ...JOIN,
  ...WORD_SHAPES.keys(),
  ...HARMFUL_ROUTINES.keys(),
  ...PROBES,
  ...SYSTEM_NAMES,
  ...STATEMENT_WORDS,
  'MASTER',
  'MYSQL',
  'MATCH',
]);

function atWord(view: View, at: number, word: string): Suspicion | null {
  if (PACKAGES.test(word) && kind(view, at + 1) === 'dot' && kind(view, at + 3) === 'open') return certain('routine');
  if (!TELLING.has(word)) return null;
  if (kind(view, at - 1) === 'dot') return SYSTEM_NAMES.has(word) ? certain('system catalogue') : null;
  if (JOIN.has(word)) {
    const seen = joined(view, at);
    if (seen !== null) return seen;
  }
  return named(view, at, word) ?? WORD_SHAPES.get(word)?.(view, at) ?? statement(view, at, word);
}

/** `sleep (rest)`. */
const isEnglish = (view: View, at: number): boolean =>
  kind(view, at + 1) === 'open' && !tight(view, at) && kind(view, at + 2) === 'word' && kind(view, at + 3) === 'close';

/** Routines and catalogues that only an attacker names. */
function named(view: View, at: number, word: string): Suspicion | null {
  const next = kind(view, at + 1);
  if (word === 'SLEEP' && isEnglish(view, at)) return null;
  if (HARMFUL_ROUTINES.has(word) && (next === 'open' || next === 'dot' || /^(?:XP|SP)_/.test(word))) return certain('routine');
  if (PROBES.has(word) && next === 'open') return certain('error or blind probe');
  if (
    word === 'MYSQL' &&
    next === 'dot' &&
    /^(?:USER|DB|TABLES_PRIV|GLOBAL_PRIV)$/.test(text(view, at + 2)) &&
    /^(?:FROM|INTO|JOIN|UPDATE|,)$/.test(view.tokens[at - 1]?.text ?? '')
  )
    return certain('system catalogue');
  if (word === 'MASTER' && next === 'dot' && at > 0 && /^(?:FROM|JOIN|,|EXEC|\(|[-+|=]+)$/.test(view.tokens[at - 1]?.text ?? ''))
    return certain('system catalogue');
  return SYSTEM_NAMES.has(word) && (next === 'dot' || at > 0) ? certain('system catalogue') : null;
}

/** `' having 1=1--`, `… group by x having count(id) > 9`. */
function having(view: View, at: number): Suspicion | null {
  if (broke(view) && literal(view.tokens[at + 1])) return certain('having probe');
  // `id having (1 or true)`.
  if (
    kind(view, at + 1) === 'open' &&
    (literal(view.tokens[at + 2]) || /^(?:TRUE|FALSE)$/.test(text(view, at + 2))) &&
    /^(?:OR|AND|=)$/.test(text(view, at + 3))
  )
    return likely('having probe');
  const counts = isFunction(text(view, at + 1)) && kind(view, at + 2) === 'open';
  return counts && SYMBOL.has(text(view, closeOf(view, at + 2) + 1)) ? likely('having probe') : null;
}

/** `match(a) against (b)`. */
function matching(view: View, at: number): Suspicion | null {
  if (kind(view, at + 1) !== 'open') return null;
  const close = closeOf(view, at + 1);
  return text(view, close + 1) === 'AGAINST' && kind(view, close + 2) === 'open' ? likely('full-text condition') : null;
}

function file(view: View, at: number): Suspicion | null {
  let i = at + 1;
  while (kind(view, i) === 'open') i += 1;
  const written = kind(view, i) === 'string' || kind(view, i) === 'quoted' || (text(view, at - 1) === 'INTO' && isFunction(text(view, i)));
  return written ? certain('file') : null;
}

function union(view: View, at: number): Suspicion | null {
  // `student union select committee`: words before, one word behind.
  const spoken = view.context === '' && kind(view, at - 1) === 'word' && kind(view, at + 2) === 'word' && kind(view, at + 3) === undefined;
  if (spoken && !commented(view)) return null;
  let i = at + 1;
  while (text(view, i) === 'ALL' || text(view, i) === 'DISTINCT' || view.tokens[i]?.text === '(' || text(view, i) === '*') i += 1;
  const next = text(view, i);
  if (next !== 'SELECT')
    return next === 'VALUES' && i > at + 1
      ? likely('union values')
      : i > at + 1 && view.tokens[i] === undefined && broke(view)
        ? likely('union probe')
        : null;
  return kind(view, i + 1) === 'word' &&
    kind(view, i + 2) === 'word' &&
    text(view, i + 2) !== 'FROM' &&
    kind(view, i + 3) === 'word' &&
    text(view, i + 3) !== 'FROM'
    ? null
    : certain('union select');
}

/** Behind a closed quote an operator and a literal, a call or a closing end: implicit casts, concatenation. */
function atOperator(view: View, at: number, operator: string): Suspicion | null {
  if (operator === '||' || operator === '&&') {
    const seen = joined(view, at);
    if (seen !== null) return seen;
  }
  const next = view.tokens[at + 1];
  const before = view.tokens[at - 1];
  if (next?.kind === 'word' && kind(view, at + 2) === 'open' && isFunction(next.text) && (broke(view) || before?.kind === 'number'))
    return certain('call in an expression');
  if (view.context === '' || at !== 1 || before === undefined) return null;
  if (SYMBOL.has(operator) && literal(next) && (view.tokens[at + 2] === undefined || commented(view) || SYMBOL.has(text(view, at + 2))))
    return likely('comparison behind a quote');
  if (
    /^[-+*/^&|%]$|^<<$|^>>$|^\|\|$/.test(operator) &&
    next?.kind === 'string' &&
    view.tokens.length <= 3 &&
    next.end - next.start <= 2 &&
    next.end > view.value.length
  )
    return likely('operator behind a quote');
  return null;
}

function atVariable(token: Token): Suspicion | null {
  return /^@@(?:VERSION|SERVERNAME|HOSTNAME|DATADIR|GLOBAL|BASEDIR|LANGUAGE|SPID|ROWCOUNT|PACK_RECEIVED|IDENTITY)/.test(token.text)
    ? certain('server variable')
    : null;
}

function ordering(view: View, at: number): Suspicion | null {
  if (text(view, at + 1) !== 'BY') return null;
  const next = view.tokens[at + 2];
  const listed = next?.kind === 'number' && (view.tokens[at + 3] === undefined || kind(view, at + 3) === 'comma' || kind(view, at + 3) === 'semi');
  if (listed && (at === 0 || literal(view.tokens[at - 1]) || kind(view, at - 1) === 'close' || commented(view)))
    return at === 0 ? likely('column probe') : certain('column probe');
  if (broke(view) && (commented(view) || kind(view, at + 3) === 'dot' || text(view, at + 3) === 'HAVING')) return certain('column probe');
  return next?.kind === 'word' && isFunction(next.text) && kind(view, at + 3) === 'open' ? certain('ordering by a call') : null;
}

function execute(view: View, at: number): Suspicion | null {
  const next = view.tokens[at + 1];
  if (next === undefined) return null;
  if (next.kind === 'string' || next.kind === 'variable' || (next.kind === 'open' && /^(?:string|variable)$/.test(kind(view, at + 2) ?? '')))
    return certain('execute');
  if (next.text === 'IMMEDIATE' || /^(?:XP|SP)_/.test(next.text) || (next.text === 'MASTER' && kind(view, at + 2) === 'dot'))
    return certain('execute');
  return null;
}

/** `admin'--`, `1' #`, `x')/*`: a quote closed and the rest of the query cut off. */
function terminator(view: View): Suspicion | null {
  if (view.context === '' || view.lexed.comments.length === 0) return null;
  const comment = view.lexed.comments[0];
  const last = view.tokens[view.tokens.length - 1];
  if (comment === undefined || last === undefined) return null;
  const onlyClosers = view.tokens.slice(1).every((token) => token.kind === 'close' || token.kind === 'semi');
  if (!onlyClosers || view.tokens[0]?.start !== 0 || comment.start < last.end) return null;
  // `soap size 1 '#`: several words and a hash are a search; a name and a hash are not.
  if (comment.text.startsWith('#') && /\S[\s+]+\S/.test(view.tokens[0]?.text ?? '')) return null;
  const tail = comment.text.replace(/^(?:--|#|\/\*)/, '').trim();
  return tail.length <= 24 && !/[a-z]{3,}\s+[a-z]{3,}/i.test(tail) ? (view.value.trim() === '"' ? null : likely('comment terminator')) : null;
}

/** Nothing but quotes and operators: a probe for how quotes are treated, never a search. */
function quotesOnly(view: View): Suspicion | null {
  const value = view.value.trim();
  return value.length >= 3 && value.length <= 12 && /^['"`)(\s;]*(?:=|<|>|\|\||\^|&|\bor\b|\blike\b)['"`)(\s;=]+$/i.test(value) && /['"]/.test(value)
    ? likely('quotes and operators')
    : null;
}

/** Operators of document stores written where a value belongs. */
function mongo(view: View): Suspicion | null {
  if (view.context !== '' && view.context !== '"') return null;
  const operator =
    /["'[{\s]\$(?:ne|gt|gte|lt|lte|regex|nin|in|where|or|and|exists)["'\]]?\s*[:=\]]/.exec(view.value) ??
    /^\s*(?:\{|\[)?\s*\$(?:ne|gt|where|regex)\b/.exec(view.value);
  if (operator !== null) return likely('document operator');
  return /\bthis\.\w+\s*(?:==|!=|\.match\()|\bdb\.\w+\.(?:find|insert|drop|remove)\(/.test(view.value) ? likely('document script') : null;
}
