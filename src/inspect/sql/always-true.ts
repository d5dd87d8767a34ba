import { beforeNow, columnOf, covers, practicallyTrue, testOf } from './choice.ts';
import type { Test } from './choice.ts';
import { constant, LONGEST } from './constant.ts';
import type { Cut, Value } from './constant.ts';
import { isLike } from './like.ts';
import { counted, limits, named, sameRows, seek } from './same-rows.ts';
import type { Token } from './lex.ts';

/** What a condition says without looking at any row. `deep`: it nests deeper than is followed. */
export type Constant = 'true' | 'false' | 'unknown' | 'deep';

const MAX_DEPTH = 60;
/** Tokens that one condition may cost over all its levels. */
const PER_TOKEN = 64;

/**
 * Whether a WHERE condition, given as tokens, holds for every row of `table`: constants worked out, a column compared with itself, tests that leave
 * nothing out, a sub-query of the same rows, joined by AND, OR, XOR, NOT and brackets (INSPECT-53, INSPECT-126).
 */
export function constantCondition(tokens: readonly Token[], table = ''): Constant {
  const reading: Reading = { tokens, table, closers: closersOf(tokens), budget: { left: PER_TOKEN * tokens.length + 1_024 } };
  return disjunction(reading, { from: 0, to: tokens.length }, 0);
}

interface Reading {
  readonly tokens: readonly Token[];
  readonly table: string;
  /** Where each opening bracket closes. */
  readonly closers: ReadonlyMap<number, number>;
  readonly budget: { left: number };
}

function closersOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closers = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i]?.kind === 'open') open.push(i);
    else if (tokens[i]?.kind === 'close') {
      const at = open.pop();
      if (at !== undefined) closers.set(at, i);
    }
  }
  return closers;
}

/** The range without the brackets around all of it. */
function inner({ tokens, closers }: Reading, range: Cut): Cut {
  let { from, to } = range;
  while (from < to && closers.get(from) === to - 1 && tokens[from + 1]?.text !== 'SELECT') {
    from += 1;
    to -= 1;
  }
  return { from, to };
}

/** Cuts at words of this level that are in `at`. BETWEEN … AND … and CASE … END are not cut. */
function cut({ tokens, budget }: Reading, { from, to }: Cut, at: ReadonlySet<string>): Cut[] {
  const base = tokens[from]?.depth ?? 0;
  const parts: Cut[] = [];
  let start = from;
  let between = false;
  let cases = 0;
  budget.left -= to - from;
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.depth !== base || (token.kind !== 'word' && token.kind !== 'op')) continue;
    if (token.text === 'CASE') cases += 1;
    else if (token.text === 'END') cases -= 1;
    else if (token.text === 'BETWEEN') between = true;
    else if (between && token.text === 'AND') between = false;
    else if (cases <= 0 && at.has(token.text)) {
      parts.push({ from: start, to: i });
      start = i + 1;
    }
  }
  parts.push({ from: start, to });
  return parts;
}

const OR = new Set(['OR', 'XOR']);
const AND = new Set(['AND', '&&']);
const COMPARE = new Set('= == <=> < > <= >= <> != LIKE ILIKE REGEXP RLIKE GLOB IS BETWEEN IN ~ ~* SIMILAR'.split(' '));

function disjunction(reading: Reading, within: Cut, depth: number): Constant {
  const range = inner(reading, within);
  if (depth > MAX_DEPTH || reading.budget.left < 0) return 'deep';
  let all: Constant = 'false';
  const parts = cut(reading, range, OR);
  const tests: Test[] = [];
  for (const part of parts) {
    const value = conjunction(reading, part, depth);
    if (value === 'true' || value === 'deep') return value;
    if (value === 'unknown') all = 'unknown';
    if (parts.length > 1 && tests.length < 64) tests.push(...testsIn(reading, part));
  }
  return all === 'unknown' && covers(tests) ? 'true' : all;
}

/** The tests a part of a disjunction makes, when it is one, in brackets or not. */
function testsIn(reading: Reading, part: Cut): Test[] {
  const { tokens } = reading;
  const { from, to } = inner(reading, part);
  const found = comparisonIn(reading, { from, to });
  if (found === null) return [];
  if (found.operator === 'IS') {
    const column = columnOf(tokens, found.left);
    const not = tokens[found.right.from]?.text === 'NOT';
    return column !== '' && tokens[found.right.to - 1]?.text === 'NULL'
      ? [{ column, operator: not ? 'IS NOT NULL' : 'IS NULL', value: undefined }]
      : [];
  }
  const test = found.negated ? null : testOf(tokens, found.operator, found);
  return test === null ? [] : [test];
}

function conjunction(reading: Reading, range: Cut, depth: number): Constant {
  let all: Constant = 'true';
  for (const part of cut(reading, range, AND)) {
    const value = negation(reading, part, depth);
    if (value === 'false' || value === 'deep') return value;
    if (value === 'unknown') all = 'unknown';
  }
  return all;
}

function negation(reading: Reading, range: Cut, depth: number): Constant {
  const { tokens } = reading;
  let { from } = range;
  let flip = false;
  for (let first = tokens[from]; from < range.to && (first?.text === 'NOT' || (first?.kind === 'op' && first.text === '!')); first = tokens[from]) {
    flip = !flip;
    from += 1;
  }
  const value = primary(reading, { from, to: range.to }, depth);
  return flip ? not(value) : value;
}

const not = (value: Constant): Constant => (value === 'true' ? 'false' : value === 'false' ? 'true' : value);
const truth = (value: Value): Constant => {
  if (value === null) return 'unknown';
  if (value === undefined) return 'false';
  if (typeof value === 'number') return value === 0 ? 'false' : 'true';
  return /^\s*(?:[1-9]|t(?:rue)?$|y(?:es)?$|on$)/i.test(value) ? 'true' : 'false';
};

function primary(reading: Reading, { from, to }: Cut, depth: number): Constant {
  const { tokens, budget } = reading;
  const first = tokens[from];
  if (first === undefined || from >= to) return 'unknown';
  budget.left -= to - from;
  if (budget.left < 0) return 'deep';
  if (first.kind === 'open' && reading.closers.get(from) === to - 1 && tokens[from + 1]?.text !== 'SELECT')
    return disjunction(reading, { from: from + 1, to: to - 1 }, depth + 1);
  if (first.text === 'EXISTS') return exists(reading, { from: from + 1, to }, depth);
  if (first.text === 'CASE' && tokens[to - 1]?.text === 'END') return truth(chosen(reading, { from, to }, depth));
  const found = comparisonIn(reading, { from, to });
  if (found === null) return truth(sideOf(reading, { from, to }, depth));
  const value = compared(reading, found, depth);
  return found.negated ? not(value) : value;
}

interface Comparison {
  readonly operator: string;
  readonly negated: boolean;
  readonly left: Cut;
  readonly right: Cut;
}

function comparisonIn({ tokens }: Reading, { from, to }: Cut): Comparison | null {
  const base = tokens[from]?.depth ?? 0;
  let cases = 0;
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.depth !== base || (token.kind !== 'op' && token.kind !== 'word')) continue;
    if (token.text === 'CASE') cases += 1;
    if (token.text === 'END') cases -= 1;
    if (cases > 0 || i === from) continue;
    const negated = token.text === 'NOT';
    const operator = negated ? tokens[i + 1]?.text : token.text;
    if (operator === undefined || !COMPARE.has(operator)) continue;
    return { operator, negated, left: { from, to: i }, right: { from: i + (negated ? 2 : 1), to } };
  }
  return null;
}

function compared(reading: Reading, found: Comparison, depth: number): Constant {
  const { tokens, table } = reading;
  const { operator, left, right } = found;
  if (operator === 'IS') return isTest(reading, left, right);
  if (operator === 'BETWEEN') return between(reading, left, right);
  if (operator === 'IN') return membership(reading, found);
  if (/LIKE$|^GLOB$|^REGEXP$|^RLIKE$|^~\*?$|^SIMILAR$/.test(operator)) return matched(reading, found);
  if (sameRows(reading, found) || counted(reading, found)) return 'true';
  if (tooLong(tokens, left) || tooLong(tokens, right)) return 'deep';
  const known = fixed(operator, sideOf(reading, left, depth), sideOf(reading, right, depth));
  if (known !== null) return known;
  const test = testOf(tokens, operator, found);
  if ((test !== null && practicallyTrue(test, table)) || beforeNow(tokens, operator, found)) return 'true';
  if (!same(tokens, left, right) && !(operator === '=' && sameWithNothing(tokens, left, right))) return 'unknown';
  return /^(?:==?|<=>|<=|>=)$/.test(operator) ? 'true' : 'false';
}

/** A sum of literals longer than is worked out. */
function tooLong(tokens: readonly Token[], { from, to }: Cut): boolean {
  if (to - from <= LONGEST) return false;
  for (let i = from; i < to; i += 1) if (/^(?:word|quoted|variable)$/.test(tokens[i]?.kind ?? '')) return false;
  return true;
}

/** Two sides that are both known; null where one is not. */
function fixed(operator: string, a: Value, b: Value): Constant | null {
  if (a === null || b === null) return null;
  if (a === undefined || b === undefined) return operator === '<=>' && a === b ? 'true' : 'false';
  return holds(operator, a, b) ? 'true' : 'false';
}

/** A pattern that every text has. */
function matched({ tokens }: Reading, { operator, left, right }: Comparison): Constant {
  const value = constant(tokens, left);
  const given = constant(tokens, right);
  if (operator.endsWith('LIKE') && typeof value === 'string' && typeof given === 'string')
    return isLike(value.toLowerCase(), given.toLowerCase()) ? 'true' : 'false';
  const expression = /^(?:~\*?|REGEXP|RLIKE)$/.test(operator);
  const text = tokens[operator === 'SIMILAR' ? right.from + 1 : right.from];
  const every = expression ? /^(?:|\^|\.|\^?\.[*+]?\$?|\^\.\*\$)$/ : /^(?:%+|\*+)$/;
  if (text?.kind === 'string' && right.to - right.from <= 2 && every.test(text.text)) return 'true';
  return same(tokens, left, right) ? 'true' : 'unknown';
}

function sideOf(reading: Reading, side: Cut, depth: number): Value {
  const { tokens } = reading;
  if (/^IIF$|^IF$/.test(tokens[side.from]?.text ?? '') && reading.closers.get(side.from + 1) === side.to - 1) return either(reading, side, depth);
  if (tokens[side.from]?.text === 'CASE' && tokens[side.to - 1]?.text === 'END') return chosen(reading, side, depth);
  if (
    /^(?:CURRENT_DATE|CURRENT_TIMESTAMP|NOW|GETDATE|SYSDATE)$/.test(tokens[side.from]?.text ?? '') &&
    side.to - side.from <= 3 &&
    tokens[side.from]?.kind === 'word'
  )
    return tokens[side.from]?.text;
  return constant(tokens, side);
}

/** `IF(1=1, 1, 0)`. */
function either(reading: Reading, { from, to }: Cut, depth: number): Value {
  const { tokens } = reading;
  const commas: number[] = [];
  for (let i = from + 2; i < to - 1 && commas.length < 3; i += 1)
    if (tokens[i]?.kind === 'comma' && tokens[i]?.depth === (tokens[from]?.depth ?? 0) + 1) commas.push(i);
  const [first, second] = commas;
  if (first === undefined || second === undefined || commas.length !== 2 || depth > MAX_DEPTH) return null;
  const value = disjunction(reading, { from: from + 2, to: first }, depth + 1);
  if (value === 'true') return constant(tokens, { from: first + 1, to: second });
  return value === 'false' ? constant(tokens, { from: second + 1, to: to - 1 }) : null;
}

/** `CASE WHEN 1=1 THEN 1 ELSE 0 END`: the first branch that is sure to be taken. */
function chosen(reading: Reading, { from, to }: Cut, depth: number): Value {
  const { tokens } = reading;
  const base = tokens[from]?.depth;
  if (tokens[from + 1]?.text !== 'WHEN' || depth > MAX_DEPTH) return null;
  const marks: number[] = [];
  for (let i = from; i < to; i += 1) if (tokens[i]?.depth === base && /^(?:WHEN|THEN|ELSE|END)$/.test(tokens[i]?.text ?? '')) marks.push(i);
  for (let i = 0; i + 2 < marks.length; i += 2) {
    const [when = 0, then = 0, next = 0] = marks.slice(i, i + 3);
    if (tokens[when]?.text === 'ELSE') return constant(tokens, { from: when + 1, to: then });
    const value = disjunction(reading, { from: when + 1, to: then }, depth + 1);
    if (value === 'true') return constant(tokens, { from: then + 1, to: next });
    if (value !== 'false') return null;
  }
  const last = marks.at(-2);
  return last !== undefined && tokens[last]?.text === 'ELSE' ? constant(tokens, { from: last + 1, to: to - 1 }) : null;
}

function holds(operator: string, a: number | string, b: number | string): boolean {
  const [x, y] = typeof a === typeof b ? [a, b] : [Number(a), Number(b)];
  if (operator === '<>' || operator === '!=') return x !== y;
  if (operator === '<') return x < y;
  if (operator === '>') return x > y;
  if (operator === '<=') return x <= y;
  if (operator === '>=') return x >= y;
  return x === y;
}

function same(tokens: readonly Token[], left: Cut, right: Cut): boolean {
  if (left.to - left.from !== right.to - right.from || left.to === left.from) return false;
  for (let i = 0; i < left.to - left.from; i += 1) {
    const a = tokens[left.from + i];
    const b = tokens[right.from + i];
    if (a === undefined || b === undefined || a.text.toUpperCase() !== b.text.toUpperCase() || a.kind === 'op') return false;
    // A call may answer differently each time; a placeholder may be anything.
    if (a.kind === 'open' || a.kind === 'variable') return false;
  }
  return true;
}

/** `id = id + 0`, `id = id * 1`. */
function sameWithNothing(tokens: readonly Token[], left: Cut, right: Cut): boolean {
  const operator = tokens[right.to - 2]?.text;
  const nothing = tokens[right.to - 1];
  if (nothing?.kind !== 'number' || right.to - right.from < 3) return false;
  const none = Number(nothing.text) === (operator === '*' || operator === '/' ? 1 : 0);
  return none && /^[-+*/]$/.test(operator ?? '') && same(tokens, left, { from: right.from, to: right.to - 2 });
}

function isTest({ tokens, table }: Reading, left: Cut, right: Cut): Constant {
  const negated = tokens[right.from]?.text === 'NOT';
  const what = tokens[right.from + (negated ? 1 : 0)]?.text;
  const value = constant(tokens, left);
  if (value === null) {
    const column = columnOf(tokens, left);
    return column !== '' && negated && what === 'NULL' && practicallyTrue({ column, operator: 'IS NOT NULL', value: undefined }, table)
      ? 'true'
      : 'unknown';
  }
  if (what === 'DISTINCT') {
    const other = constant(tokens, { from: right.from + (negated ? 3 : 2), to: right.to });
    return other === null ? 'unknown' : (value === other) === negated ? 'true' : 'false';
  }
  if (what === 'NULL') return (value === undefined) === negated ? 'false' : 'true';
  if (what === 'TRUE' || what === 'FALSE')
    return ((value !== 0 && value !== '' && value !== undefined) === (what === 'TRUE')) === !negated ? 'true' : 'false';
  return 'unknown';
}

function between({ tokens, table }: Reading, left: Cut, right: Cut): Constant {
  const and = seek(tokens, right.from, right.to, 'AND');
  if (and < 0) return 'unknown';
  const low = constant(tokens, { from: right.from, to: and });
  const high = constant(tokens, { from: and + 1, to: right.to });
  if (low === null || high === null || low === undefined || high === undefined) return 'unknown';
  const value = constant(tokens, left);
  if (typeof value === 'number' || typeof value === 'string') return holds('>=', value, low) && holds('<=', value, high) ? 'true' : 'false';
  const column = columnOf(tokens, left);
  if (column === '') return 'unknown';
  return practicallyTrue({ column, operator: '>=', value: low }, table) && practicallyTrue({ column, operator: '<=', value: high }, table)
    ? 'true'
    : 'unknown';
}

function membership(reading: Reading, found: Comparison): Constant {
  const { tokens, table } = reading;
  const { left, right, negated } = found;
  if (sameRows(reading, found)) return 'true';
  const value = constant(tokens, left);
  const inside = { from: right.from + 1, to: right.to - 1 };
  const alone = constant(tokens, tokens[inside.from]?.text === 'SELECT' ? { from: inside.from + 1, to: inside.to } : inside);
  const column = columnOf(tokens, left);
  // `id NOT IN (0)` leaves every row of a real table; said the other way round because the caller turns it.
  if (negated && column !== '' && alone !== null && practicallyTrue({ column, operator: '<>', value: alone }, table)) return 'false';
  if (value === null || value === undefined) return same(tokens, left, inside) ? 'true' : 'unknown';
  if (alone !== null && alone !== undefined) return holds('=', value, alone) ? 'true' : 'false';
  return listed(tokens, inside, value);
}

/** One of a list of constants. */
function listed(tokens: readonly Token[], { from, to }: Cut, value: number | string): Constant {
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'number' || token?.kind === 'string') {
      if (holds('=', value, token.kind === 'number' ? Number(token.text) : token.text)) return 'true';
    } else if (token?.kind !== 'comma') return 'unknown';
  }
  return 'false';
}

/** A sub-query without a table always has a row; one of the same table that chooses nothing has one whenever there is something to lose. */
function exists(reading: Reading, { from, to }: Cut, depth: number): Constant {
  const { tokens, table } = reading;
  const at = seek(tokens, from, to, 'FROM');
  if (at < 0) return 'true';
  const where = seek(tokens, at, to, 'WHERE');
  if (where > 0)
    return disjunction(reading, { from: where + 1, to: to - 1 }, depth + 1) === 'true' && named(tokens, at + 1, to) === table ? 'true' : 'unknown';
  return table !== '' && named(tokens, at + 1, to) === table.toLowerCase() && !limits(tokens, at, to) ? 'true' : 'unknown';
}
