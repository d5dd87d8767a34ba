import type { ActionRow } from './action-record.ts';
import { screenWidth } from './screen/width.ts';
import { table } from './screen/table.ts';
import { when, whenColumn } from './screen/when.ts';

/** An action that was allowed and has no outcome yet. */
export interface InFlightRow extends ActionRow {
  readonly ageMs: number;
}

export interface InFlight {
  readonly count: number;
  readonly actions: readonly InFlightRow[];
}

/** The newest few as a table behind a margin, and how many more there are. */
export function inFlightLines({ count, actions }: InFlight, { most, margin }: { readonly most: number; readonly margin: number }): readonly string[] {
  if (count === 0) return [];
  const width = screenWidth();
  const rows = actions.slice(0, most).map(({ index, at, agent, session, name }) => [String(index), when(at), agent, session ?? '', name]);
  const columns = [
    { title: '#', right: true },
    whenColumn('allowed'),
    { title: 'agent', least: 8 },
    { title: 'session', least: 8 },
    { title: 'tool', least: 10 },
  ] as const;
  const lines = table(columns, rows, width === null ? null : width - margin).split('\n');
  const more = count > rows.length ? [`and ${String(count - rows.length)} more: aegis actions --in-flight --limit 1000`] : [];
  return [...lines, ...more].map((one) => `${' '.repeat(margin)}${one}`);
}
