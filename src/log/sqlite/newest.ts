import type { StatementSync } from 'node:sqlite';
import type { EntryFilter } from '../store.ts';
import { lookedUp, SPAN } from './lookup.ts';
import type { TenantRow } from './tail.ts';

/** Columns a filter may name, the one that tells most apart first. */
export const COLUMNS = ['action', 'session', 'agent', 'type'] as const;

type Row = { readonly id: number } & Readonly<Record<(typeof COLUMNS)[number], string | null>>;

/** The rows of a tenant's unfinished run that were read, by each column's values. */
interface Known {
  readonly border: number;
  next: number;
  readonly by: Readonly<Record<(typeof COLUMNS)[number], Map<string, Row[]>>>;
}

/** Tenants whose newest rows are remembered; of the others they are read again. */
const MOST = 16;

/**
 * Finds entries behind the last whole run of look-ups. Each row is read once, the first time somebody looks for anything after it was
 * committed; an entry never changes, so what was read stays true. Answers ids in order.
 */
export function newestRows(prepare: (sql: string) => StatementSync): (tenant: TenantRow, filter: EntryFilter) => readonly number[] {
  const tenants = new Map<number, Known>();
  const knownOf = ({ no, head }: TenantRow): Known => {
    const border = no * SPAN + lookedUp(head.size);
    const end = no * SPAN + head.size;
    let known = tenants.get(no);
    tenants.delete(no);
    // A finished run is looked up from now on.
    if (known?.border !== border || known.next > end)
      known = { border, next: border, by: { action: new Map(), session: new Map(), agent: new Map(), type: new Map() } };
    tenants.set(no, known);
    const [oldest] = tenants.keys();
    if (tenants.size > MOST && oldest !== undefined) tenants.delete(oldest);
    if (known.next < end) {
      const rows = prepare('SELECT id, type, agent, session, action FROM entry WHERE id >= ? AND id < ? ORDER BY id').all(known.next, end);
      for (const row of rows) add(known, row as Row);
      known.next = end;
    }
    return known;
  };
  return (tenant, filter) => {
    const [first, ...rest] = COLUMNS.filter((column) => filter[column] !== undefined);
    const rows = first === undefined ? [] : (knownOf(tenant).by[first].get(filter[first] ?? '') ?? []);
    return rows.filter((row) => rest.every((column) => row[column] === filter[column])).map((row) => row.id);
  };
}

function add({ by }: Known, row: Row): void {
  for (const column of COLUMNS) {
    const value = row[column];
    if (value === null) continue;
    const rows = by[column].get(value);
    if (rows === undefined) by[column].set(value, [row]);
    else rows.push(row);
  }
}
