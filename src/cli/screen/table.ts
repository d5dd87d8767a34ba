import { tone, visible, type Tone } from '../print.ts';
import { cut, drawnWidth, screenWidth } from './width.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand under each other by their last digit. */
  readonly right?: true;
  /** The column may be cut to this many columns of the terminal; one without is always shown whole. */
  readonly least?: number;
  /** The column is at least this wide, so that it does not jump when it is shown again. */
  readonly wide?: number;
  readonly tone?: (cell: string) => Tone | null;
}

const GAP = '  ';

/** Rows under a head, at most as wide as the terminal; a column that is only a title may be cut. In a pipe nothing is. */
export function table(heads: readonly (Column | string)[], rows: readonly (readonly string[])[], width: number | null = screenWidth()): string {
  const columns = heads.map((head): Column => (typeof head === 'string' ? { title: head, least: 10 } : head));
  const clean = rows.map((row) => row.map(visible));
  const wanted = columns.map(({ title, wide = 0 }, at) =>
    clean.reduce((most, row) => Math.max(most, drawnWidth(row[at] ?? '')), Math.max(title.length, wide)),
  );
  const widths = width === null ? wanted : fitted(columns, wanted, width);
  const format = (row: readonly string[], head: boolean): string =>
    columns
      .map((column, at) => {
        const text = width === null ? (row[at] ?? '') : cut(row[at] ?? '', widths[at] ?? 0);
        const coloured = head ? null : (column.tone?.(row[at] ?? '') ?? null);
        return padded(text, { column, width: widths[at] ?? 0, last: at === columns.length - 1, coloured });
      })
      .join(GAP)
      .trimEnd();
  return [
    tone(
      'dim',
      format(
        columns.map(({ title }) => title),
        true,
      ),
    ),
    ...clean.map((row) => format(row, false)),
  ].join('\n');
}

interface Place {
  readonly column: Column;
  readonly width: number;
  readonly last: boolean;
  readonly coloured: Tone | null;
}

function padded(text: string, { column, width, last, coloured }: Place): string {
  const space = ' '.repeat(Math.max(0, width - drawnWidth(text)));
  const shown = coloured === null ? text : tone(coloured, text);
  if (column.right === true) return space + shown;
  return last ? shown : shown + space;
}

/** Takes from the widest column that may be cut, one column of the terminal at a time, until the row fits or nothing more may be taken. */
function fitted(columns: readonly Column[], wanted: readonly number[], width: number): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (columns.length - 1) - width;
  while (over > 0) {
    let widest = -1;
    for (const [at, { least }] of columns.entries()) {
      const room = least === undefined ? 0 : (widths[at] ?? 0) - least;
      if (room > 0 && (widest === -1 || (widths[at] ?? 0) > (widths[widest] ?? 0))) widest = at;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return widths;
}
