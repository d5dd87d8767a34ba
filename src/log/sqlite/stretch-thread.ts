import { parentPort, workerData } from 'node:worker_threads';
import type { StatementSync } from 'node:sqlite';
import type { Digest, TenantId } from '../../kernel/ids.ts';
import { sha256 } from '../../wire/digest.ts';
import { GENESIS } from '../entry.ts';
import { stretchVerifier } from '../stretch.ts';
import type { Stretch, StretchTerms, TextRow } from '../stretch.ts';
import { payloadsOf } from '../verify.ts';
import { connectToRead } from './connection.ts';
import { SPAN } from './lookup.ts';
import { payloadReader } from './payloads.ts';
import type { Range } from './stretches.ts';
import type { WriterOptions } from './wire.ts';

/** One thread of a verification: a range in, what it came to out; null when it is not certain to be good. */
const { options, tenant, terms } = workerData as { readonly options: WriterOptions; readonly tenant: TenantId; readonly terms: StretchTerms };
const connection = connectToRead(options);
const base = Number(connection.statements.tenant.get(tenant)?.['no'] ?? -1) * SPAN;
const kept = terms.payloads ? payloadReader(connection, tenant) : null;

// Text comes out of the store at half the cost of bytes; its length tells whether it is all of them.
const rows = connection.database.prepare(`SELECT id, CAST(bytes AS TEXT), length(bytes), lower(hex(leaf)), type, at, agent, session, action
  FROM entry WHERE id >= ? AND id < ? ORDER BY id`) as StatementSync & { setReturnArrays(enabled: boolean): void };
rows.setReturnArrays(true);
const leafAt = connection.database.prepare('SELECT lower(hex(leaf)) AS leaf FROM entry WHERE id = ?');

const bytesAt = connection.database.prepare('SELECT bytes FROM entry WHERE id = ?');

type Columns = readonly [number, string, number, Digest, string, number, string | null, string | null, string | null];

function rowOf([id, text, length, leaf, type, at, agent, session, action]: Columns): TextRow {
  return {
    ...{ index: id - base, text, length, leaf, type, at, bytes: () => bytesAt.get(id)?.['bytes'] as Uint8Array },
    ...(agent === null ? {} : { agent }),
    ...(session === null ? {} : { session }),
    ...(action === null ? {} : { action }),
  };
}

function verify({ from, to }: Range): Stretch | null {
  const prev = from === 0 ? GENESIS : (leafAt.get(base + from - 1)?.['leaf'] as Digest | undefined);
  if (prev === undefined) return null;
  const stretch = stretchVerifier(tenant, from, prev);
  const cuts: Stretch['cuts'][number][] = [];
  const payloads = { intact: 0, erased: 0, missing: 0 };
  for (const row of rows.iterate(base + from, base + to)) {
    const entry = stretch.push(rowOf(row as unknown as Columns));
    if (entry === null) return null;
    if (terms.cuts.includes(stretch.size())) cuts.push({ size: stretch.size(), nodes: stretch.nodes() });
    for (const digest of kept === null ? [] : payloadsOf(entry)) {
      const bytes = kept?.(digest) ?? null;
      if (bytes === null) payloads.missing++;
      else if (bytes === 'erased') payloads.erased++;
      else if (sha256(bytes) !== digest) return null;
      else payloads.intact++;
    }
  }
  return stretch.size() === to ? { from, to, prev, leaf: stretch.leaf(), nodes: stretch.nodes(), cuts, payloads } : null;
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
