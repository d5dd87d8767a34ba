import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { Checkpoint } from './checkpoint.ts';
import { chainVerifier } from './chain.ts';
import type { ChainVerifier } from './chain.ts';
import { toDigest } from './tree-hash.ts';
import { sha256 } from '../wire/digest.ts';
import { EMPTY_ROOT, rootOf } from './merkle.ts';
import { verifyQuickly } from './quickly.ts';
import { erasuresOf } from './erasures-on-record.ts';
import type { ErasuresOnRecord } from './erasures-on-record.ts';
import { isNeverStored, keptWith } from './payloads-named.ts';
import type { LogReader, PendingErasure } from './store.ts';
import type { Head, SealedEntry } from './sealed-entry.ts';
import { noPayloads, UNEXPLAINED, verified } from './verification.ts';
import type { PayloadCount, Tally, Verification, VerifyTerms } from './verification.ts';

const PAGE = 1000;

/** Times a log that grows meanwhile is read before what was found is believed: an erasure may have come between an entry and its payload. */
const TRIES = 3;

/**
 * Re-hashes a whole log, entry by entry, payloads too, and compares it with the tree the store keeps and the checkpoints given (LOG-9).
 * A long log is first read quickly in stretches; unless all of it is certain to be good, the slow way says what is not (LOG-21). A payload that is
 * gone is a fault of the entry that names it, unless an erasure on record explains it (LOG-22).
 */
export async function verifyStore(store: LogReader, tenant: TenantId, terms: VerifyTerms = {}): Promise<Verification> {
  for (let left = TRIES; ; left--) {
    const head = await store.head(tenant);
    const found = (await verifyQuickly(store, tenant, { ...terms, head })) ?? (await verifySlowly(store, tenant, { ...terms, head }));
    const pending = terms.payloads === false ? [] : await store.pendingErasures(tenant);
    if (found.ok && pending.length === 0) return found;
    if (left === 1 || (await store.head(tenant)).size === head.size) return blamed(found, pending);
  }
}

/** An erasure that nobody has finished says more than the payload it took. */
function blamed(found: Verification, [pending]: readonly PendingErasure[]): Verification {
  if (pending === undefined || (!found.ok && found.detail !== UNEXPLAINED)) return found;
  return { ...found, ok: false, detail: `an erasure of ${pending.subject} was begun and is not on record; start Aegis once to finish it` };
}

type Slowly = VerifyTerms & { readonly head: Head };

async function verifySlowly(store: LogReader, tenant: TenantId, { head, checkpoints = [], payloads: wanted }: Slowly): Promise<Verification> {
  const judge = startJudge(tenant, checkpoints);
  const erasures = await erasuresOf(store, tenant, head.size);
  const payloads = noPayloads();
  for (let from = 0; from < head.size; from += PAGE) {
    const page = await store.read(tenant, { from, to: Math.min(from + PAGE, head.size), limit: PAGE });
    for (const entry of page) {
      if (!judge.push(entry)) return judge.result(payloads);
      const last = judge.last();
      const bad = wanted === false || last === null ? null : await payloadFault(store, last, { erasures, payloads });
      if (bad !== null) return judge.stop(entry.index, bad, payloads);
    }
    if (judge.size() !== Math.min(from + PAGE, head.size)) return judge.stop(judge.size(), 'it is missing', payloads);
  }
  const kept = await store.frontier(tenant);
  if (kept.size === head.size && toDigest(rootOf(kept)) !== judge.root())
    return judge.stop(head.size, 'the tree the store keeps is not the tree of its entries', payloads);
  return judge.finish(head.size, payloads);
}

async function payloadFault(
  store: LogReader,
  entry: Entry,
  { erasures, payloads }: { readonly erasures: ErasuresOnRecord; readonly payloads: Tally },
): Promise<string | null> {
  if (isNeverStored(entry)) payloads.neverStored++;
  for (const digest of keptWith(entry)) {
    let bytes: Uint8Array | 'erased' | null;
    try {
      bytes = await store.payload(entry.tenant, digest);
    } catch (error) {
      return `its payload cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (bytes === null || bytes === 'erased') {
      const explained = erasures.explain({ digest, index: entry.index, agent: entry.agent, session: entry.session });
      payloads[explained ? 'erased' : 'missing']++;
      if (!explained) return UNEXPLAINED;
    } else if (sha256(bytes) !== digest) return 'its payload does not hash to its digest';
    else payloads.intact++;
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
  /** As `result`, where nobody's signature was believed. */
  unanchored(payloads: PayloadCount): Verification;
}

export function startJudge(tenant: TenantId, checkpoints: readonly Checkpoint[]): Judge {
  const chain: ChainVerifier = chainVerifier(tenant);
  const waiting = checkpoints.toSorted((a, b) => a.size - b.size);
  let fault: { readonly index: EntryIndex; readonly detail: string } | null = null;
  let anchored = 0;
  /** The largest tree a checkpoint of a smaller size than the last one agreed with: two of one size may say two things. */
  let below = 0;
  const root = (): Digest => toDigest(chain.size() === 0 ? EMPTY_ROOT : rootOf(chain.frontier()));
  const size = (): number => chain.size();
  const meet = (): void => {
    for (let next = waiting[0]; fault === null && next?.size === size(); next = waiting[0]) {
      waiting.shift();
      if (next.size > anchored) below = anchored;
      if (next.root === root()) anchored = next.size;
      else
        fault = {
          index: below,
          detail: `the first ${String(next.size)} entries are not the ones a checkpoint was signed for; the first change lies at or after entry ${String(below)}`,
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
    unanchored: (payloads) => {
      anchored = 0;
      return result(payloads);
    },
    finish: (expected, payloads) => {
      if (size() !== expected) return stop(size(), `${String(expected)} entries were announced, ${String(size())} are here`, payloads);
      const [beyond] = waiting;
      if (beyond === undefined) return result(payloads);
      return stop(size(), `a checkpoint was signed for ${String(beyond.size)} entries, ${String(size())} are here`, payloads);
    },
  };
}
