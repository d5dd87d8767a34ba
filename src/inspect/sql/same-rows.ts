import { columnOf } from './choice.ts';
import type { Cut } from './constant.ts';
import type { Token } from './lex.ts';

interface Rows {
  readonly tokens: readonly Token[];
  /** The table whose rows are in question, lower-case or as written. */
  readonly table: string;
}

interface Compared {
  readonly operator: string;
  readonly left: Cut;
  readonly right: Cut;
}

/** `(SELECT count(*) FROM t) > 0`: true whenever there is something to lose. */
export function counted({ tokens, table }: Rows, { operator, left, right }: Compared): boolean {
  const { from, to } = left;
  if (tokens[from + 1]?.text !== 'SELECT' || tokens[from + 2]?.text !== 'COUNT' || table === '' || to - from > 24) return false;
  const at = seek(tokens, from, to, 'FROM');
  const least = right.to - right.from === 1 ? Number(tokens[right.from]?.text) : Number.NaN;
  const some = operator === '>' ? least <= 0 : operator === '>=' ? least <= 1 : /^(?:<>|!=)$/.test(operator) && least === 0;
  return some && at > 0 && named(tokens, at + 1, to) === table.toLowerCase() && !limits(tokens, at, to);
}

const ENDS = /^(?:WHERE|LIMIT|JOIN|HAVING|TOP|FETCH|INTERSECT|EXCEPT|MINUS|SAMPLE|TABLESAMPLE|QUALIFY|USING)$/;

/** `id IN (SELECT id FROM same_table)`, `id = ANY (SELECT …)`: the rows are chosen from among themselves. */
export function sameRows({ tokens, table }: Rows, { operator, left, right }: Compared): boolean {
  if (operator !== 'IN' && operator !== '=') return false;
  const column = columnOf(tokens, left);
  const open = /^(?:ANY|SOME)$/.test(tokens[right.from]?.text ?? '') ? right.from + 1 : right.from;
  if (column === '' || table === '' || (operator === '=' && open === right.from) || tokens[open + 1]?.text !== 'SELECT') return false;
  const end = right.to - 1;
  const from = seek(tokens, open, end, 'FROM');
  if (from < 0) return false;
  const start = tokens[open + 2]?.text === 'DISTINCT' ? open + 3 : open + 2;
  return columnOf(tokens, { from: start, to: from }) === column && named(tokens, from + 1, end) === table.toLowerCase() && !limits(tokens, from, end);
}

export const limits = (tokens: readonly Token[], from: number, to: number): boolean => {
  for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && ENDS.test(tokens[i]?.text ?? '')) return true;
  return false;
};

/** The dotted name that begins at `at`, lower-case. */
export function named(tokens: readonly Token[], at: number, to: number): string {
  const parts: string[] = [];
  for (let i = at; i < to; i += 2) {
    parts.push((tokens[i]?.text ?? '').toLowerCase());
    if (tokens[i + 1]?.kind !== 'dot') break;
  }
  return parts.join('.');
}

export function seek(tokens: readonly Token[], from: number, to: number, word: string): number {
  for (let i = from; i < to; i += 1) if (tokens[i]?.kind === 'word' && tokens[i]?.text === word) return i;
  return -1;
}
