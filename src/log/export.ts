import type { Digest, TenantId } from '../kernel/ids.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { openEntry } from './entry.ts';
import { keptWith, toldOf } from './payloads-named.ts';
import { rangeRoot } from './receipt.ts';
import type { LogReader } from './store.ts';
import { toDigest } from './tree-hash.ts';

/** First line of an export. The entries follow as their exact bytes, one a line, then payload lines if any. */
export interface ExportHeader {
  readonly export: 'aegis-log';
  readonly v: 1;
  readonly tenant: TenantId;
  readonly size: number;
  readonly root: Digest;
  /** A signed checkpoint of this log, of at most this size; null when there is none. */
  readonly checkpoint: string | null;
}

export interface ExportTerms {
  readonly checkpoint?: string;
  /** Include the payload bytes that are still readable. */
  readonly payloads?: boolean;
  /** End where the checkpoint ends, so that it vouches for every entry. */
  readonly signedOnly?: boolean;
}

const PAGE = 128;
const encoder = new TextEncoder();

/** The whole log as JSON lines, without line ends, as it stands when asked. */
export async function* exportLog(store: LogReader, tenant: TenantId, terms: ExportTerms = {}): AsyncGenerator<Uint8Array> {
  const head = await store.head(tenant);
  const signed = terms.signedOnly === true ? (parseCheckpoint(terms.checkpoint ?? '')?.size ?? head.size) : head.size;
  const size = Math.min(signed, head.size);
  const root = toDigest(await rangeRoot(store, tenant, [0, size]));
  const header: ExportHeader = { export: 'aegis-log', v: 1, tenant, size, root, checkpoint: terms.checkpoint ?? null };
  yield encoder.encode(JSON.stringify(header));
  const digests = new Set<Digest>();
  for (let from = 0; from < size; from += PAGE) {
    for (const sealed of await store.read(tenant, { from, to: Math.min(from + PAGE, size), limit: PAGE })) {
      yield sealed.bytes;
      if (terms.payloads !== true) continue;
      const entry = openEntry(sealed.bytes, sealed.index);
      for (const digest of [...keptWith(entry), ...toldOf(entry)]) digests.add(digest);
    }
  }
  for (const payload of digests) {
    const bytes = await store.payload(tenant, payload);
    if (bytes !== null)
      yield encoder.encode(
        JSON.stringify(bytes === 'erased' ? { payload, erased: true } : { payload, base64: Buffer.from(bytes).toString('base64') }),
      );
  }
}

/** Cuts a byte stream (a file, a response) into lines; the last may lack its end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}
