import type { Timers } from './deps.ts';

/** Beyond this Node fires at once; the gate looks again when it is woken early. */
const LONGEST = 2_147_483_647;

/** Timers of the process. They keep no process alive. */
export const processTimers: Timers = {
  after(delayMs, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, delayMs), LONGEST));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
