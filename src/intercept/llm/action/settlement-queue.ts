/**
 * What has ended waits before it is settled: an append of its own would stand in the way of the next request's decision, so it goes with that,
 * or alone after a moment. Nobody waits for it; what a crash takes with it stays reserved (SPEND-7).
 */
export interface SettlementQueue {
  add(settle: () => Promise<void>): void;
  /** Sends off everything that waits; called where something else is about to be recorded. */
  flush(): void;
  /** Sends off everything and resolves when all of it has ended. */
  close(): Promise<void>;
}

/** More waiting than this goes at once. */
const MOST_WAITING = 64;

export function createSettlementQueue(patienceMs = 15): SettlementQueue {
  let waiting: (() => Promise<void>)[] = [];
  let timer: NodeJS.Timeout | null = null;
  const under = new Set<Promise<void>>();
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const now = waiting;
    waiting = [];
    for (const settle of now) {
      const ended = settle().finally(() => under.delete(ended));
      under.add(ended);
    }
  };
  return {
    add(settle) {
      waiting.push(settle);
      if (waiting.length >= MOST_WAITING) flush();
      else timer ??= setTimeout(flush, patienceMs);
    },
    flush,
    async close() {
      flush();
      await Promise.all(under);
    },
  };
}
