import type { TenantId } from '../kernel/ids.ts';
import type { SealedEntry } from './sealed-entry.ts';
import type { EntryFilter, LogStore } from './store.ts';

/** Entries that one turn reads, and places that it looks at for them. */
const PIECE = 128;
const WINDOW = 16_384;

/**
 * A log for those who may wait: what they read is read in pieces, one piece between two turns of the event loop however many ask, so that
 * a decision never waits for more than one of them (GATE-23). Everything else goes straight to the store.
 */
export function inTurns(store: LogStore): LogStore {
  let last = Promise.resolve();
  const turn = (): Promise<void> => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))));
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await turn();
    return work();
  };
  return {
    ...store,
    read: (tenant, filter) => readInPieces({ store, turn }, tenant, filter),
    payload: (tenant, digest) => inTurn(() => store.payload(tenant, digest)),
    leaves: (tenant, from, count) => inTurn(() => store.leaves(tenant, from, count)),
    subtrees: (tenant, from, count) => inTurn(() => store.subtrees(tenant, from, count)),
  };
}

/** As the store reads it, a window of places at a time: a filter that few entries pass is looked for through all of the log. */
async function readInPieces(
  { store, turn }: { readonly store: LogStore; readonly turn: () => Promise<void> },
  tenant: TenantId,
  filter: EntryFilter,
): Promise<readonly SealedEntry[]> {
  const { size } = await store.head(tenant);
  let [from, to] = [Math.max(0, filter.from ?? 0), Math.min(size, filter.to ?? size)];
  const found: SealedEntry[] = [];
  while (found.length < filter.limit && from < to) {
    await turn();
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
