import type { Millis } from '../../kernel/ids.ts';
import type { Clock } from '../../ports.ts';

/** The time a log goes by (GATE-25). */
export interface LogTime {
  /** The wall clock's time, or the last entry's with the time that passed since it, whichever is later. */
  now(): Millis;
  /** An entry with this time is in the log, ours or another daemon's. */
  wrote(at: Millis): void;
}

/** Whatever the wall clock does, this goes forward with the monotonic one, so that what expires does. `last`: the time of the log's last entry. */
export function logTime(clock: Clock, last: Millis): LogTime {
  let base = { at: last, since: clock.monotonic() };
  // The base stays where it is while this is what entries are given: taken anew from each entry, parts of milliseconds would be lost each time.
  const running = (): Millis => base.at + Math.max(0, Math.floor(clock.monotonic() - base.since));
  return {
    now: () => Math.max(clock.now(), running()),
    wrote: (at) => {
      if (at > running()) base = { at, since: clock.monotonic() };
    },
  };
}
