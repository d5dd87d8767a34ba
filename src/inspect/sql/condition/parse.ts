import type { Token } from '../lex.ts';
import type { Node } from './node.ts';
import { call, constant, joined, TRUE, variable } from './node.ts';
import { operand } from './operand.ts';
import type { Reading } from './reading.ts';
import { accept, closersOf, LONGEST, opaque, peek, spelled, within } from './reading.ts';
import { isBeforeNow } from './row-columns.ts';
import { amongThemselves, selectedValue } from './subquery.ts';

/** Reads a condition by the precedence SQL has. `deep`: it nests or goes on longer than is followed. */
export function parseCondition(tokens: readonly Token[], table: string): { readonly node: Node; readonly deep: boolean } {
  const reading: Reading = {
    tokens,
    table: table.toLowerCase(),
    closers: closersOf(tokens),
    expression,
    at: 0,
    to: tokens.length,
    depth: 0,
    deep: false,
    unnamed: 0,
  };
  const node = expression(reading);
  // An operator nobody here knows may change what stands before it; words that follow are clauses of a dialect.
  const rest = peek(reading);
  return { node: rest === undefined || rest.kind === 'word' ? node : variable(''), deep: reading.deep };
}

const expression = (reading: Reading): Node => run(reading, 'OR', exclusive);
const exclusive = (reading: Reading): Node => run(reading, 'XOR', conjunction);
const conjunction = (reading: Reading): Node => run(reading, 'AND', negation);

function run(reading: Reading, op: 'OR' | 'XOR' | 'AND', next: (reading: Reading) => Node): Node {
  const parts = [next(reading)];
  while (accept(reading, op) || (op === 'AND' && accept(reading, '&&'))) parts.push(next(reading));
  return joined(op, parts);
}

function negation(reading: Reading): Node {
  let flip = false;
  while (accept(reading, 'NOT', '!')) flip = !flip;
  const node = comparison(reading);
  return flip ? call('NOT', node) : node;
}

const COMPARED: ReadonlyMap<string, string> = new Map(
  '= = == = <=> <=> <> <> != <> ^= <> < < > > <= <= >= >= !< >= !> <='.split(' ').reduce<[string, string][]>((pairs, text, i, all) => {
    if (i % 2 === 0) pairs.push([text, all[i + 1] ?? '']);
    return pairs;
  }, []),
);
const PATTERN = /^(?:I?LIKE|GLOB|REGEXP|R(?:EGEXP_)?LIKE|SIMILAR|~\*?|~~\*?)$/;

function comparison(reading: Reading): Node {
  const from = reading.at;
  let left = sum(reading);
  for (;;) {
    const next = compared(reading, left, from);
    if (next === null) return left;
    left = next;
  }
}

function compared(reading: Reading, left: Node, from: number): Node | null {
  const symbol = peek(reading)?.kind === 'op' ? COMPARED.get(spelled(reading)) : undefined;
  if (symbol !== undefined) {
    reading.at += 1;
    return against(reading, left, symbol, from);
  }
  if (accept(reading, 'IS')) return isTest(reading, left);
  if (accept(reading, 'ISNULL')) return call('IS', left, constant(undefined));
  if (accept(reading, 'NOTNULL')) return call('NOT', call('IS', left, constant(undefined)));
  const no = spelled(reading) === 'NOT' || /^!~~?\*?$/.test(spelled(reading));
  const operator = spelled(reading) === 'NOT' ? spelled(reading, 1) : spelled(reading).replace(/^!(?=~)/, '');
  if (operator !== 'IN' && operator !== 'BETWEEN' && !PATTERN.test(operator)) return null;
  reading.at += spelled(reading) === 'NOT' ? 2 : 1;
  const node = operator === 'IN' ? among(reading, left, from) : operator === 'BETWEEN' ? between(reading, left) : matches(reading, left, operator);
  return no ? call('NOT', node) : node;
}

/** `= ANY (…)` chooses from rows; any other right side is an expression. */
function against(reading: Reading, left: Node, operator: string, from: number): Node {
  if (/^(?:ANY|SOME|ALL)$/.test(spelled(reading)) && peek(reading, 1)?.kind === 'open') {
    const open = reading.at + 1;
    const close = reading.closers.get(open) ?? open;
    const every = accept(reading, 'ALL');
    reading.at = open;
    const node = operator === '=' && !every ? amongThemselves(reading, left) : null;
    const value = selectedValue(reading, open + 1, close);
    reading.at = close + 1;
    return node ?? (value === null ? opaque(reading, from, reading.at) : call(operator, left, value));
  }
  const flag = /^(?:TRUE|FALSE)$/.test(spelled(reading)) && operator === '=';
  const right = sum(reading);
  if (isBeforeNow(left, operator, right)) return TRUE;
  // What is held against TRUE has two values.
  if (flag) return call(operator, call('TRUTH', left), right);
  return call(operator, left, right);
}

function isTest(reading: Reading, left: Node): Node {
  const no = accept(reading, 'NOT');
  let node: Node;
  if (accept(reading, 'DISTINCT')) {
    accept(reading, 'FROM');
    node = call('NOT', call('<=>', left, sum(reading)));
  } else if (accept(reading, 'NULL', 'UNKNOWN')) node = call('IS', left, constant(undefined));
  else if (accept(reading, 'TRUE')) node = call('IS', call('TRUTH', left), TRUE);
  else if (accept(reading, 'FALSE')) node = call('IS', call('TRUTH', left), constant(0));
  else node = call('<=>', left, sum(reading));
  return no ? call('NOT', node) : node;
}

function among(reading: Reading, left: Node, from: number): Node {
  const { tokens, closers, at } = reading;
  const close = closers.get(at);
  if (tokens[at]?.kind !== 'open' || close === undefined || close >= reading.to) return opaque(reading, from, reading.at);
  reading.at = close + 1;
  if (tokens[at + 1]?.kind === 'word' && /^(?:SELECT|WITH|VALUES|TABLE)$/.test(tokens[at + 1]?.text ?? '')) {
    const back = reading.at;
    reading.at = at;
    const chosen = amongThemselves(reading, left) ?? wrapped(selectedValue(reading, at + 1, close), left);
    reading.at = back;
    return chosen ?? opaque(reading, from, reading.at);
  }
  return call('IN', left, ...listed(reading, at + 1, close));
}

const wrapped = (value: Node | null, left: Node): Node | null => (value === null ? null : call('IN', left, value));

/** The expressions between commas. */
function listed(reading: Reading, from: number, to: number): Node[] {
  const base = reading.tokens[from]?.depth;
  const out: Node[] = [];
  let start = from;
  for (let i = from; i <= to; i += 1) {
    if (i < to && !(reading.tokens[i]?.kind === 'comma' && reading.tokens[i]?.depth === base)) continue;
    out.push(within(reading, start, i));
    start = i + 1;
  }
  return out;
}

function between(reading: Reading, left: Node): Node {
  accept(reading, 'SYMMETRIC');
  const low = sum(reading);
  accept(reading, 'AND');
  return call('AND', call('>=', left, low), call('<=', left, sum(reading)));
}

function matches(reading: Reading, left: Node, operator: string): Node {
  if (operator === 'SIMILAR') accept(reading, 'TO');
  const right = sum(reading);
  if (accept(reading, 'ESCAPE')) sum(reading);
  if (/^(?:I?LIKE|~~\*?|SIMILAR)$/.test(operator)) return call('LIKE', left, right);
  return call(operator === 'GLOB' ? 'GLOB' : 'MATCHES', left, right);
}

function sum(reading: Reading): Node {
  return series(reading, /^(?:\+|-|\|\|)$/, (one) => series(one, /^(?:\*|\/|%|DIV|MOD)$/, unary));
}

/** Operands joined from the left. */
function series(reading: Reading, operators: RegExp, next: (reading: Reading) => Node): Node {
  let node = next(reading);
  for (let terms = 1; operators.test(spelled(reading)); terms += 1) {
    const op = spelled(reading);
    reading.at += 1;
    const right = next(reading);
    if (terms >= LONGEST) reading.deep = true;
    else node = call(op, node, right);
  }
  return node;
}

function unary(reading: Reading): Node {
  let minus = false;
  const from = reading.at;
  while (/^[-+~]$/.test(spelled(reading)) && peek(reading)?.kind === 'op') {
    if (spelled(reading) === '~') return ((reading.at += 1), bits(reading, from, unary(reading)));
    minus = minus !== (spelled(reading) === '-');
    reading.at += 1;
  }
  const node = bits(reading, from, operand(reading));
  return minus ? call('-', constant(0), node) : node;
}

/** Bits, paths into JSON, arrays: the whole is one value that is not worked out. */
function bits(reading: Reading, from: number, first: Node): Node {
  let node = first;
  while (peek(reading)?.kind === 'op' && /^(?:[&|^#]|<<|>>|->>?|#>>?|@>|<@|\?\|?|\?&|@@|@\?|\*\*)$/.test(spelled(reading))) {
    reading.at += 1;
    if (/^[-+~]$/.test(spelled(reading))) reading.at += 1;
    operand(reading);
    node = opaque(reading, from, reading.at);
  }
  return node;
}
