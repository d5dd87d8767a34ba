import type { DatabaseSync } from 'node:sqlite';
import { GENESIS } from '../entry.ts';
import { leafHash, toDigest } from '../tree-hash.ts';
import { frontierFrom, hashesOf, SUBTREE_LEAVES } from '../merkle.ts';
import type { Head } from '../sealed-entry.ts';
import { SPAN } from './lookup.ts';

/** A tenant's row: where its chain and its tree stand. */
export interface TenantRow {
  readonly no: number;
  readonly name: string;
  readonly head: Head;
  /** The frontier's nodes, 32 bytes each. */
  readonly frontier: Uint8Array;
}

export interface TailFault {
  readonly index: number;
  readonly detail: string;
}

export function tenantRow(row: Record<string, unknown>): TenantRow {
  return {
    no: Number(row['no']),
    name: String(row['name']),
    head: { size: Number(row['size']), leaf: toDigest(row['leaf'] as Uint8Array) },
    frontier: row['frontier'] as Uint8Array,
  };
}

/** Entries re-hashed at each opening, beside the whole upper tree. */
const CHECKED = 512;

/**
 * What opening proves without reading the whole log (LOG-9): the rows end exactly at the head, the last entries hash to their leaves,
 * and the stored frontier is the one the stored subtrees and leaves make. `verifyStore` proves the rest.
 */
export function checkTail(database: DatabaseSync, tenant: TenantRow): TailFault | null {
  const { size, leaf } = tenant.head;
  const base = tenant.no * SPAN;
  const last = database.prepare('SELECT max(id) AS id FROM entry WHERE id >= ? AND id < ?').get(base, base + SPAN)?.['id'];
  const rows = last === null || last === undefined ? 0 : Number(last) - base + 1;
  if (rows !== size) return { index: Math.min(rows, size), detail: `its head says ${String(size)} entries, its rows end at ${String(rows)}` };
  if (size === 0) return leaf === GENESIS ? null : { index: 0, detail: 'its head names a leaf but it has no entry' };

  const tailFrom = Math.floor(size / SUBTREE_LEAVES) * SUBTREE_LEAVES;
  const from = Math.min(tailFrom, Math.max(0, size - CHECKED));
  const tail: Uint8Array[] = [];
  let index = from;
  let found: Uint8Array | null = null;
  for (const row of database.prepare('SELECT id, bytes, leaf FROM entry WHERE id >= ? AND id < ? ORDER BY id').iterate(base + from, base + size)) {
    if (Number(row['id']) !== base + index) return { index, detail: 'it is missing' };
    found = leafHash(row['bytes'] as Uint8Array);
    if (Buffer.compare(found, row['leaf'] as Uint8Array) !== 0) return { index, detail: 'its bytes do not hash to its leaf' };
    if (index >= tailFrom) tail.push(found);
    index++;
  }
  if (index !== size) return { index, detail: 'it is missing' };
  if (found === null || toDigest(found) !== leaf) return { index: size - 1, detail: 'its leaf is not the head' };
  const subtrees = database.prepare('SELECT root FROM subtree WHERE id >= ? AND id < ? ORDER BY id').all(base, base + SPAN);
  if (subtrees.length !== tailFrom / SUBTREE_LEAVES) return { index: 0, detail: 'the tree lacks subtrees' };
  const frontier = frontierFrom(
    subtrees.map((row) => row['root'] as Uint8Array),
    tail,
  );
  const stored = hashesOf(tenant.frontier);
  const agree =
    stored.length === frontier.nodes.length && frontier.nodes.every((node, at) => Buffer.compare(node, stored[at] ?? new Uint8Array()) === 0);
  return agree ? null : { index: 0, detail: 'the tree does not match its frontier' };
}
