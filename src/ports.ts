import type { Millis } from './kernel/ids.ts';

/** Time, ids and randomness are arguments; only `main.ts` constructs the real ones. */
export interface Clock {
  now(): Millis;
  /** Monotonic milliseconds, for measuring only; never decided upon or recorded as a time. */
  monotonic(): number;
}

export interface Ids {
  /** RFC 9562 UUIDv7. */
  next(): string;
}

export interface Random {
  bytes(length: number): Uint8Array;
}
