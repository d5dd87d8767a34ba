import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { TenantId } from '../../kernel/ids.ts';
import { STRETCH } from '../stretch.ts';
import type { Stretch, StretchTerms } from '../stretch.ts';
import type { WriterOptions } from './wire.ts';

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Threads of one verification: more than these wait for one disk. */
const THREADS = 4;

/**
 * Verifies a log stretch by stretch on threads of its own, each with a connection of its own; answers come in the order of the log, null for a
 * stretch that is not certain to be good. However long the log is, a thread holds a few rows. Whoever stops asking ends the threads.
 */
export async function* stretches(options: WriterOptions, tenant: TenantId, terms: StretchTerms): AsyncGenerator<Stretch | null> {
  const ranges: Range[] = [];
  for (let from = 0; from < terms.size; from += STRETCH) ranges.push({ from, to: Math.min(from + STRETCH, terms.size) });
  const found = ranges.map(() => Promise.withResolvers<Stretch | null>());
  let next = 0;
  const work = (): Worker => {
    const worker = new Worker(new URL('./stretch-thread.ts', import.meta.url), { workerData: { options, tenant, terms } });
    let at = next++;
    worker.postMessage(ranges[at]);
    worker.on('message', (stretch: Stretch | null) => {
      found[at]?.resolve(stretch);
      at = next++;
      if (at < ranges.length) worker.postMessage(ranges[at]);
    });
    const failed = (): void => found[at]?.resolve(null);
    worker.on('error', failed).on('exit', failed);
    return worker;
  };
  const workers = Array.from({ length: Math.min(THREADS, availableParallelism(), ranges.length) }, work);
  try {
    for (const { promise } of found) yield await promise;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
