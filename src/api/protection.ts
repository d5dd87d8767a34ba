import type { EntryBodies } from '../kernel/entry.ts';
import type { AgentId, TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

export type Protection = EntryBodies['canary-answered']['protection'];

/** Canaries looked back at; an agent whose last one is older than these is not spoken of. */
const MOST = 1_000;

/** Whether the last canary of each agent was stopped: read from the log when somebody asks, for people only. */
export async function protections(store: LogStore, tenant: TenantId, agent?: AgentId): Promise<ReadonlyMap<AgentId, Protection>> {
  const filter = { type: 'canary-answered', reverse: true, limit: agent === undefined ? MOST : 1, ...(agent === undefined ? {} : { agent }) };
  const last = new Map<AgentId, Protection>();
  for (const { bytes, index } of await store.read(tenant, filter)) {
    const entry = openEntry(bytes, index);
    if (entry.type === 'canary-answered' && entry.agent !== undefined && !last.has(entry.agent)) last.set(entry.agent, entry.body.protection);
  }
  return last;
}
