import type { ActionId } from '../../kernel/ids.ts';

const MOST = 10_000;

/**
 * Calls that were let go and have not been reported back, for harnesses that give a call no id: what is the same call is told by its name
 * and arguments, first in first out.
 *
 * HOLE: kept in memory. After a restart a result that comes back without an id is labelled in its session but settles no action.
 */
export interface OpenCalls {
  opened(key: string, id: ActionId): void;
  /** The newest open call under the key, once: a second event about it may have its decision, a third is another call. */
  retold(key: string): ActionId | undefined;
  /** Takes the oldest. */
  closed(key: string): ActionId | undefined;
}

interface Open {
  readonly id: ActionId;
  retold: boolean;
}

export function openCalls(): OpenCalls {
  const held = new Map<string, Open[]>();
  return {
    opened: (key, id) => {
      const queue = held.get(key);
      if (queue === undefined) held.set(key, [{ id, retold: false }]);
      else if (!queue.some((open) => open.id === id)) queue.push({ id, retold: false });
      if (held.size <= MOST) return;
      const [oldest] = held.keys();
      if (oldest !== undefined) held.delete(oldest);
    },
    retold: (key) => {
      const newest = held.get(key)?.at(-1);
      if (newest === undefined || newest.retold) return undefined;
      newest.retold = true;
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
