import type { EntryFilter } from './store.ts';
import type { SealedEntry } from './sealed-entry.ts';

/** Whether an entry passes a filter. `from` is inclusive, `to` exclusive. */
export function passes(entry: SealedEntry, filter: EntryFilter): boolean {
  return (
    entry.index >= (filter.from ?? 0) &&
    entry.index < (filter.to ?? Number.MAX_SAFE_INTEGER) &&
    (filter.type === undefined || entry.type === filter.type) &&
    (filter.agent === undefined || entry.agent === filter.agent) &&
    (filter.session === undefined || entry.session === filter.session) &&
    (filter.action === undefined || entry.action === filter.action)
  );
}

/** Faults of a batch that is to follow `head`: gapless indexes, leaves of the right shape. A caller's bug, not a conflict. */
export function batchFault(size: number, entries: readonly SealedEntry[]): string | null {
  let index = size;
  for (const entry of entries) {
    if (entry.index !== index) return `entry ${String(entry.index)} stands where ${String(index)} belongs`;
    if (entry.leaf.length !== 64) return `entry ${String(entry.index)} has no leaf hash`;
    index++;
  }
  return null;
}
