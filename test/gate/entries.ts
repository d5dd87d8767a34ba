import type { Entry, EntryOf, EntryType } from '../../src/kernel/entry.ts';
import { openEntry } from '../../src/log/entry.ts';
import type { LogStore } from '../../src/log/store.ts';
import { TENANT } from './sample-gate.ts';

/** Every entry of the default tenant, checked as it is read: gapless and chained. */
export async function entriesOf(store: LogStore, tenant = TENANT): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  let prev = '0'.repeat(64);
  for (;;) {
    const page = await store.read(tenant, { from: found.length, limit: 1_000 });
    for (const { bytes, index, leaf } of page) {
      const entry = openEntry(bytes, index);
      if (entry.index !== found.length || entry.prev !== prev) throw new Error(`the chain breaks at ${String(index)}`);
      prev = leaf;
      found.push(entry);
    }
    if (page.length < 1_000) return found;
  }
}

export async function ofType<T extends EntryType>(store: LogStore, type: T): Promise<readonly EntryOf<T>[]> {
  return (await entriesOf(store)).filter((entry): entry is Entry & EntryOf<T> => entry.type === type);
}
