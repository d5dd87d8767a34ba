import { parentPort, workerData } from 'node:worker_threads';
import type { Job, WriterOptions } from './wire.ts';
import { createWriter } from './writer.ts';

/** The writer's thread: one job in, one answer out. */
const writer = createWriter(workerData as WriterOptions);
parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(writer.do(job));
  if (job.kind === 'close') parentPort?.close();
});
