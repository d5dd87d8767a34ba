import type { Token } from './lex.ts';

/** Half-open range of tokens. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** A value no row is needed for; NULL is `undefined`, and `null` says that it is no constant. */
export type Value = number | string | undefined | null;

const DEEPEST = 24;
/** Tokens of one side that are worked out. */
export const LONGEST = 400;

/** What a run of tokens comes to without looking at a row: literals, arithmetic, plain functions of literals, a sub-query that reads no table. */
export function constant(tokens: readonly Token[], side: Cut, depth = 0): Value {
  const { from, to } = side;
  const first = tokens[from];
  if (first === undefined || from >= to || depth > DEEPEST || to - from > LONGEST) return null;
  if (to - from === 1) return literal(first);
  if (first.kind === 'open' && closing(tokens, from, to) === to - 1) {
    if (tokens[from + 1]?.text === 'SELECT' && tokens[from + 1]?.kind === 'word') return selected(tokens, from + 2, to - 1, depth);
    return constant(tokens, { from: from + 1, to: to - 1 }, depth);
  }
  const split = lastOperator(tokens, from, to);
  if (split > from)
    return arithmetic(constant(tokens, { from, to: split }, depth), tokens[split]?.text ?? '', constant(tokens, { from: split + 1, to }, depth + 1));
  if (split === from) {
    const value = constant(tokens, { from: from + 1, to }, depth + 1);
    return typeof value !== 'number' ? null : first.text === '-' ? -value : first.text === '+' ? value : null;
  }
  if (first.kind === 'word' && tokens[from + 1]?.kind === 'open' && closing(tokens, from + 1, to) === to - 1)
    return called(tokens, first.text, { from: from + 2, to: to - 1 }, depth);
  return null;
}

function literal(token: Token): Value {
  if (token.kind === 'string') return token.text;
  if (token.kind === 'number') return Number(token.text);
  if (token.kind !== 'word') return null;
  if (token.text === 'TRUE') return 1;
  if (token.text === 'FALSE') return 0;
  return token.text === 'NULL' ? undefined : null;
}

/** The closing bracket of the opening one at `open`, or −1. */
export function closing(tokens: readonly Token[], open: number, to: number): number {
  const depth = tokens[open]?.depth;
  for (let i = open + 1; i < to; i += 1) if (tokens[i]?.kind === 'close' && tokens[i]?.depth === depth) return i;
  return -1;
}

const LOOSE: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
]);

/** The operator that is worked out last, at this bracket level; `from` for a sign before the first operand, −1 for none. */
function lastOperator(tokens: readonly Token[], from: number, to: number): number {
  const base = tokens[from]?.depth;
  let best = -1;
  let loosest = 3;
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    const rank = token?.kind === 'op' && token.depth === base ? LOOSE.get(token.text) : undefined;
    if (rank === undefined) continue;
    const sign = i === from || tokens[i - 1]?.kind === 'op';
    if (sign ? best < 0 && i === from : rank <= loosest) {
      best = i;
      loosest = sign ? 3 : rank;
    }
  }
  return best;
}

function arithmetic(a: Value, operator: string, b: Value): Value {
  if (a === null || b === null) return null;
  if (a === undefined || b === undefined) return undefined;
  if (operator === '||') return `${String(a)}${String(b)}`;
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  if (operator === '+') return x + y;
  if (operator === '-') return x - y;
  if (operator === '*') return x * y;
  if (y === 0) return undefined;
  return operator === '/' ? x / y : x % y;
}

function selected(tokens: readonly Token[], from: number, to: number, depth: number): Value {
  for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && /^(?:FROM|WHERE|LIMIT|UNION|HAVING)$/.test(tokens[i]?.text ?? '')) return null;
  return constant(tokens, { from, to }, depth + 1);
}

/** Functions whose answer for constants every database agrees on. */
const FUNCTIONS: ReadonlyMap<string, (values: readonly (number | string | undefined)[]) => Value> = new Map<
  string,
  (values: readonly (number | string | undefined)[]) => Value
>([
  ...'LENGTH LEN CHAR_LENGTH CHARACTER_LENGTH DATALENGTH'
    .split(' ')
    .map((name): [string, (values: readonly (number | string | undefined)[]) => Value] => [
      name,
      ([a]) => (a === undefined ? undefined : String(a).length),
    ]),
  ...['COALESCE', 'IFNULL', 'NVL', 'ISNULL'].map((name): [string, (values: readonly (number | string | undefined)[]) => Value] => [
    name,
    (values) => values.find((value) => value !== undefined),
  ]),
  ...['UPPER', 'UCASE'].map((name): [string, (values: readonly (number | string | undefined)[]) => Value] => [
    name,
    ([a]) => (a === undefined ? undefined : String(a).toUpperCase()),
  ]),
  ...['LOWER', 'LCASE', 'TRIM'].map((name): [string, (values: readonly (number | string | undefined)[]) => Value] => [
    name,
    ([a]) => (a === undefined ? undefined : name === 'TRIM' ? String(a).trim() : String(a).toLowerCase()),
  ]),
  ['CONCAT', (values) => values.map((value) => String(value ?? '')).join('')],
  ['ABS', ([a]) => (a === undefined ? undefined : Math.abs(Number(a)))],
  ['CHAR', ([a]) => (typeof a === 'number' ? String.fromCharCode(a) : null)],
  ['CHR', ([a]) => (typeof a === 'number' ? String.fromCharCode(a) : null)],
  ['ASCII', ([a]) => (typeof a === 'string' && a !== '' ? a.charCodeAt(0) : null)],
  ['NULLIF', ([a, b]) => (a === b ? undefined : a)],
  ['GREATEST', (values) => Math.max(...values.map(Number))],
  ['LEAST', (values) => Math.min(...values.map(Number))],
]);

function called(tokens: readonly Token[], name: string, inside: Cut, depth: number): Value {
  if (/^(?:TRY_)?(?:CAST|CONVERT)$/.test(name)) {
    for (let i = inside.from; i < inside.to; i += 1)
      if ((tokens[i]?.text === 'AS' || tokens[i]?.kind === 'comma') && tokens[i]?.depth === tokens[inside.from]?.depth)
        return constant(tokens, { from: inside.from, to: i }, depth + 1);
    return null;
  }
  const apply = FUNCTIONS.get(name);
  if (apply === undefined) return null;
  const values: (number | string | undefined)[] = [];
  let start = inside.from;
  const base = tokens[inside.from]?.depth;
  for (let i = inside.from; i <= inside.to; i += 1) {
    if (i < inside.to && !(tokens[i]?.kind === 'comma' && tokens[i]?.depth === base)) continue;
    const value = constant(tokens, { from: start, to: i }, depth + 1);
    if (value === null) return null;
    values.push(value);
    start = i + 1;
  }
  return apply(values);
}
