import type { Token } from './lex.ts';

/** What a condition says without looking at any row. */
export type Constant = 'true' | 'false' | 'unknown';

const MAX_DEPTH = 40;

/**
 * Whether a WHERE condition, given as tokens, holds for every row: constants compared, a column compared with itself,
 * `LIKE '%'`, `IS NOT NULL` of a constant, joined by AND, OR, XOR, NOT and brackets (INSPECT-53).
 * Linear: each bracket level is cut once.
 */
export function constantCondition(tokens: readonly Token[]): Constant {
  return disjunction(tokens, 0, tokens.length, 0);
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

/** Cuts at words of this level that are in `at`. BETWEEN … AND … is not cut. */
function cut(tokens: readonly Token[], from: number, to: number, at: ReadonlySet<string>): Cut[] {
  const base = tokens[from]?.depth ?? 0;
  const parts: Cut[] = [];
  let start = from;
  let between = false;
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.depth !== base || (token.kind !== 'word' && token.kind !== 'op')) continue;
    if (token.text === 'BETWEEN') between = true;
    else if (between && token.text === 'AND') between = false;
    else if (at.has(token.text)) {
      parts.push({ from: start, to: i });
      start = i + 1;
    }
  }
  parts.push({ from: start, to });
  return parts;
}

const OR = new Set(['OR', 'XOR']);
const AND = new Set(['AND', '&&']);
const COMPARE = new Set(['=', '==', '<=>', '<', '>', '<=', '>=', '<>', '!=', 'LIKE', 'ILIKE', 'REGEXP', 'RLIKE', 'GLOB', 'IS', 'BETWEEN', 'IN']);

function disjunction(tokens: readonly Token[], from: number, to: number, depth: number): Constant {
  if (depth > MAX_DEPTH) return 'unknown';
  let all: Constant = 'false';
  for (const part of cut(tokens, from, to, OR)) {
    const value = conjunction(tokens, part, depth);
    if (value === 'true') return 'true';
    if (value === 'unknown') all = 'unknown';
  }
  return all;
}

function conjunction(tokens: readonly Token[], range: Cut, depth: number): Constant {
  let all: Constant = 'true';
  for (const part of cut(tokens, range.from, range.to, AND)) {
    const value = negation(tokens, part, depth);
    if (value === 'false') return 'false';
    if (value === 'unknown') all = 'unknown';
  }
  return all;
}

function negation(tokens: readonly Token[], range: Cut, depth: number): Constant {
  let { from } = range;
  let flip = false;
  for (let first = tokens[from]; from < range.to && (first?.text === 'NOT' || (first?.kind === 'op' && first.text === '!')); first = tokens[from]) {
    flip = !flip;
    from += 1;
  }
  const value = primary(tokens, from, range.to, depth);
  if (!flip || value === 'unknown') return value;
  return value === 'true' ? 'false' : 'true';
}

function primary(tokens: readonly Token[], from: number, to: number, depth: number): Constant {
  const first = tokens[from];
  const last = tokens[to - 1];
  if (first === undefined || last === undefined || from >= to) return 'unknown';
  if (first.kind === 'open' && last.kind === 'close' && first.depth === last.depth && closes(tokens, from, to))
    return disjunction(tokens, from + 1, to - 1, depth + 1);
  if (to - from === 1) return truth(first);
  if (first.text === 'EXISTS') return rowless(tokens, from + 1, to) ? 'true' : 'unknown';
  return comparison(tokens, from, to);
}

/** The bracket opened at `from` is the one closed at the end. */
function closes(tokens: readonly Token[], from: number, to: number): boolean {
  const base = tokens[from]?.depth;
  for (let i = from + 1; i < to - 1; i += 1) if (tokens[i]?.depth === base) return false;
  return true;
}

/** A sub-query that reads no table always has a row. */
function rowless(tokens: readonly Token[], from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (tokens[i]?.text === 'FROM' && tokens[i]?.kind === 'word') return false;
  return true;
}

function truth(token: Token): Constant {
  if (token.kind === 'number') return Number(token.text) === 0 ? 'false' : 'true';
  if (token.kind === 'string') return /^\s*(?:[1-9]|t(?:rue)?$|y(?:es)?$|on$)/i.test(token.text) ? 'true' : 'false';
  if (token.kind === 'word' && token.text === 'TRUE') return 'true';
  if (token.kind === 'word' && (token.text === 'FALSE' || token.text === 'NULL')) return 'false';
  return 'unknown';
}

function comparison(tokens: readonly Token[], from: number, to: number): Constant {
  const base = tokens[from]?.depth ?? 0;
  for (let i = from + 1; i < to; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.depth !== base || (token.kind !== 'op' && token.kind !== 'word')) continue;
    const negated = token.text === 'NOT';
    const operator = negated ? tokens[i + 1]?.text : token.text;
    if (operator === undefined || !COMPARE.has(operator)) continue;
    const value = compared(tokens, { operator, left: { from, to: i }, right: { from: i + (negated ? 2 : 1), to } });
    if (!negated || value === 'unknown') return value;
    return value === 'true' ? 'false' : 'true';
  }
  return 'unknown';
}

interface Comparison {
  readonly operator: string;
  readonly left: Cut;
  readonly right: Cut;
}

function compared(tokens: readonly Token[], { operator, left, right }: Comparison): Constant {
  if (operator === 'IS') return isTest(tokens, left, right);
  if (operator === 'BETWEEN') return between(tokens, left, right);
  if (operator === 'IN') return membership(tokens, left, right);
  if (operator.endsWith('LIKE') || operator === 'GLOB' || operator === 'REGEXP') {
    const pattern = tokens[right.from];
    if (right.to - right.from === 1 && pattern?.kind === 'string' && /^(?:%+|\*+|\.\*|\^?\.\*\$?|)$/.test(pattern.text) && pattern.text !== '')
      return 'true';
    return same(tokens, left, right) ? 'true' : 'unknown';
  }
  const a = constant(tokens, left);
  const b = constant(tokens, right);
  if (a !== null && b !== null) return holds(operator, a, b) ? 'true' : 'false';
  if (!same(tokens, left, right)) return 'unknown';
  return operator === '=' || operator === '==' || operator === '<=>' || operator === '<=' || operator === '>=' ? 'true' : 'false';
}

/** A side that is one constant, or constants added and multiplied. */
function constant(tokens: readonly Token[], side: Cut): number | string | null {
  const first = tokens[side.from];
  if (first === undefined) return null;
  if (first.text === '(' && side.to - side.from === 3 && tokens[side.to - 1]?.kind === 'close')
    return constant(tokens, { from: side.from + 1, to: side.to - 1 });
  if (side.to - side.from === 1) {
    if (first.kind === 'string') return first.text;
    if (first.kind === 'number') return Number(first.text);
    return first.text === 'TRUE' ? 1 : first.text === 'FALSE' ? 0 : null;
  }
  if (side.to - side.from === 2 && first.kind === 'op' && tokens[side.from + 1]?.kind === 'number') {
    const value = Number(tokens[side.from + 1]?.text);
    return first.text === '-' ? -value : first.text === '+' ? value : null;
  }
  if (side.to - side.from === 3 && tokens[side.from + 1]?.kind === 'op')
    return arithmetic(first, tokens[side.from + 1]?.text ?? '', tokens[side.to - 1]);
  return null;
}

function arithmetic(left: Token, operator: string, right: Token | undefined): number | string | null {
  if (left.kind === 'string' && right?.kind === 'string' && operator === '||') return left.text + right.text;
  if (left.kind !== 'number' || right?.kind !== 'number') return null;
  const a = Number(left.text);
  const b = Number(right.text);
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  return null;
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

function isTest(tokens: readonly Token[], left: Cut, right: Cut): Constant {
  const negated = tokens[right.from]?.text === 'NOT';
  const what = tokens[right.from + (negated ? 1 : 0)]?.text;
  const value = constant(tokens, left);
  if (value === null)
    return left.to - left.from === 1 && tokens[left.from]?.text === 'NULL' && what === 'NULL' ? (negated ? 'false' : 'true') : 'unknown';
  if (what === 'NULL') return negated ? 'true' : 'false';
  if (what === 'TRUE') return (value !== 0 && value !== '') === !negated ? 'true' : 'false';
  return 'unknown';
}

function between(tokens: readonly Token[], left: Cut, right: Cut): Constant {
  const and = tokens.findIndex((token, i) => i >= right.from && i < right.to && token.text === 'AND' && token.kind === 'word');
  if (and < 0) return 'unknown';
  const value = constant(tokens, left);
  const low = constant(tokens, { from: right.from, to: and });
  const high = constant(tokens, { from: and + 1, to: right.to });
  if (value === null || low === null || high === null) return 'unknown';
  return holds('>=', value, low) && holds('<=', value, high) ? 'true' : 'false';
}

function membership(tokens: readonly Token[], left: Cut, right: Cut): Constant {
  const value = constant(tokens, left);
  const first = tokens[right.from + 1];
  if (value === null || first === undefined) return same(tokens, left, { from: right.from + 1, to: right.to - 1 }) ? 'true' : 'unknown';
  for (let i = right.from + 1; i < right.to - 1; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'number' || token?.kind === 'string') {
      if (holds('=', value, constant(tokens, { from: i, to: i + 1 }) ?? '')) return 'true';
    } else if (token?.kind !== 'comma') return 'unknown';
  }
  return 'false';
}
