import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Rows per tenant the id layout has room for: id = tenant number × 2^40 + place. */
export const SPAN = 2 ** 40;

/**
 * `lookup` (field, value, run, places) finds entries and payloads by what they are about: `places` is the JSON list of those of a run's rows,
 * counted from its first, that have the value. An index would make every commit write a page for each value in it; this is filled a whole
 * run at a time, in the transaction that completes the run. What stands after the last whole run is scanned. It is derived: the rows make
 * it anew (LOG-19).
 */
const RUN = 1024;

/** Fields of `lookup`, by their numbers on disk. */
export const FIELD = { type: 0, agent: 1, session: 2, action: 3, digest: 4, subject: 5 } as const;

/** How many of so many rows are looked up; the rest is scanned. */
export function lookedUp(rows: number): number {
  return rows - (rows % RUN);
}

const IN = 'id >= ?1 AND id < ?2';
const of = (table: 'entry' | 'payload', field: keyof typeof FIELD, value: string = field): string =>
  `SELECT ${String(FIELD[field])} AS field, ${value} AS value, json_group_array(id - ?1 ORDER BY id) AS places FROM ${table} WHERE ${IN} AND ${value} IS NOT NULL GROUP BY 2`;

/** What the rows of one run, from one id to another, are found by. */
const NAMED = {
  entries: (['type', 'agent', 'session', 'action'] as const).map((field) => of('entry', field)).join(' UNION ALL '),
  // Eight bytes tell digests apart; the row has them whole.
  payloads: `${of('payload', 'digest', 'substr(digest, 1, 8)')} UNION ALL ${of('payload', 'subject')}`,
} as const;

/** Fill the look-ups of one run, from one id to another. */
export const FILL = {
  entries: `INSERT INTO lookup SELECT field, value, ?1, places FROM (${NAMED.entries})`,
  payloads: `INSERT INTO lookup SELECT field, value, ?1, places FROM (${NAMED.payloads})`,
} as const;

/** Fills whole runs, from one id to another. */
export function fillRuns(fill: StatementSync, from: number, to: number): void {
  for (let run = from; run < to; run += RUN) fill.run(run, run + RUN);
}

/** SQL for the ids that are looked up under a value in whole runs, from one id to another. */
export function idsOf(field: number, value: string, [from, to]: readonly [string, string]): string {
  return `SELECT run + place.value FROM lookup CROSS JOIN json_each(places) AS place
    WHERE field = ${String(field)} AND lookup.value = ${value} AND run >= ${from} AND run < ${to}`;
}

/** Counts the payloads of a tenant: their ids are as gapless as the entries'. */
export const COUNT_PAYLOADS = `SELECT max(id) AS last FROM payload WHERE id >= ?1 AND id < ?1 + ${String(SPAN)}`;

export function countOf(row: Readonly<Record<string, unknown>> | undefined, base: number): number {
  return typeof row?.['last'] === 'number' ? row['last'] - base + 1 : 0;
}

/** Fills every look-up of one tenant. */
export function fillAll(database: DatabaseSync, base: number, size: number): void {
  fillRuns(database.prepare(FILL.entries), base, base + lookedUp(size));
  fillRuns(database.prepare(FILL.payloads), base, base + lookedUp(payloadsOf(database, base)));
}

function payloadsOf(database: DatabaseSync, base: number): number {
  return countOf(database.prepare(COUNT_PAYLOADS).get(base), base);
}

/** Makes a tenant's look-ups anew when those of its newest whole run are not all there. */
export function mend(database: DatabaseSync, base: number, size: number): void {
  const runs = { entries: lookedUp(size), payloads: lookedUp(payloadsOf(database, base)) };
  if (!lacks(database, 'entries', base + runs.entries) && !lacks(database, 'payloads', base + runs.payloads)) return;
  database.exec('BEGIN IMMEDIATE');
  database.prepare('DELETE FROM lookup WHERE run >= ? AND run < ?').run(base, base + SPAN);
  // Asked again: another process may have written since.
  fillAll(database, base, Number(database.prepare('SELECT size FROM tenant WHERE no = ?').get(base / SPAN)?.['size'] ?? 0));
  database.exec('COMMIT');
}

function lacks(database: DatabaseSync, what: keyof typeof NAMED, to: number): boolean {
  if (to % SPAN === 0) return false;
  const found = `EXISTS (SELECT 1 FROM lookup WHERE lookup.field = named.field AND lookup.value = named.value AND run = ?1 AND lookup.places = named.places)`;
  return database.prepare(`SELECT 1 FROM (${NAMED[what]}) AS named WHERE NOT ${found} LIMIT 1`).get(to - RUN, to) !== undefined;
}
