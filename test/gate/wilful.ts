import { memoryStore } from '../../src/log/memory.ts';
import type { AppendResult, LogStore } from '../../src/log/store.ts';

/** A store whose appends can be held back or made to fail. */
export function wilful(): LogStore & { mode: 'well' | 'full' | 'slow'; release: () => void; appends: number } {
  const inner = memoryStore();
  let held: (() => void)[] = [];
  const store = {
    ...inner,
    mode: 'well' as 'well' | 'full' | 'slow',
    appends: 0,
    release: () => {
      const waiting = held;
      held = [];
      for (const go of waiting) go();
    },
    append: async (...args: Parameters<LogStore['append']>): Promise<AppendResult> => {
      store.appends++;
      if (store.mode === 'slow') await new Promise<void>((resolve) => held.push(resolve));
      if (store.mode === 'full') throw new Error('ENOSPC: no space left on device');
      return inner.append(...args);
    },
  };
  return store;
}

/** Whether a promise is settled after a few turns of the loop. */
export async function settledYet(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
  return done;
}
