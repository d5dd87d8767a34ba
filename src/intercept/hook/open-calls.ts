import type { ActionId } from '../../kernel/ids.ts';

const MOST = 10_000;

/**
 * Calls that were let go and have not been reported back, for harnesses that give a call no id: calls with an equal key are the same call,
 * first in first out.
 *
 * HOLE: kept in memory. After a restart a result that comes back without an id is labelled in its session but settles no action.
 */
export interface OpenCalls {
  opened(key: string, id: ActionId): void;
  /** The newest open call under the key, once: a second event about it may have its decision, a third is another call. */
  repeated(key: string): ActionId | undefined;
  /** Takes the oldest. */
  closed(key: string): ActionId | undefined;
}

interface OpenCall {
  readonly id: ActionId;
  repeated: boolean;
}

export function openCalls(): OpenCalls {
  const held = new Map<string, OpenCall[]>();
  return {
    opened: (key, id) => {
      const queue = held.get(key);
      if (queue === undefined) held.set(key, [{ id, repeated: false }]);
      else if (!queue.some((open) => open.id === id)) queue.push({ id, repeated: false });
      if (held.size <= MOST) return;
      const [oldest] = held.keys();
      if (oldest !== undefined) held.delete(oldest);
    },
    repeated: (key) => {
      const newest = held.get(key)?.at(-1);
      if (newest === undefined || newest.repeated) return undefined;
      newest.repeated = true;
      return newest.id;
    },
    closed: (key) => {
      const queue = held.get(key);
      const open = queue?.shift();
      if (queue?.length === 0) held.delete(key);
      return open?.id;
    },
  };
}
