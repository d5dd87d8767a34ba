import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Digest, TenantId } from '../../kernel/ids.ts';
import { toDigest } from '../tree-hash.ts';
import { EMPTY_HEAD } from '../entry.ts';
import { EMPTY_FRONTIER, hashesOf } from '../merkle.ts';
import type { Frontier } from '../merkle.ts';
import type { EntryFilter, PendingErasure, WorldSnapshot } from '../store.ts';
import type { Head, SealedEntry } from '../sealed-entry.ts';
import { FIELD, lookedUp, SPAN } from './lookup.ts';
import { COLUMNS, newestRows } from './newest.ts';
import { remembered } from './remembered.ts';
import { tenantRow } from './tail.ts';
import type { TenantRow } from './tail.ts';

/** Committed state, read beside the writer. Small answers; whoever wants the whole log asks page by page. */
export interface Reader {
  tenants(): readonly TenantId[];
  /** Changes with every commit of another connection, of this process or another. */
  version(): number;
  head(tenant: TenantId): Head;
  frontier(tenant: TenantId): Frontier;
  read(tenant: TenantId, filter: EntryFilter): readonly SealedEntry[];
  leaves(tenant: TenantId, from: number, count: number): Uint8Array;
  subtrees(tenant: TenantId, from: number, count: number): Uint8Array;
  pendingErasures(tenant: TenantId): readonly PendingErasure[];
  /** The size of a checkpoint the second place is known to hold. */
  checkpointed(tenant: TenantId): number;
  /** The number its rows go under; null for a tenant without any. */
  number(tenant: TenantId): number | null;
  /** What an older build kept in the log's own file. */
  keptSnapshot(no: number): WorldSnapshot | null;
  close(): void;
}

export function sqliteReader(database: DatabaseSync): Reader {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const newest = newestRows(prepare);
  const dataVersion = database.prepare('PRAGMA data_version');
  const row = (tenant: TenantId): TenantRow | null => {
    const found = prepare('SELECT no, name, size, leaf, frontier FROM tenant WHERE name = ?').get(tenant);
    return found === undefined ? null : tenantRow(found);
  };
  const run = (table: 'entry' | 'subtree', column: string, range: { tenant: TenantId; from: number; count: number }): Uint8Array => {
    const base = (row(range.tenant)?.no ?? -1) * SPAN;
    if (base < 0 || range.count <= 0) return new Uint8Array();
    const sql = `SELECT ${column} AS hash FROM ${table} WHERE id >= ? AND id < ? ORDER BY id`;
    const to = base + Math.min(range.from + range.count, SPAN);
    return Buffer.concat(
      prepare(sql)
        .all(base + range.from, to)
        .map((found) => found['hash'] as Uint8Array),
    );
  };
  return {
    tenants: () =>
      prepare('SELECT name FROM tenant WHERE size > 0 ORDER BY name')
        .all()
        .map((found) => String(found['name']) as TenantId),
    version: () => Number(dataVersion.get()?.['data_version']),
    head: (tenant) => row(tenant)?.head ?? EMPTY_HEAD,
    frontier: (tenant) => {
      const found = row(tenant);
      return found === null ? EMPTY_FRONTIER : { size: found.head.size, nodes: hashesOf(found.frontier) };
    },
    read: (tenant, filter) => {
      const found = row(tenant);
      return found === null ? [] : select({ tenant: found, filter, prepare, newest });
    },
    leaves: (tenant, from, count) => run('entry', 'leaf', { tenant, from, count }),
    subtrees: (tenant, from, count) => run('subtree', 'root', { tenant, from, count }),
    pendingErasures: (tenant) => pendingErasures(prepare, row(tenant)?.no ?? -1),
    checkpointed: (tenant) => remembered(database, tenant),
    number: (tenant) => row(tenant)?.no ?? null,
    keptSnapshot: (no) => keptSnapshot(database, no),
    close: () => {
      database.close();
    },
  };
}

/** A store no build of today has opened yet lacks the table, and so has none. */
function pendingErasures(prepare: (sql: string) => StatementSync, tenant: number): readonly PendingErasure[] {
  if (prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'unrecorded_erasure'`).get() === undefined) return [];
  const rows = prepare('SELECT subject, reason FROM unrecorded_erasure WHERE tenant = ? ORDER BY subject').all(tenant);
  return rows.map((found) => ({ subject: String(found['subject']), reason: String(found['reason']) }));
}

const SEALED = 'entry.id AS id, bytes, leaf, entry.type AS type, at, agent, session, action FROM';

interface Asked {
  readonly tenant: TenantRow;
  readonly filter: EntryFilter;
  readonly prepare: (sql: string) => StatementSync;
  readonly newest: ReturnType<typeof newestRows>;
}

/** What is looked up and what came after, one behind the other in the order asked for. Both end at one size, so nothing falls between. */
function select({ tenant, filter, prepare, newest }: Asked): readonly SealedEntry[] {
  const base = tenant.no * SPAN;
  const from = base + Math.max(0, filter.from ?? 0);
  const to = base + Math.min(SPAN, Math.max(0, filter.to ?? SPAN));
  const order = filter.reverse === true ? 'DESC' : 'ASC';
  const wanted = COLUMNS.filter((column) => filter[column] !== undefined);
  const [first] = wanted;
  if (first === undefined) {
    const all = prepare(`SELECT ${SEALED} entry WHERE id >= ? AND id < ? ORDER BY id ${order} LIMIT ?`).all(from, to, filter.limit);
    return all.map((row) => sealed(row, base));
  }
  const border = base + lookedUp(tenant.head.size);
  const lookUp = (limit: number): readonly SealedEntry[] => {
    if (limit <= 0 || from >= border) return [];
    const also = wanted.map((column) => ` AND entry.${column} = ?`).join('');
    // Runs come in order; only the places of one are sorted, and the last run that is needed is the last one read.
    const sql = `SELECT ${SEALED} lookup CROSS JOIN json_each(places) AS place CROSS JOIN entry ON entry.id = run + place.value
      WHERE field = ? AND lookup.value = ? AND run >= ? AND run < ? AND entry.id >= ? AND entry.id < ?${also}
      ORDER BY run ${order}, place.value ${order} LIMIT ?`;
    const values = wanted.map((column) => filter[column] ?? null);
    const end = Math.min(to, border);
    const rows = prepare(sql).all(FIELD[first], filter[first] ?? null, base + lookedUp(from - base), end, from, end, ...values, limit);
    return rows.map((row) => sealed(row, base));
  };
  const lookBehind = (limit: number): readonly SealedEntry[] => {
    if (limit <= 0 || to <= border) return [];
    const ids = newest(tenant, filter).filter((id) => id >= from && id < to);
    const chosen = filter.reverse === true ? ids.slice(-limit).reverse() : ids.slice(0, limit);
    return chosen.flatMap((id) => prepare(`SELECT ${SEALED} entry WHERE id = ?`).all(id)).map((row) => sealed(row, base));
  };
  const [one, other] = filter.reverse === true ? [lookBehind, lookUp] : [lookUp, lookBehind];
  const found = one(filter.limit);
  return [...found, ...other(filter.limit - found.length)];
}

function sealed(row: Record<string, unknown>, base: number): SealedEntry {
  const text = (column: 'agent' | 'session' | 'action'): Record<string, string> => (row[column] === null ? {} : { [column]: String(row[column]) });
  return {
    index: Number(row['id']) - base,
    bytes: row['bytes'] as Uint8Array,
    leaf: toDigest(row['leaf'] as Uint8Array),
    type: String(row['type']),
    at: Number(row['at']),
    ...text('agent'),
    ...text('session'),
    ...text('action'),
  };
}

function keptSnapshot(database: DatabaseSync, no: number): WorldSnapshot | null {
  const row = database.prepare('SELECT size, leaf, bytes FROM snapshot WHERE tenant = ?').get(no);
  if (row === undefined) return null;
  return { size: Number(row['size']), leaf: toDigest(row['leaf'] as Uint8Array) as Digest, bytes: row['bytes'] as Uint8Array };
}
