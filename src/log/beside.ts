import type { EntryOf } from '../kernel/entry.ts';
import type { JsonObject } from '../kernel/json.ts';
import { wholeAction } from '../kernel/sealed.ts';
import type { WholeAction } from '../kernel/sealed.ts';
import type { LogStore } from './store.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A decided action with what lies beside its entry; 'erased' when the key is gone or there is nothing. */
export async function besideDecision(store: Pick<LogStore, 'payload'>, entry: EntryOf<'action-decided'>): Promise<WholeAction | 'erased'> {
  const bytes = entry.payload === undefined ? null : await store.payload(entry.tenant, entry.payload);
  if (bytes === null || bytes === 'erased') return 'erased';
  return wholeAction(entry, JSON.parse(decoder.decode(bytes)) as JsonObject);
}
