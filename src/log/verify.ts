import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { Checkpoint } from './checkpoint.ts';
import { chainVerifier } from './chain.ts';
import type { ChainVerifier } from './chain.ts';
import { toDigest } from './tree-hash.ts';
import { sha256 } from '../wire/digest.ts';
import { EMPTY_ROOT, rootOf } from './merkle.ts';
import { verifyQuickly } from './quickly.ts';
import type { LogStore } from './store.ts';
import type { SealedEntry } from './sealed-entry.ts';
import { verified } from './verification.ts';
import type { PayloadCount, Verification, VerifyTerms } from './verification.ts';

const PAGE = 1000;

/**
 * Re-hashes a whole log, entry by entry, payloads too, and compares it with the tree the store keeps and the checkpoints given (LOG-9).
 * A long log is first read quickly in stretches; unless all of it is certain to be good, the slow way says what is not (LOG-21).
 */
export async function verifyStore(store: LogStore, tenant: TenantId, terms: VerifyTerms = {}): Promise<Verification> {
  const head = await store.head(tenant);
  const quickly = await verifyQuickly(store, tenant, { ...terms, head });
  if (quickly !== null) return quickly;
  const judge = startJudge(tenant, terms.checkpoints ?? []);
  const payloads = { intact: 0, erased: 0, missing: 0 };
  for (let from = 0; from < head.size; from += PAGE) {
    const page = await store.read(tenant, { from, to: Math.min(from + PAGE, head.size), limit: PAGE });
    for (const entry of page) {
      if (!judge.push(entry)) return judge.result(payloads);
      const bad = terms.payloads === false ? null : await countPayload(store, judge.last(), payloads);
      if (bad !== null) return judge.stop(entry.index, bad, payloads);
    }
    if (judge.size() !== Math.min(from + PAGE, head.size)) return judge.stop(judge.size(), 'it is missing', payloads);
  }
  const kept = await store.frontier(tenant);
  const moved = (await store.head(tenant)).size !== head.size;
  if (!moved && toDigest(rootOf(kept)) !== judge.root())
    return judge.stop(head.size, 'the tree the store keeps is not the tree of its entries', payloads);
  return judge.finish(head.size, payloads);
}

/** Digests of payload bytes an entry names. */
export function payloadsOf(entry: Entry): readonly Digest[] {
  const digests = new Set<Digest>(entry.payload === undefined ? [] : [entry.payload]);
  if (entry.type === 'action-decided') digests.add(entry.body.action.argsDigest);
  if (entry.type === 'action-settled' && entry.body.resultDigest !== undefined) digests.add(entry.body.resultDigest);
  if (entry.type === 'content-labelled') digests.add(entry.body.contentDigest);
  if (entry.type === 'event-ingested') digests.add(entry.body.payloadDigest);
  return [...digests];
}

async function countPayload(
  store: LogStore,
  entry: Entry | null,
  count: { intact: number; erased: number; missing: number },
): Promise<string | null> {
  for (const digest of entry === null ? [] : payloadsOf(entry)) {
    let bytes: Uint8Array | 'erased' | null;
    try {
      bytes = await store.payload(entry?.tenant as TenantId, digest);
    } catch (error) {
      return `its payload cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (bytes === null) count.missing++;
    else if (bytes === 'erased') count.erased++;
    else if (sha256(bytes) !== digest) return 'its payload does not hash to its digest';
    else count.intact++;
  }
  return null;
}

/** Judges entries as they come and compares the tree with each checkpoint as its size is reached. */
export interface Judge {
  push(entry: SealedEntry): boolean;
  last(): Entry | null;
  size(): number;
  root(): Digest;
  stop(index: EntryIndex, detail: string, payloads: PayloadCount): Verification;
  result(payloads: PayloadCount): Verification;
  finish(size: number, payloads: PayloadCount): Verification;
}

export function startJudge(tenant: TenantId, checkpoints: readonly Checkpoint[]): Judge {
  const chain: ChainVerifier = chainVerifier(tenant);
  const waiting = checkpoints.toSorted((a, b) => a.size - b.size);
  let fault: { readonly index: EntryIndex; readonly detail: string } | null = null;
  let anchored = 0;
  const root = (): Digest => toDigest(chain.size() === 0 ? EMPTY_ROOT : rootOf(chain.frontier()));
  const size = (): number => chain.size();
  const meet = (): void => {
    for (let next = waiting[0]; fault === null && next?.size === size(); next = waiting[0]) {
      waiting.shift();
      if (next.root === root()) anchored = next.size;
      else
        fault = {
          index: anchored,
          detail: `the first ${String(next.size)} entries are not the ones a checkpoint was signed for; the first change lies at or after entry ${String(anchored)}`,
        };
    }
  };
  const result = (payloads: PayloadCount): Verification => {
    const base = { tenant, size: size(), root: root(), anchored, payloads };
    if (fault === null) return verified(base);
    return { ok: false, ...base, firstBad: fault.index, detail: fault.detail };
  };
  const stop = (index: EntryIndex, detail: string, payloads: PayloadCount): Verification => {
    fault ??= { index, detail };
    return result(payloads);
  };
  meet();
  return {
    push: (entry) => {
      fault ??= chain.push(entry);
      if (fault === null) meet();
      return fault === null;
    },
    last: () => chain.last(),
    size,
    root,
    stop,
    result,
    finish: (expected, payloads) => {
      if (size() !== expected) return stop(size(), `${String(expected)} entries were announced, ${String(size())} are here`, payloads);
      const [beyond] = waiting;
      if (beyond === undefined) return result(payloads);
      return stop(size(), `a checkpoint was signed for ${String(beyond.size)} entries, ${String(size())} are here`, payloads);
    },
  };
}
