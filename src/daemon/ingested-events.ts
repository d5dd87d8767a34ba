import type { EntryBodies } from '../kernel/entry.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

const PAGE = 1_000;

/** The events the log holds of a session, oldest first: what a trail is made of again after a restart. Linear in them, once. */
export async function ingestedEvents(
  store: LogStore,
  tenant: TenantId,
  { agent, session }: SessionPlace,
): Promise<readonly EntryBodies['event-ingested'][]> {
  const found: EntryBodies['event-ingested'][] = [];
  for (let from = 0; ;) {
    const page = await store.read(tenant, { type: 'event-ingested', agent, session, from, limit: PAGE });
    for (const { bytes, index } of page) {
      const entry = openEntry(bytes, index);
      if (entry.type === 'event-ingested') found.push(entry.body);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    from = last.index + 1;
  }
}
