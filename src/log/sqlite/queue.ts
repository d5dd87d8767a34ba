import { Worker } from 'node:worker_threads';
import { AegisError } from '../../errors.ts';
import { newMailbox, send } from './mailbox.ts';
import { sizeOf } from './wire.ts';
import type { Answer, Appended, AppendJob, Job, WriterOptions } from './wire.ts';

/** Most bytes in one transaction: bounds the wait of whoever comes next. */
const MOST_BYTES = 8_388_608;

interface Waiting {
  readonly job: Job | AppendJob;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AegisError) => void;
}

/** The main thread's end of the writer: one job under way, appends that arrive meanwhile become one transaction (group commit). */
export interface WriterQueue {
  append(job: AppendJob): Promise<Appended>;
  ask(job: Job): Promise<unknown>;
}

export function writerQueue(options: WriterOptions): WriterQueue {
  const mailbox = newMailbox();
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { options, mailbox } });
  const waiting: Waiting[] = [];
  let underway: readonly Waiting[] = [];
  let dead: AegisError | null = null;

  const next = (): void => {
    if (underway.length > 0) return;
    underway = take(waiting);
    const [first] = underway;
    // An idle store does not keep the process alive.
    if (first === undefined) return worker.unref();
    worker.ref();
    if (first.job.kind !== 'append') return send(mailbox, worker, first.job);
    send(mailbox, worker, { kind: 'appends', appends: underway.map((item) => item.job as AppendJob) });
  };
  const fail = (error: AegisError): void => {
    dead ??= error;
    for (const item of [...underway, ...waiting.splice(0)]) item.reject(error);
    underway = [];
  };
  worker.on('message', (answer: Answer) => {
    const done = underway;
    underway = [];
    done.forEach((item, at) => {
      if (!answer.ok) item.reject(new AegisError(answer.code, { detail: answer.detail, index: answer.index, path: options.path }));
      else item.resolve(item.job.kind === 'append' ? (answer.value as readonly Appended[])[at] : answer.value);
    });
    next();
  });
  worker.on('error', (error) => {
    fail(new AegisError('STORE_UNAVAILABLE', { detail: `the writer thread failed: ${error instanceof Error ? error.message : String(error)}` }));
  });
  worker.on('exit', () => {
    fail(new AegisError('STORE_UNAVAILABLE', { detail: 'the store is closed' }));
  });

  const enqueue = (job: Job | AppendJob): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead !== null) return reject(dead);
      waiting.push({ job, resolve, reject });
      next();
    });
  return {
    append: (job) => enqueue(job) as Promise<Appended>,
    ask: (job) => enqueue(job),
  };
}

/** The next job, or the run of appends at the front of the queue. */
function take(waiting: Waiting[]): readonly Waiting[] {
  let count = 0;
  let bytes = 0;
  while (count < waiting.length) {
    const job = waiting[count]?.job;
    if (job?.kind !== 'append') break;
    bytes += sizeOf(job);
    if (count > 0 && bytes > MOST_BYTES) break;
    count++;
  }
  return waiting.splice(0, Math.max(count, 1));
}
