import { AegisError } from '../../errors.ts';
import type { SessionDeps } from './session.ts';

/** How long a server may take for anything but a decided call, which has the time its decision gives it (MCP-23). */
export const ANSWER_MS = 60_000;

export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time is over. */
  over(): boolean;
  stop(): void;
}

/** A time that ends once. While `pauses` says so it is given again, `longestPauseMs` at most in all: a person may be typing. */
export function deadline(
  after: SessionDeps['after'],
  ms: number,
  { pauses = () => false, longestPauseMs = 600_000 }: { readonly pauses?: () => boolean; readonly longestPauseMs?: number } = {},
): Deadline {
  const controller = new AbortController();
  let cancel = (): void => undefined;
  let paused = 0;
  const arm = (): void => {
    cancel = after(ms, () => {
      paused += ms;
      if (pauses() && paused <= longestPauseMs) arm();
      else controller.abort();
    });
  };
  arm();
  return { signal: controller.signal, over: () => controller.signal.aborted, stop: () => cancel() };
}

/** Runs something against a server that must end in time; what ends it says so. @throws AegisError MCP_SERVER_GONE */
export async function within<T>(
  { after, answerMs = ANSWER_MS }: Pick<SessionDeps, 'after' | 'answerMs'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = deadline(after, answerMs);
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (late.over() && !signal.aborted) throw new AegisError('MCP_SERVER_GONE', { detail: `it took longer than ${String(answerMs)} ms` });
    throw error;
  } finally {
    late.stop();
  }
}
