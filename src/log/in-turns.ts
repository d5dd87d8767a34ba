import type { TenantId } from '../kernel/ids.ts';
import type { SealedEntry } from './sealed-entry.ts';
import type { EntryFilter, LogStore } from './store.ts';

/** Entries that one turn reads: with what is made of them about a millisecond. */
export const PIECE = 16;
/** Places that one turn looks at for them. */
const WINDOW = 16_384;

/**
 * A log for those who may wait: what they read is read in pieces, one piece between two turns of the event loop however many ask, so that
 * a decision never waits for more than one of them (GATE-23). Everything else goes straight to the store.
 */
export function inTurns(store: LogStore): LogStore {
  const turn = createTurns();
  const inTurn = async <Result>(tenant: TenantId, work: () => Promise<Result>): Promise<Result> => {
    await turn(tenant);
    return work();
  };
  return {
    ...store,
    read: (tenant, filter) => readInPieces({ store, turn }, tenant, filter),
    payload: (tenant, digest) => inTurn(tenant, () => store.payload(tenant, digest)),
    leaves: (tenant, from, count) => inTurn(tenant, () => store.leaves(tenant, from, count)),
    subtrees: (tenant, from, count) => inTurn(tenant, () => store.subtrees(tenant, from, count)),
  };
}

/** One turn in each round of the event loop; tenants have theirs one after another, so that none waits for what another asked for. */
export function createTurns(): (tenant: TenantId) => Promise<void> {
  const waiting = new Map<TenantId, (() => void)[]>();
  const next = (): void => {
    const [tenant, queue] = waiting.entries().next().value ?? [];
    if (tenant === undefined || queue === undefined) return;
    waiting.delete(tenant);
    queue.shift()?.();
    if (queue.length > 0) waiting.set(tenant, queue);
    if (waiting.size > 0) setImmediate(next);
  };
  return (tenant) =>
    new Promise((resolve) => {
      const queue = waiting.get(tenant);
      if (queue !== undefined) return void queue.push(resolve);
      if (waiting.size === 0) setImmediate(next);
      waiting.set(tenant, [resolve]);
    });
}

/** As the store reads it, a window of places at a time: a filter that few entries pass is looked for through all of the log. */
async function readInPieces(
  { store, turn }: { readonly store: LogStore; readonly turn: (tenant: TenantId) => Promise<void> },
  tenant: TenantId,
  filter: EntryFilter,
): Promise<readonly SealedEntry[]> {
  const { size } = await store.head(tenant);
  let [from, to] = [Math.max(0, filter.from ?? 0), Math.min(size, filter.to ?? size)];
  const found: SealedEntry[] = [];
  while (found.length < filter.limit && from < to) {
    await turn(tenant);
    const window = filter.reverse === true ? { from: Math.max(from, to - WINDOW), to } : { from, to: Math.min(to, from + WINDOW) };
    const limit = Math.min(PIECE, filter.limit - found.length);
    const piece = await store.read(tenant, { ...filter, ...window, limit });
    found.push(...piece);
    const end = piece.length < limit ? undefined : piece.at(-1);
    if (filter.reverse === true) to = end?.index ?? window.from;
    else from = end === undefined ? window.to : end.index + 1;
  }
  return found;
}
