import type { Millis } from '../../kernel/ids.ts';
import type { Timers } from '../deps.ts';

/** People and agents that hold a connection while something is decided. Waiting is one map entry and one timer; nothing is polled. */
export interface Waiters {
  /** Resolves when the action is woken, when the time is over or when the signal aborts. */
  wait(action: string, terms: { readonly ms: Millis; readonly signal?: AbortSignal | undefined; readonly anyRelease?: boolean }): Promise<void>;
  /** Something durable happened to this action, named as it is waited for: by its agent and its id. */
  wake(action: string): void;
  /** A lock was given back: whoever was deferred may try again. */
  wakeDeferred(): void;
  wakeAll(): void;
  readonly size: number;
}

export function newWaiters(timers: Timers): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  const deferred = new Set<() => void>();
  return {
    get size() {
      return waiting.size;
    },
    wait: (action, { ms, signal, anyRelease }) =>
      new Promise((resolve) => {
        const mine = waiting.get(action) ?? new Set();
        const forget = timers.after(ms, done);
        function done(): void {
          forget();
          signal?.removeEventListener('abort', done);
          deferred.delete(done);
          mine.delete(done);
          if (mine.size === 0 && waiting.get(action) === mine) waiting.delete(action);
          resolve();
        }
        waiting.set(action, mine.add(done));
        if (anyRelease === true) deferred.add(done);
        signal?.addEventListener('abort', done, { once: true });
        if (signal?.aborted === true) done();
      }),
    wake: (action) => {
      const mine = waiting.get(action);
      if (mine !== undefined) for (const done of [...mine]) done();
    },
    wakeDeferred: () => {
      if (deferred.size > 0) for (const done of [...deferred]) done();
    },
    wakeAll: () => {
      for (const set of [...waiting.values()]) for (const done of [...set]) done();
    },
  };
}
