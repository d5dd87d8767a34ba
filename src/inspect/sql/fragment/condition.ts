import { isAnyFunction, isFunction } from './lexicon.ts';
import { COMPARING, ORDERING } from './operators.ts';
import type { Suspicion, View } from './view.ts';
import { broke, certain, commented, kind, likely, literal, text } from './view.ts';

export const COMPARE = new Set([
  ...COMPARING,
  ...'LIKE ILIKE RLIKE REGEXP BETWEEN IS IN GLOB SOUNDS NOT ^= !< !> -> ->> #> SIMILAR ISNULL NOTNULL'.split(' '),
]);
export const SYMBOL: ReadonlySet<string> = new Set(ORDERING);
export const JOIN = new Set(['OR', 'AND', 'XOR', '||', '&&', 'HAVING', 'WHERE']);

/** `… OR x=x`, `AND f(…)`, `|| 1`: a condition of literals, comparisons and calls behind a joining word. */
export function joined(view: View, at: number): Suspicion | null {
  let i = at + 1;
  while (text(view, i) === 'NOT' || view.tokens[i]?.text === '(' || /^[!+~-]$/.test(text(view, i))) i += 1;
  const first = view.tokens[i];
  if (first === undefined) return null;
  let j = i + 1;
  for (; j < i + 8; j += 1) {
    // `::jsonb`: a cast changes the type, not the place.
    if (text(view, j) === '::' && kind(view, j + 1) === 'word') j += kind(view, j + 2) === 'open' && kind(view, j + 3) === 'close' ? 3 : 1;
    else if (kind(view, j) !== 'close') break;
  }
  const place: Condition = { view, at, i, j, operator: text(view, j) };
  if (literal(first) || first.kind === 'variable') return ofLiteral(place);
  return first.kind === 'word' ? ofWord(place, first.text) : null;
}

interface Condition {
  readonly view: View;
  readonly at: number;
  /** The first operand, and what stands behind it and its closing brackets. */
  readonly i: number;
  readonly j: number;
  readonly operator: string;
}

/** `I'm looking for 'A' or 'B'`: words in a row before it are a sentence, whose quotes quote. */
function spoken(view: View, at: number): boolean {
  let words = 0;
  for (let i = at - 1; i > Math.max(0, at - 40); i -= 1) {
    words = kind(view, i) === 'word' && !JOIN.has(text(view, i)) && !COMPARE.has(text(view, i)) ? words + 1 : 0;
    if (words > 1) return true;
  }
  return false;
}

/** Functions that mathematics and spreadsheets have as well. */
const ARITHMETIC = /^(?:MIN|MAX|SUM|AVG|COUNT|ABS|ROUND|FLOOR|CEIL|CEILING|SIN|COS|POW|POWER|EXP|SIGN|MOD|PI)$/;

function ofWord(place: Condition, word: string): Suspicion | null {
  const { view, at, i, j, operator } = place;
  const forced = broke(view) || commented(view);
  if (calledHere(place, word, forced)) return certain('condition with a call');
  if (constantWord(place, word)) return certain('constant condition');
  const operand = kind(view, j + 1) !== undefined && kind(view, j + 1) !== 'op';
  // Two equations joined by a word are mathematics; a lone literal joined to an equation is a condition.
  if (SYMBOL.has(operator) && operand && (forced || (at === 1 && literal(view.tokens[0]))))
    return forced ? certain('condition') : likely('condition');
  if (!forced) return behindLiteral(place, word);
  return dotted(view, i) || (COMPARE.has(operator) && valued(view, j)) ? certain('condition') : null;
}

/** `' or true`, `1 and select … from … --`. */
function constantWord({ view, at, i }: Condition, word: string): boolean {
  if (at === 0) return false;
  if (word === 'SELECT') return at === 1 && literal(view.tokens[0]) && commented(view) && view.tokens.some((token) => token.text === 'FROM');
  if (!/^(?:TRUE|FALSE|NULL)$/.test(word)) return false;
  const alone = view.tokens[i + 1] === undefined;
  return commented(view) || ((broke(view) || alone) && literal(view.tokens[at - 1]));
}

/** `hi or a=a`, `1 and user_name() = 'dbo'`, `1 || user_id is not null`, `1 and select …`. */
function behindLiteral({ view, at, i, j, operator }: Condition, word: string): Suspicion | null {
  if (SYMBOL.has(operator) && word === text(view, j + 1) && view.tokens[j + 2] === undefined) return likely('condition');
  if (at !== 1 || !literal(view.tokens[0])) return null;
  if (tight(view, i) && COMPARE.has(text(view, closeOf(view, i + 1) + 1))) return likely('condition with a call');
  return operator === 'IS' && text(view, view.tokens.length - 1) === 'NULL' ? likely('condition') : null;
}

/** A function of the lexicon; behind a closed quote a call of any name that is compared or cut off, for that is no word of prose. */
function calledHere({ view, at, i }: Condition, word: string, forced: boolean): boolean {
  if (kind(view, i + 1) !== 'open') return false;
  if (word === 'EXISTS' || word === 'CASE' || (forced ? isAnyFunction(word) : isFunction(word) && !ARITHMETIC.test(word))) return true;
  return broke(view) && at > 0 && tight(view, i) && (COMPARE.has(text(view, closeOf(view, i + 1) + 1)) || commented(view));
}

/** `f(`, without a blank, or an array. */
export const tight = (view: View, at: number): boolean => kind(view, at + 1) === 'open' && view.tokens[at + 1]?.start === view.tokens[at]?.end;

/** The bracket that closes the one at `open`, a few tokens on at most. */
export function closeOf(view: View, open: number): number {
  const depth = view.tokens[open]?.depth;
  for (let i = open + 1; i < open + 48; i += 1) if (kind(view, i) === 'close' && view.tokens[i]?.depth === depth) return i;
  return -2;
}

const dotted = (view: View, at: number): boolean => kind(view, at + 1) === 'dot' && kind(view, at + 2) === 'word' && COMPARE.has(text(view, at + 3));

/** A comparison word is followed by something SQL compares with. */
function valued(view: View, at: number): boolean {
  // `email NOTNULL`: nothing follows but what cuts off or joins.
  if (/^(?:ISNULL|NOTNULL)$/.test(text(view, at))) return kind(view, at + 1) === undefined || JOIN.has(text(view, at + 1));
  let i = at + 1;
  while (/^(?:NOT|BINARY|ALL|ANY|LIKE|ILIKE|GLOB|REGEXP|RLIKE|IN|BETWEEN)$/.test(text(view, i))) i += 1;
  // `name LIKE other ESCAPE 'x'`.
  if (kind(view, i) === 'word' && text(view, i + 1) === 'ESCAPE') return true;
  if (kind(view, i) === 'word' && (commented(view) || (isAnyFunction(text(view, i)) && kind(view, i + 1) === 'open'))) return true;
  return literal(view.tokens[i]) || kind(view, i) === 'open' || text(view, i) === 'NULL';
}

function ofLiteral(place: Condition): Suspicion | null {
  const { view, j, operator } = place;
  const right = view.tokens[j + 1];
  if (SYMBOL.has(operator)) return right === undefined && !broke(view) ? likely('condition') : certain('comparison of constants');
  if (
    COMPARE.has(operator) &&
    (literal(right) || right?.kind === 'open' || /^(?:NOT|NULL|TRUE|FALSE|LIKE|BETWEEN|IN|RLIKE|REGEXP|BINARY)$/.test(text(view, j + 1)))
  )
    return certain('comparison of constants');
  return constantEnd(place);
}

/** `' or 1`, `') or 1 --`, `or 1+1=2`: the constant is all there is, or is reckoned with. */
function constantEnd({ view, at, i, operator }: Condition): Suspicion | null {
  const before = kind(view, at - 1);
  const closed = view.context !== '' && !spoken(view, at) && (before === 'string' || before === 'quoted' || before === 'close');
  const after = kind(view, i + 1);
  const ends = after === undefined || after === 'semi' || after === 'close';
  if (closed && (ends || /^[-+*/%^&|]$/.test(operator))) return certain('constant condition');
  if (at > 0 && ends && view.lexed.comments.length > 0) return certain('constant condition');
  return /^[+*%^-]$/.test(operator) && SYMBOL.has(text(view, i + 3)) ? certain('arithmetic condition') : null;
}
