import { alwaysTrue } from './certain.ts';
import type { Node } from './node.ts';
import { constant, lastPart, TRUE, variable } from './node.ts';
import type { Reading } from './reading.ts';
import { within } from './reading.ts';
import { HIGHEST, LOWEST } from './row-columns.ts';

const ENDS = /^(?:WHERE|LIMIT|JOIN|HAVING|TOP|FETCH|INTERSECT|EXCEPT|MINUS|SAMPLE|TABLESAMPLE|QUALIFY|USING)$/;
const CHOOSES = /^(?:FROM|WHERE|LIMIT|UNION|HAVING)$/;

/** The value of `SELECT …` between `from` and `to`: of a query without a table, or of one that counts or bounds the rows in question. */
export function selectedValue(reading: Reading, from: number, to: number): Node | null {
  const { tokens } = reading;
  if (tokens[from]?.text !== 'SELECT') return null;
  const at = seek(reading, from, to, 'FROM');
  if (at < 0) {
    for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && CHOOSES.test(tokens[i]?.text ?? '')) return null;
    return within(reading, from + 1, to);
  }
  const name = tokens[from + 1]?.text ?? '';
  if (!/^(?:COUNT|MAX|MIN)$/.test(name) || tokens[from + 2]?.kind !== 'open' || !ofSameTable(reading, at, to)) return null;
  if (seek(reading, at, to, 'GROUP') >= 0) return null;
  if (name === 'COUNT') return variable('count of rows.id');
  return constant(name === 'MAX' ? HIGHEST : LOWEST);
}

/** `id IN (SELECT id FROM same_table)`: the rows are chosen from among themselves. The reading stands at the bracket. */
export function amongThemselves(reading: Reading, left: Node): Node | null {
  const { tokens, closers, at: open } = reading;
  const end = closers.get(open) ?? open;
  if (left.kind !== 'variable' || tokens[open + 1]?.text !== 'SELECT') return null;
  const from = seek(reading, open, end, 'FROM');
  if (from < 0 || !ofSameTable(reading, from, end)) return null;
  const start = tokens[open + 2]?.text === 'DISTINCT' ? open + 3 : open + 2;
  const what = within(reading, start, from);
  return what.kind === 'variable' && lastPart(what.name) === lastPart(left.name) ? TRUE : null;
}

/** A sub-query without a table always has a row; one of the same table that finds each row itself, or chooses nothing, has one as well. */
export function existing(reading: Reading, open: number, close: number): Node | null {
  const { tokens, table } = reading;
  if (tokens[open + 1]?.text !== 'SELECT') return null;
  const at = seek(reading, open, close, 'FROM');
  const where = seek(reading, Math.max(at, open), close, 'WHERE');
  if (at < 0) return where < 0 ? TRUE : within(reading, where + 1, close);
  if (where < 0) return ofSameTable(reading, at, close) ? TRUE : null;
  if (table === '' || named(reading, at + 1, close) !== table || limits(reading, at, where)) return null;
  const condition = within(reading, where + 1, close);
  return findsItself(condition) || alwaysTrue(condition, table) ? TRUE : null;
}

/** `u.id = users.id`, `u.id = o.id AND u.org = o.org`: every row is its own partner. */
function findsItself(node: Node): boolean {
  if (node.kind !== 'call') return false;
  if (node.op === 'AND') return node.args.every(findsItself);
  const [left, right] = node.args;
  return (
    node.op === '=' &&
    left?.kind === 'variable' &&
    right?.kind === 'variable' &&
    left.name !== right.name &&
    lastPart(left.name) === lastPart(right.name)
  );
}

const ofSameTable = (reading: Reading, from: number, to: number): boolean =>
  reading.table !== '' && named(reading, from + 1, to) === reading.table && !limits(reading, from, to);

function limits({ tokens }: Reading, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && ENDS.test(tokens[i]?.text ?? '')) return true;
  return false;
}

/** The dotted name that begins at `at`, lower-case. */
function named({ tokens }: Reading, at: number, to: number): string {
  const parts: string[] = [];
  for (let i = at; i < to; i += 2) {
    parts.push((tokens[i]?.text ?? '').toLowerCase());
    if (tokens[i + 1]?.kind !== 'dot') break;
  }
  return parts.join('.');
}

function seek({ tokens }: Reading, from: number, to: number, word: string): number {
  for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && tokens[i]?.text === word) return i;
  return -1;
}
