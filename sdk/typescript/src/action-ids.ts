import { createHash, randomUUID } from 'node:crypto';
import type { JsonObject } from './wire.ts';

/** Oldest out first. */
const KEPT = 10_000;

/**
 * Ids of actions. Where the model's id of a call is known, the same call of the same session is the same action, in this process and in the next, so that
 * a retry is no second approval. Once it ended the same call is a new action: some models give every call the same id.
 */
export interface ActionIds {
  of(call: { readonly callId?: string | undefined; readonly name: string; readonly args: JsonObject }): string;
  /** It ran to its end, or was taken back: the same call is another action from here on. */
  ended(action: string): void;
}

export function actionIds(session: string): ActionIds {
  const times = new Map<string, number>();
  const keys = new Map<string, string>();
  return {
    of({ callId, name, args }) {
      if (callId === undefined || callId === '') return randomUUID();
      const key = digest([session, callId, name, canonical(args)]);
      const action = `call-${digest([key, String(times.get(key) ?? 0)])}`;
      remember(keys, action, key);
      return action;
    },
    ended(action) {
      const key = keys.get(action);
      if (key === undefined) return;
      keys.delete(action);
      remember(times, key, (times.get(key) ?? 0) + 1);
    },
  };
}

const digest = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);

/** The same text whatever the order of keys is. */
function canonical(args: JsonObject): string {
  return JSON.stringify(args, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= KEPT) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
