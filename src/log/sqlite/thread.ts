import { parentPort, workerData } from 'node:worker_threads';
import { jobsOf } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';
import type { WriterOptions } from './wire.ts';
import { createWriter } from './writer.ts';

/** The writer's thread: one job in, one answer out. */
const { options, mailbox } = workerData as { readonly options: WriterOptions; readonly mailbox: Mailbox };
const writer = createWriter(options);
if (parentPort !== null) {
  for (const job of jobsOf(mailbox, parentPort)) {
    parentPort.postMessage(writer.do(job));
    if (job.kind === 'close') break;
  }
}
