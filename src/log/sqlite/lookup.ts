import type { DatabaseSync } from 'node:sqlite';

/** Rows per tenant the id layout has room for: id = tenant number × 2^40 + place. */
export const SPAN = 2 ** 40;

/**
 * `lookup` (field, value, id) finds entries and payloads by what they are about. An index would make every commit write a page for each value
 * in it; this is filled a whole run at a time, in the transaction that completes the run. What stands after the last whole run is scanned.
 * It is derived: the rows make it anew (LOG-19).
 */
const RUN = 1024;

/** Fields of `lookup`, by their numbers on disk. */
export const FIELD = { type: 0, agent: 1, session: 2, action: 3, digest: 4, subject: 5 } as const;

/** How many of so many rows are looked up; the rest is scanned. */
export function lookedUp(rows: number): number {
  return rows - (rows % RUN);
}

const IN = 'id >= ?1 AND id < ?2';
const of = (field: 'agent' | 'session' | 'action'): string =>
  `SELECT ${String(FIELD[field])}, ${field}, id FROM entry WHERE ${IN} AND ${field} IS NOT NULL`;

/** What the rows from one id to another are found by. */
const NAMED = {
  entries: `SELECT ${String(FIELD.type)} AS field, type AS value, id FROM entry WHERE ${IN} UNION ALL ${of('agent')} UNION ALL ${of('session')} UNION ALL ${of('action')}`,
  // Eight bytes tell digests apart; the row has them whole.
  payloads: `SELECT ${String(FIELD.digest)} AS field, substr(digest, 1, 8) AS value, id FROM payload WHERE ${IN}
    UNION ALL SELECT ${String(FIELD.subject)}, subject, id FROM payload WHERE ${IN}`,
} as const;

/** Fill the look-ups of the rows from one id to another, in the order of the table. */
export const FILL = {
  entries: `INSERT INTO lookup ${NAMED.entries} ORDER BY 1, 2, 3`,
  payloads: `INSERT INTO lookup ${NAMED.payloads} ORDER BY 1, 2, 3`,
} as const;

/** Counts the payloads of a tenant: their ids are as gapless as the entries'. */
export const COUNT_PAYLOADS = `SELECT max(id) AS last FROM payload WHERE id >= ?1 AND id < ?1 + ${String(SPAN)}`;

export function countOf(row: Readonly<Record<string, unknown>> | undefined, base: number): number {
  return typeof row?.['last'] === 'number' ? row['last'] - base + 1 : 0;
}

/** Fills every look-up of one tenant. */
export function fillAll(database: DatabaseSync, base: number, size: number): void {
  database.prepare(FILL.entries).run(base, base + lookedUp(size));
  database.prepare(FILL.payloads).run(base, base + lookedUp(payloadsOf(database, base)));
}

function payloadsOf(database: DatabaseSync, base: number): number {
  return countOf(database.prepare(COUNT_PAYLOADS).get(base), base);
}

/** Makes a tenant's look-ups anew when those of its newest whole run are not all there. */
export function mend(database: DatabaseSync, base: number, size: number): void {
  if (!lacks(database, 'entries', base + lookedUp(size)) && !lacks(database, 'payloads', base + lookedUp(payloadsOf(database, base)))) return;
  database.exec('BEGIN IMMEDIATE');
  database.prepare('DELETE FROM lookup WHERE id >= ? AND id < ?').run(base, base + SPAN);
  // Asked again: another process may have written since.
  fillAll(database, base, Number(database.prepare('SELECT size FROM tenant WHERE no = ?').get(base / SPAN)?.['size'] ?? 0));
  database.exec('COMMIT');
}

function lacks(database: DatabaseSync, what: keyof typeof NAMED, to: number): boolean {
  const found = 'EXISTS (SELECT 1 FROM lookup WHERE lookup.field = named.field AND lookup.value = named.value AND lookup.id = named.id)';
  const lost = database.prepare(`SELECT 1 FROM (${NAMED[what]}) AS named WHERE NOT ${found} LIMIT 1`);
  return lost.get(Math.max(to - RUN, 0), to) !== undefined;
}
