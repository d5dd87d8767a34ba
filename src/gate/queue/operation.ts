import type { AegisError } from '../../errors.ts';
import type { Desk } from './write-batch.ts';

/** What an operation comes to: a value, or a refusal that is itself worth recording. Throwing writes nothing at all. */
export type Outcome<T> = { readonly ok: T } | { readonly fail: AegisError };

/**
 * One thing the gate is asked to do, as a synchronous function of the moving world. It may run several times (another writer moved the
 * head, the log failed); only the run that becomes durable counts, so it must leave no trace but on the desk.
 */
export type Operation<T> = (desk: Desk) => Outcome<T>;

export function ok<T>(value: T): Outcome<T> {
  return { ok: value };
}

/** An operation in the queue, with whoever waits for it. */
export interface Waiting {
  /** Runs it and remembers what it came to. */
  readonly run: (desk: Desk) => void;
  /** Tells the caller, after the append. */
  readonly answer: () => void;
  readonly reject: (error: Error) => void;
}

export function waiting<T>(operation: Operation<T>, settle: { resolve: (value: T) => void; reject: (error: Error) => void }): Waiting {
  let came: Outcome<T> | { readonly threw: Error } | null = null;
  return {
    run: (desk) => {
      const mark = desk.mark();
      try {
        came = operation(desk);
      } catch (error) {
        desk.back(mark);
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
