export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A whole answer in JSON, before anything is made of it. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The header of this name; the socket has none. */
  readonly retryAfter?: string | null | undefined;
}

/** One way to Aegis. Rejects with anything at all when there is no whole answer in JSON; `signal` ends the waiting. */
export type Way = (request: Sending, signal: AbortSignal) => Promise<RawAnswer>;

/** A longer answer is none. */
export const MOST_CHARACTERS = 16_777_216;
