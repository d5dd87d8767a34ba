import type { AegisError } from '../../errors.ts';
import type { WriteBatch } from './write-batch.ts';

/** What an operation comes to: a value, or a refusal that is itself worth recording. Throwing writes nothing at all. */
export type Result<T> = { readonly ok: T } | { readonly fail: AegisError };

/**
 * One thing the gate is asked to do, as a synchronous function of the moving world. It may run several times (another writer moved the
 * head, the log failed); only the run that becomes durable counts, so it must leave no trace but in the batch.
 */
export type Operation<T> = (batch: WriteBatch) => Result<T>;

export function ok<T>(value: T): Result<T> {
  return { ok: value };
}

/** An operation in the queue, with whoever waits for it. */
export interface QueuedOperation {
  /** Runs it and remembers what it came to. */
  readonly run: (batch: WriteBatch) => void;
  /** Tells the caller, after the append. */
  readonly answer: () => void;
  readonly reject: (error: Error) => void;
}

export function queued<T>(operation: Operation<T>, settle: { resolve: (value: T) => void; reject: (error: Error) => void }): QueuedOperation {
  let came: Result<T> | { readonly threw: Error } | null = null;
  return {
    run: (batch) => {
      const before = batch.savePoint();
      try {
        came = operation(batch);
      } catch (error) {
        batch.rollbackTo(before);
        came = { threw: error instanceof Error ? error : new TypeError(String(error)) };
      }
    },
    answer: () => {
      if (came === null) settle.reject(new TypeError('an operation was answered before it ran'));
      else if ('ok' in came) settle.resolve(came.ok);
      else settle.reject('fail' in came ? came.fail : came.threw);
    },
    reject: settle.reject,
  };
}
