import type { Action } from '../kernel/action.ts';
import type { Entry, EntryOf } from '../kernel/entry.ts';
import { fold } from '../kernel/fold.ts';
import type { Digest, TenantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { World } from '../kernel/world.ts';
import { emptyWorld } from '../kernel/world.ts';
import { besideDecision } from '../log/beside.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

const PAGE = 500;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** One entry with the world as it was just before it. */
export interface Step {
  readonly entry: Entry;
  readonly before: World;
}

/** The whole log of a tenant, folded again from nothing: what the gate knew at every point. */
export async function* history(store: LogStore, tenant: TenantId): AsyncGenerator<Step> {
  let before = emptyWorld();
  const { size } = await store.head(tenant);
  for (let from = 0; from < size; from += PAGE) {
    for (const { bytes, index } of await store.read(tenant, { from, to: Math.min(size, from + PAGE), limit: PAGE })) {
      const entry = openEntry(bytes, index);
      yield { entry, before };
      before = fold(before, entry);
    }
  }
}

/** JSON that lies beside the log; null when it was erased. */
export async function beside(store: LogStore, tenant: TenantId, digest: Digest): Promise<JsonObject | null> {
  const bytes = await store.payload(tenant, digest);
  return bytes === null || bytes === 'erased' ? null : (JSON.parse(decoder.decode(bytes)) as JsonObject);
}

/** The action a recorded decision was about, complete with its arguments; null when they were erased. */
export async function recordedAction(store: LogStore, entry: EntryOf<'action-decided'>): Promise<Action | null> {
  const whole = await besideDecision(store, entry);
  const { tenant, agent, session, at } = entry;
  if (whole === 'erased' || agent === undefined || session === undefined) return null;
  return { ...whole.action, tenant, agent, session, at, args: whole.args };
}
