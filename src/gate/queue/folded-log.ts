import { AegisError } from '../../errors.ts';
import type { Entry } from '../../kernel/entry.ts';
import { foldingFrom } from '../../kernel/folding.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { decodeWorld } from '../../kernel/snapshot.ts';
import { emptyWorld } from '../../kernel/world.ts';
import type { World } from '../../kernel/world.ts';
import { EMPTY_HEAD, openEntry } from '../../log/entry.ts';
import type { Head } from '../../log/sealed-entry.ts';
import { parseOwn } from '../input.ts';
import type { GateDeps } from '../deps.ts';

/** A log as far as it was folded: the world, and the head of the chain it was folded to. */
export interface FoldedLog {
  readonly world: World;
  readonly head: Head;
}

/** Entries read at once. */
const PAGE = 1_000;

/** Folds everything behind `from`. @throws AegisError STORE_CORRUPT when an entry does not follow the one before it. */
export async function foldTail(deps: Pick<GateDeps, 'store'>, tenant: TenantId, from: FoldedLog, seen?: (entry: Entry) => void): Promise<FoldedLog> {
  const folding = foldingFrom(from.world);
  let { head } = from;
  for (;;) {
    const page = await deps.store.read(tenant, { from: head.size, limit: PAGE });
    for (const { index, bytes, leaf } of page) {
      const entry = openEntry(bytes, index, head.leaf);
      if (index !== head.size || entry.prev !== head.leaf)
        throw new AegisError('STORE_CORRUPT', { index, detail: 'it does not follow the entry before it' });
      folding.add(entry);
      head = { size: index + 1, leaf };
      seen?.(entry);
    }
    const world = folding.seal();
    if (page.length < PAGE) return { world, head };
  }
}

/** Where the last snapshot left off; the beginning when there is none that can be read or that lies on this chain. */
export async function fromSnapshot({ store, onFault }: GateDeps, tenant: TenantId): Promise<FoldedLog> {
  const start: FoldedLog = { world: emptyWorld(), head: EMPTY_HEAD };
  try {
    const snapshot = await store.loadSnapshot(tenant);
    if (snapshot === null || snapshot.size === 0) return start;
    const [last] = await store.read(tenant, { from: snapshot.size - 1, to: snapshot.size, limit: 1 });
    if (last?.leaf !== snapshot.leaf) return start;
    const world = decodeWorld(parseOwn(snapshot.bytes));
    return world.size === snapshot.size ? { world, head: { size: snapshot.size, leaf: snapshot.leaf } } : start;
  } catch (error) {
    onFault?.({ what: 'snapshot-unreadable', tenant, error });
    return start;
  }
}
