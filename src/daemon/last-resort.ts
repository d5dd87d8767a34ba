/** Faults nobody caught within a minute after which the process is more likely broken than unlucky. */
const MOST = 20;
const WINDOW_MS = 60_000;

interface Terms {
  readonly onFault: (fault: { readonly what: string; readonly error: unknown }) => void;
  /** Refuses whoever waits for an answer, at every door, and puts the fault on record where that can be done. */
  readonly refuse: (error: unknown) => void;
  readonly monotonic: () => number;
  /** An orderly end: drains, signs the last checkpoint, closes the store. */
  readonly end: () => Promise<void>;
}

/**
 * DOOR-12: an error nobody caught is reported and the process stays. Nobody knows whose exchange it broke, so everybody who waits is refused,
 * and nothing was allowed by it. After too many in a minute the daemon ends in order, so that whatever supervises it starts a fresh one.
 * Returns what takes the handlers back.
 */
export function lastResort({ onFault, refuse, monotonic, end }: Terms): () => void {
  let recent: readonly number[] = [];
  let ending = false;
  const caught = (error: unknown): void => {
    onFault({ what: 'an error nobody caught', error });
    refuse(error);
    const now = monotonic();
    recent = [...recent.filter((at) => now - at < WINDOW_MS), now];
    if (recent.length <= MOST || ending) return;
    ending = true;
    onFault({ what: 'stopping', error: new Error(`${String(recent.length)} errors within a minute that nobody caught`) });
    const leave = (): never => process.exit(1);
    end().then(leave, leave);
  };
  // Node raises a rejection nobody handled as an uncaught exception, so one handler sees both.
  process.on('uncaughtException', caught);
  return () => void process.off('uncaughtException', caught);
}
