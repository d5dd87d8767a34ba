import { getPriority, setPriority } from 'node:os';

/** Starts something with the priority of everybody: the process that watches may stand above, and what it starts would inherit that. */
export function withPlainPriority<T>(start: () => T): T {
  const own = getPriority();
  if (own >= 0) return start();
  setPriority(0);
  try {
    return start();
  } finally {
    try {
      setPriority(own);
    } catch {
      // It may be given up by everybody and taken by root alone.
    }
  }
}
