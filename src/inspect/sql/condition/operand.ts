import type { Node } from './node.ts';
import { call, constant, FALSE, TRUE, variable } from './node.ts';
import type { Reading } from './reading.ts';
import { accept, column, opaque, opaqueRest, peek, spelled, within } from './reading.ts';
import { isFunction } from './functions.ts';
import { existing, selectedValue } from './subquery.ts';

/** A literal, a column, a call, a CASE, a sub-query, something in brackets; then the casts behind it. */
export function operand(reading: Reading): Node {
  const from = reading.at;
  const node = bare(reading, from);
  for (;;) {
    if (accept(reading, '::')) typeName(reading);
    else if (accept(reading, 'COLLATE')) reading.at += 1;
    else if (peek(reading)?.text === '[' && peek(reading)?.kind === 'open') {
      reading.at = (reading.closers.get(reading.at) ?? reading.at) + 1;
      return opaque(reading, from, reading.at);
    } else if (spelled(reading) === 'AT' && spelled(reading, 1) === 'TIME')
      return ((reading.at += 3), operand(reading), opaque(reading, from, reading.at));
    else return node;
  }
}

function typeName(reading: Reading): void {
  reading.at += 1;
  while (peek(reading)?.kind === 'open') reading.at = (reading.closers.get(reading.at) ?? reading.at) + 1;
}

function bare(reading: Reading, from: number): Node {
  const token = peek(reading);
  switch (token?.kind) {
    case 'open':
      return token.text === '[' ? named(reading) : bracketed(reading, from);
    case 'string':
      reading.at += 1;
      return constant(token.text);
    case 'number':
      reading.at += 1;
      return constant(Number(token.text));
    case 'quoted':
      return named(reading);
    case 'variable':
      reading.at += 1;
      // A placeholder may be anything, each time it is asked for.
      return variable(`${token.text} ?${String((reading.unnamed += 1))}`);
    case 'word':
      return word(reading, from, token.text);
    default:
      return opaqueRest(reading, from);
  }
}

function bracketed(reading: Reading, from: number): Node {
  const close = reading.closers.get(from);
  if (close === undefined || close >= reading.to) return opaqueRest(reading, from);
  reading.at = close + 1;
  const first = reading.tokens[from + 1];
  if (first?.kind === 'word' && /^(?:SELECT|WITH|VALUES|TABLE)$/.test(first.text))
    return selectedValue(reading, from + 1, close) ?? opaque(reading, from, close + 1);
  for (let i = from + 1; i < close; i += 1)
    if (reading.tokens[i]?.kind === 'comma' && reading.tokens[i]?.depth === first?.depth) return opaque(reading, from, close + 1);
  return within(reading, from + 1, close);
}

/** `a`, `t.a`, `"a"`, `[dbo].[t].[a]`. */
function named(reading: Reading): Node {
  const parts: string[] = [];
  for (;;) {
    const token = peek(reading);
    if (token?.kind === 'open' && token.text === '[' && peek(reading, 2)?.kind === 'close') {
      parts.push(peek(reading, 1)?.text ?? '');
      reading.at += 3;
    } else if (token?.kind === 'word' || token?.kind === 'quoted' || token?.text === '*') {
      parts.push(token.text);
      reading.at += 1;
    } else break;
    if (peek(reading)?.kind !== 'dot') break;
    reading.at += 1;
  }
  return column(reading, parts);
}

const VOLATILE = /^(?:RAND|RANDOM|NEWID|UUID|GEN_RANDOM_UUID|NEXTVAL|CLOCK_TIMESTAMP|RANDOMBLOB|GENERATE_UUID)$/;

function word(reading: Reading, from: number, text: string): Node {
  switch (text) {
    case 'TRUE':
      return ((reading.at += 1), TRUE);
    case 'FALSE':
      return ((reading.at += 1), FALSE);
    case 'NULL':
      return ((reading.at += 1), constant(undefined));
    case 'CASE':
      return cases(reading, from);
    case 'INTERVAL':
      return interval(reading, from);
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIME':
    case 'DATETIME':
    case 'BINARY':
    case 'N':
      if (peek(reading, 1)?.kind === 'string') return ((reading.at += 2), constant(reading.tokens[from + 1]?.text ?? ''));
      break;
    default:
  }
  if (peek(reading, 1)?.kind === 'open' && peek(reading, 1)?.text !== '[') return called(reading, from, text);
  return named(reading);
}

function interval(reading: Reading, from: number): Node {
  reading.at += 1;
  if (peek(reading)?.kind === 'open') reading.at = (reading.closers.get(reading.at) ?? reading.at) + 1;
  else reading.at += 1;
  if (/^(?:SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)S?$/.test(spelled(reading))) reading.at += 1;
  return opaque(reading, from, reading.at);
}

/** Arguments between the brackets of a call; null for one with a grammar of its own. */
function called(reading: Reading, from: number, name: string): Node {
  const open = from + 1;
  const close = reading.closers.get(open);
  if (close === undefined || close >= reading.to) return opaqueRest(reading, from);
  reading.at = close + 1;
  if (name === 'EXISTS') return existing(reading, open, close) ?? opaque(reading, from, close + 1);
  if (VOLATILE.test(name)) return variable(`${name} ?${String((reading.unnamed += 1))}`);
  const cuts = cutAt(reading, open + 1, close);
  if (/^(?:TRY_|SAFE_)?(?:CAST|CONVERT)$/.test(name)) return cast(reading, cuts, name) ?? opaque(reading, from, close + 1);
  if (!isFunction(name)) return opaque(reading, from, close + 1);
  return call(name, ...cuts.map(([start, end]) => within(reading, start, end)));
}

/** What stands between the commas, and before the AS of a cast. */
function cutAt({ tokens }: Reading, from: number, to: number): [from: number, to: number][] {
  const base = tokens[from]?.depth;
  const cuts: [number, number][] = [];
  let start = from;
  for (let i = from; i <= to; i += 1) {
    const token = tokens[i];
    const here = token?.depth === base && (token?.kind === 'comma' || (token?.kind === 'word' && token.text === 'AS'));
    if (i < to && !here) continue;
    if (i > start) cuts.push([start, i]);
    start = i + 1;
  }
  return cuts;
}

/** A cast changes the type of its operand, which T-SQL's CONVERT names second. */
function cast(reading: Reading, cuts: readonly [number, number][], name: string): Node | null {
  const typeFirst = name.endsWith('CONVERT') && reading.tokens[cuts[0]?.[0] ?? 0]?.kind === 'word' && cuts.length > 1;
  const type = /^(?:U?N?(?:BIG|SMALL|TINY)?INT(?:EGER)?|N?(?:VAR)?CHAR|BIT|DATE(?:TIME2?)?|DECIMAL|NUMERIC|FLOAT|REAL|VARBINARY|UNIQUEIDENTIFIER)$/;
  const cut = cuts[typeFirst && type.test(reading.tokens[cuts[0]?.[0] ?? 0]?.text ?? '') ? 1 : 0];
  return cut === undefined ? null : within(reading, cut[0], cut[1]);
}

/** `CASE WHEN c THEN a … ELSE b END`, `CASE x WHEN v THEN a … END`. */
function cases(reading: Reading, from: number): Node {
  const marks = marksOf(reading, from);
  const [end] = marks.slice(-1);
  if (end === undefined || reading.tokens[end]?.text !== 'END') return opaqueRest(reading, from + 1);
  const [first = end] = marks;
  const subject = first > from + 1 ? within(reading, from + 1, first) : null;
  const args: Node[] = [];
  for (let i = 0; i + 1 < marks.length; i += 1) {
    const [at = 0, next = 0] = marks.slice(i, i + 2);
    const part = within(reading, at + 1, next);
    if (reading.tokens[at]?.text === 'ELSE') args.push(TRUE, part);
    else args.push(reading.tokens[at]?.text === 'WHEN' && subject !== null ? call('=', subject, part) : part);
  }
  reading.at = end + 1;
  return call('CASE', ...args);
}

/** The words of this CASE, to its END. */
function marksOf({ tokens, to }: Reading, from: number): number[] {
  const marks: number[] = [];
  const base = tokens[from]?.depth;
  let nested = 0;
  for (let i = from + 1; i < to; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || token.depth !== base) continue;
    if (token.text === 'CASE') nested += 1;
    else if (nested > 0) nested -= Number(token.text === 'END');
    else if (/^(?:WHEN|THEN|ELSE|END)$/.test(token.text)) {
      marks.push(i);
      if (token.text === 'END') break;
    }
  }
  return marks;
}
