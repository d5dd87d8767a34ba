import type { Digest, TenantId } from '../kernel/ids.ts';
import { toDigest } from './tree-hash.ts';
import { GENESIS } from './entry.ts';
import { EMPTY_FRONTIER, extend, rootOf } from './merkle.ts';
import type { Frontier } from './merkle.ts';
import type { LogReader } from './store.ts';
import type { Head } from './sealed-entry.ts';
import { erasuresOf } from './erasures-on-record.ts';
import type { ErasuresOnRecord } from './erasures-on-record.ts';
import { STRETCH } from './stretch.ts';
import type { Stretch } from './stretch.ts';
import { noPayloads, verified } from './verification.ts';
import type { Tally, Verification, VerifyTerms } from './verification.ts';

/** Shorter logs are read before a thread has started. */
const LONG = 20_000;

/** What the stretches of a whole log come to when they are joined. */
interface Joined {
  /** The tree of all entries before the last, unfinished stretch. */
  upper: Frontier;
  size: number;
  leaf: Digest;
  root: Digest;
  readonly payloads: Tally;
  readonly roots: Map<number, Digest>;
}

/** A log that is long, in a store with threads, and without any doubt good: what is said of it. null for every other (LOG-21). */
export async function verifyQuickly(
  store: LogReader,
  tenant: TenantId,
  { head, payloads = true, checkpoints = [] }: VerifyTerms & { readonly head: Head },
): Promise<Verification | null> {
  if (store.stretches === undefined || head.size < LONG) return null;
  const cuts = checkpoints.map(({ size }) => size);
  const erasures = await erasuresOf(store, tenant, head.size);
  const joined = await join(store.stretches(tenant, { size: head.size, cuts, payloads }), erasures);
  if (joined?.size !== head.size || joined.leaf !== head.leaf) return null;
  if (!checkpoints.every(({ size, root }) => joined.roots.get(size) === root)) return null;
  const kept = await store.frontier(tenant);
  if (kept.size === head.size && toDigest(rootOf(kept)) !== joined.root) return null;
  return verified({ tenant, size: joined.size, root: joined.root, anchored: Math.max(0, ...cuts), payloads: joined.payloads });
}

/** Joins stretches in order: each begins where the one before ended, and follows its last leaf. */
async function join(stretches: AsyncIterable<Stretch | null>, erasures: ErasuresOnRecord): Promise<Joined | null> {
  const joined: Joined = {
    upper: EMPTY_FRONTIER,
    size: 0,
    leaf: GENESIS,
    root: GENESIS,
    payloads: noPayloads(),
    roots: new Map(),
  };
  for await (const stretch of stretches) {
    if (stretch === null || !stretch.gone.every((naming) => erasures.explain(naming))) return null;
    if (stretch.from !== joined.size || stretch.prev !== joined.leaf || joined.upper.size * STRETCH !== stretch.from) return null;
    const rootAt = (size: number, nodes: readonly Uint8Array[]): Digest => toDigest(rootOf({ size, nodes: [...joined.upper.nodes, ...nodes] }));
    for (const { size, nodes } of stretch.cuts) joined.roots.set(size, rootAt(size, nodes));
    joined.root = rootAt(stretch.to, stretch.nodes);
    joined.size = stretch.to;
    joined.leaf = stretch.leaf;
    joined.payloads.intact += stretch.intact;
    joined.payloads.neverStored += stretch.neverStored;
    joined.payloads.erased += stretch.gone.length;
    const [node, ...more] = stretch.nodes;
    if (stretch.to - stretch.from === STRETCH && node !== undefined && more.length === 0) joined.upper = extend(joined.upper, node);
  }
  return joined;
}
