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
  /** The newest open call under the key. */
  newest(key: string): ActionId | undefined;
  /** Takes the oldest. */
  closed(key: string): ActionId | undefined;
}

export function openCalls(): OpenCalls {
  const held = new Map<string, ActionId[]>();
  return {
    opened: (key, id) => {
      const queue = held.get(key);
      if (queue === undefined) held.set(key, [id]);
      else if (!queue.includes(id)) queue.push(id);
      if (held.size <= MOST) return;
      const [oldest] = held.keys();
      if (oldest !== undefined) held.delete(oldest);
    },
    newest: (key) => held.get(key)?.at(-1),
    closed: (key) => {
      const queue = held.get(key);
      const id = queue?.shift();
      if (queue?.length === 0) held.delete(key);
      return id;
    },
  };
}
