import type { LogGate } from '../gate/log-gate.ts';
import type { OnFault } from './open-gate.ts';

/** How late a halt that another daemon recorded reaches what is under way here, at most. */
const EVERY_MS = 200;

/**
 * Looks for what other daemons wrote though nobody asks: halts reach streams, grants reach whoever waits, and what a leap of the clock made due
 * expires (GATE-26). A look costs some microseconds. Returns what ends it.
 */
export function keepCurrent(gate: Pick<LogGate, 'current'>, onFault: OnFault): () => Promise<void> {
  let under: Promise<void> | null = null;
  let failing = false;
  const look = async (): Promise<void> => {
    try {
      await gate.current();
      failing = false;
    } catch (error) {
      // Once, not five times a second.
      if (!failing) onFault({ what: 'reading what other daemons wrote', error });
      failing = true;
    }
    under = null;
  };
  const timer = setInterval(() => {
    under ??= look();
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await under;
  };
}
