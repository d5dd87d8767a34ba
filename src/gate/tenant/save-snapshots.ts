import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import { encodeWorld } from '../../kernel/snapshot.ts';
import type { GateDeps } from '../deps.ts';
import type { FoldedLog } from '../queue/folded-log.ts';

const encoder = new TextEncoder();

/** Saves a snapshot now and then, so that start-up need not fold everything. It changes no decision, so its failure is only told. */
export function snapshotSaver({ store, snapshotEvery, onFault }: GateDeps, tenant: TenantId, start: EntryIndex): (log: FoldedLog) => void {
  let last = start;
  const every = snapshotEvery ?? 50_000;
  return ({ world, head }) => {
    if (every === 0 || head.size - last < every) return;
    last = head.size;
    const snapshot = { size: head.size, leaf: head.leaf, bytes: encoder.encode(JSON.stringify(encodeWorld(world))) };
    store.saveSnapshot(tenant, snapshot).catch((error: unknown) => onFault?.({ what: 'snapshot-not-saved', tenant, error }));
  };
}
