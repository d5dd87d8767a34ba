import { parentPort, workerData } from 'node:worker_threads';
import type { StatementSync } from 'node:sqlite';
import type { Entry } from '../../kernel/entry.ts';
import type { Digest, TenantId } from '../../kernel/ids.ts';
import { sha256 } from '../../wire/digest.ts';
import { GENESIS } from '../entry.ts';
import { stretchVerifier } from '../stretch.ts';
import type { Stretch, StretchTerms, TextRow } from '../stretch.ts';
import { isNeverStored, keptWith } from '../payloads-named.ts';
import type { Naming } from '../payloads-named.ts';
import { connectToRead } from './connection.ts';
import { SPAN } from './lookup.ts';
import { payloadReader } from './payloads.ts';
import type { PayloadReader } from './payloads.ts';
import type { Range } from './stretches.ts';
import type { WriterOptions } from './wire.ts';

/** One thread of a verification: a range in, what it came to out; null when it is not certain to be good. */
const { options, tenant, terms } = workerData as { readonly options: WriterOptions; readonly tenant: TenantId; readonly terms: StretchTerms };
const connection = connectToRead(options);
const base = Number(connection.statements.tenant.get(tenant)?.['no'] ?? -1) * SPAN;
const cutAt = new Set(terms.cuts);
const kept = terms.payloads ? payloadReader(connection, tenant) : null;

/** Rows read in one go, and the longest that are: this many fit into memory whatever they hold. */
const PAGE = 32;
const LONGEST = 65_536;

type Statement = StatementSync & { setReturnArrays(enabled: boolean): void };

// Text comes out of the store at half the cost of bytes; its length tells whether it is all of them.
function prepareRows(where: string): Statement {
  const statement = connection.database.prepare(
    `SELECT id, CAST(bytes AS TEXT), length(bytes), lower(hex(leaf)), type, at, agent, session, action FROM entry WHERE ${where}`,
  ) as Statement;
  statement.setReturnArrays(true);
  return statement;
}

const shortRows = prepareRows(`id >= ? AND id < ? AND length(bytes) < ${String(LONGEST)} ORDER BY id`);
const rowAt = prepareRows('id = ?');
const leafAt = connection.database.prepare('SELECT lower(hex(leaf)) AS leaf FROM entry WHERE id = ?');
const bytesAt = connection.database.prepare('SELECT bytes FROM entry WHERE id = ?');

type Columns = readonly [number, string, number, Digest, string, number, string | null, string | null, string | null];

function rowOf([id, text, length, leaf, type, at, agent, session, action]: Columns): TextRow {
  return {
    index: id - base,
    text,
    length,
    leaf,
    type,
    at,
    agent: agent ?? undefined,
    session: session ?? undefined,
    action: action ?? undefined,
  };
}

/** The rows of a range in their order; null when one is missing. */
function pageOf(from: number, to: number): readonly Columns[] | null {
  const page = shortRows.all(base + from, base + to) as unknown as Columns[];
  for (let at = 0; at < to - from; at++) {
    const id = base + from + at;
    if (page[at]?.[0] === id) continue;
    const long = rowAt.get(id) as unknown as Columns | undefined;
    if (long === undefined) return null;
    page.splice(at, 0, long);
  }
  return page;
}

function verify({ from, to }: Range): Stretch | null {
  const prev = from === 0 ? GENESIS : (leafAt.get(base + from - 1)?.['leaf'] as Digest | undefined);
  if (prev === undefined) return null;
  const stretch = stretchVerifier(tenant, { from, prev, bytesAt: (index) => bytesAt.get(base + index)?.['bytes'] as Uint8Array });
  const cuts: Stretch['cuts'][number][] = [];
  const count: Count = { intact: 0, neverStored: 0, gone: [] };
  for (let at = from; at < to; at += PAGE) {
    const page = pageOf(at, Math.min(at + PAGE, to));
    if (page === null) return null;
    for (const row of page) {
      const entry = stretch.push(rowOf(row));
      if (entry === null) return null;
      if (cutAt.has(stretch.size())) cuts.push({ size: stretch.size(), nodes: stretch.nodes() });
      if (kept !== null && !countPayloads(entry, kept, count)) return null;
    }
  }
  return stretch.size() === to ? { from, to, prev, leaf: stretch.leaf(), nodes: stretch.nodes(), cuts, ...count } : null;
}

interface Count {
  intact: number;
  neverStored: number;
  readonly gone: Naming[];
}

/** Adds the payloads an entry keeps to the count; false when one does not hash to its digest. */
function countPayloads(entry: Entry, open: PayloadReader, count: Count): boolean {
  if (isNeverStored(entry)) count.neverStored++;
  for (const digest of keptWith(entry)) {
    const bytes = open(digest);
    if (bytes === null || bytes === 'erased') count.gone.push({ digest, index: entry.index, agent: entry.agent, session: entry.session });
    else if (sha256(bytes) !== digest) return false;
    else count.intact++;
  }
  return true;
}

parentPort?.on('message', (range: Range) => {
  let found: Stretch | null = null;
  try {
    found = verify(range);
  } catch {
    // Whatever cannot be read is for the slow way to name.
  }
  parentPort?.postMessage(found);
});
