import type { Entry } from '../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

const PAGE = 128;

/** Whatever is made of a log entry by entry, and can be made again from its first. */
export interface Folded {
  fold(entry: Entry): void;
}

/** Reads a tenant's log from where it stopped; however many ask, one reads. */
export interface Follower {
  /** Entries read so far. */
  readonly size: EntryIndex;
  /** Reads to the end of the log. */
  catchUp(): Promise<void>;
}

export function createFollower(store: Pick<LogStore, 'read'>, tenant: TenantId, into: Folded): Follower {
  let size = 0;
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    for (;;) {
      const entries = await store.read(tenant, { from: size, limit: PAGE });
      for (const { bytes, index } of entries) {
        into.fold(openEntry(bytes, index));
        size = index + 1;
      }
      if (entries.length < PAGE) return;
    }
  };
  return {
    get size() {
      return size;
    },
    catchUp: async () => {
      // Who asks while another reads may ask for an entry that reading began without: it reads once more.
      const before = reading;
      if (before !== null) await before.catch(() => undefined);
      reading ??= read().finally(() => {
        reading = null;
      });
      await reading;
    },
  };
}
