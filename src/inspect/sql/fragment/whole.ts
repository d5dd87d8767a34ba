import type { Token } from '../lex.ts';
import type { Expression } from './expression.ts';
import { readExpression } from './expression.ts';
import { COMPARING } from './operators.ts';

/** A value behind a quote (or bare) and what its tokens are. */
export interface WholeView {
  readonly tokens: readonly Token[];
  readonly context: string;
  readonly value: string;
  /** It ends in a comment, or opens one it does not close. */
  readonly cut: boolean;
  /** What the comment cuts off is not a word. */
  readonly silent: boolean;
}

const SYMBOLIC = /^(?:[=<>!+*/%^&|-]|[<>!]=|<>|\|\||&&|<<|>>)$/;

/**
 * Values that are, as a whole, a piece of an SQL expression: what no search term, name or sentence is (INSPECT-80). Gives the name of
 * the shape, or null.
 */
export function wholeExpression(view: WholeView): string | null {
  return behindQuote(view) ?? bareExpression(view) ?? leadingJoin(view) ?? choice(view) ?? unionEnd(view);
}

/** `x' + 1 = '0`, `x' is not null -- `: the quote closes, the expression goes on, and the next quote or a comment takes over. */
function behindQuote({ tokens, context, cut, silent, value }: WholeView): string | null {
  if (context === '' || tokens.length < 2 || tokens[0]?.start !== 0 || !isQuoted(tokens[0])) return null;
  const read = readExpression(tokens, 1, false);
  if (!read.whole || read.operators === 0 || (read.loose > 0 && !(silent && read.telling > 0 && tokens.length <= 10))) return null;
  const last = tokens[tokens.length - 1];
  const reopened = isQuoted(last);
  if (tokens.length === 3 && reopened && !cut && quotesAsProse(tokens, value)) return null;
  // `'-0-'`: two operators and no blank; nobody quotes a number so.
  const spliced = reopened && read.operators > 1 && read.literals > 1 && read.names === 0 && !/\s/.test(value);
  return spliced || onlySql(read, cut, reopened) ? 'expression behind a quote' : null;
}

const isQuoted = (token: Token | undefined): boolean => token?.kind === 'string' || token?.kind === 'quoted';

/** Plus, minus and names are also what a search for `"a" -b` is made of. */
function onlySql(read: Expression, cut: boolean, reopened: boolean): boolean {
  const values = read.calls > 0 || read.variables > 0;
  if (read.telling === 0 && !values && (read.names > 0 || !cut)) return false;
  if (read.names > 0 && !cut && !reopened) return false;
  return cut || reopened || values || read.operators > 1;
}

/** `the '+' sign`, `use 'like' here`: quotes around one operator, blanks outside of them. */
function quotesAsProse(tokens: readonly Token[], value: string): boolean {
  const [left, operator, right] = tokens;
  if (left === undefined || operator === undefined || right === undefined) return true;
  const tight = operator.start === left.end && operator.end === right.start;
  const words = (token: Token): number => token.text.trim().split(/\s+/).length;
  if (operator.kind === 'word') return tight || words(left) > 1 || words(right) > 1;
  return (tight && /\s$/.test(left.text) && /^\s/.test(right.text)) || value.length > 60;
}

/** `1 * 1 --`, `ascii(substring(version(),1,1))`: nothing but an expression, cut off or asking about the server. */
function bareExpression({ tokens, context, cut }: WholeView): string | null {
  if (context !== '' || tokens.length === 0) return null;
  const read = readExpression(tokens, 0, true);
  if (!read.whole || read.names > 0) return null;
  if (read.informs && (read.calls > 1 || read.operators > 0)) return 'call about the server';
  if (tokens.length === 3 && literalWith(tokens)) return 'constant expression';
  if (decides(tokens) || chained(tokens, read)) return 'comparison of constants';
  const values = read.literals + read.variables;
  const brackets = tokens[0]?.kind === 'open';
  return cut && values > 0 && (read.operators > 0 || read.variables > 0 || read.calls > 0 || brackets) ? 'expression cut off' : null;
}

/** `IIF(1=2,1,1/0)`, `MAKE_SET(5=5,1)`, `ELT(3=3,1)`: the answer depends on constants alone. */
function decides(tokens: readonly Token[]): boolean {
  const [name, open, left, operator, right] = tokens;
  if (name?.kind !== 'word' || open?.kind !== 'open' || !/^(?:IIF|ELT|MAKE_SET|DECODE|NULLIF|CASE|CHOOSE|FIELD|INTERVAL)$/.test(name.text))
    return false;
  return left?.kind === right?.kind && /^(?:number|string)$/.test(left?.kind ?? '') && operator?.kind === 'op' && SYMBOLIC.test(operator.text);
}

/** `1-true`, `1=false`: no sum anybody writes. */
function literalWith([left, operator, right]: readonly Token[]): boolean {
  return (
    left?.kind === 'number' &&
    operator?.kind === 'op' &&
    SYMBOLIC.test(operator.text) &&
    right?.kind === 'word' &&
    /^(?:TRUE|FALSE|NULL)$/.test(right.text)
  );
}

/** `'{"a":1}' > '$.a' = 7`: a value is compared, and the answer compared again. */
function chained(tokens: readonly Token[], read: Expression): boolean {
  const operators = tokens.filter((token) => token.kind === 'op' && COMPARING.includes(token.text)).length;
  return tokens[0]?.kind === 'string' && operators >= 2 && read.literals > operators && read.calls + read.variables === 0;
}

/** `or true`, `AND 1=1`, `|| 1`, `) or (a=a`: begins where a condition goes on. */
function leadingJoin({ tokens, context }: WholeView): string | null {
  if (context !== '') return null;
  let at = 0;
  while (tokens[at]?.kind === 'close') at += 1;
  const join = tokens[at];
  if (join === undefined || !/^(?:OR|AND|XOR|\|\||&&)$/.test(join.text) || (join.kind !== 'word' && join.kind !== 'op')) return null;
  const read = readExpression(tokens, at + 1, true);
  if (!read.whole || read.loose > 0) return null;
  const constant = tokens.length === at + 2 && /^(?:TRUE|FALSE|NULL|\d+)$/.test(tokens[at + 1]?.text ?? '');
  const compares = tokens.slice(at + 1).some((token) => token.kind === 'op' && SYMBOLIC.test(token.text));
  return constant || compares ? 'condition without a beginning' : null;
}

/** `CASE WHEN … THEN … END`. */
function choice({ tokens }: WholeView): string | null {
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i]?.kind !== 'word' || tokens[i]?.text !== 'CASE') continue;
    const when = tokens[i + 1]?.text === 'WHEN' ? i + 1 : tokens[i + 2]?.text === 'WHEN' ? i + 2 : -1;
    if (when < 0 || tokens[when]?.kind !== 'word') continue;
    const condition = tokens[when + 1];
    if (condition?.kind === 'word' && tokens[when + 2]?.kind === 'word') continue;
    const then = wordBehind(tokens, when, 'THEN');
    if (then > 0 && wordBehind(tokens, then, 'END') > 0) return 'choice';
  }
  return null;
}

/** Where a word stands not far behind a place; 0 where it does not. */
function wordBehind(tokens: readonly Token[], from: number, word: string): number {
  for (let at = from + 1; at < from + 64; at += 1) if (tokens[at]?.kind === 'word' && tokens[at]?.text === word) return at;
  return 0;
}

/** `-1 union`, also with comments between: a number, then a union that another part completes. */
function unionEnd({ tokens, context, value }: WholeView): string | null {
  const last = tokens[tokens.length - 1];
  if (context !== '' || last?.kind !== 'word' || last.text !== 'UNION' || tokens.length < 2 || tokens.length > 6) return null;
  const numbers = tokens.slice(0, -1).every((token) => token.kind === 'number' || token.kind === 'op' || token.kind === 'close');
  return numbers && (tokens.length > 2 || /[#*]/.test(value)) ? 'union probe' : null;
}
