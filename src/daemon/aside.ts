import { Worker } from 'node:worker_threads';
import { AegisError } from '../errors.ts';
import type { Timers } from '../gate/deps.ts';
import type { LogStore } from '../log/store.ts';
import type { AsideJob, AsideResult, FromThread, LogQuestion, ToThread } from './aside-thread.ts';

/** Work that people ask for and that may take long, on a thread of its own: no decision waits for it (GATE-23). */
export interface Aside {
  /**
   * One piece after another, in the order they came.
   * @param signal ends the work when nobody waits for it any more
   * @throws AegisError RATE_LIMITED when too much waits already, and what the work itself throws
   */
  run(job: AsideJob, signal?: AbortSignal): Promise<AsideResult>;
  close(): Promise<void>;
}

export interface AsideTerms {
  readonly store: LogStore;
  /** The folder policy documents name files in. */
  readonly base: string;
  readonly timers: Timers;
  /** Pieces of work that may wait. */
  readonly most: number;
  readonly startThread?: () => Worker;
}

interface Task {
  readonly job: AsideJob;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: AsideResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that was not needed for so long gives its memory back. */
const IDLE_MS = 60_000;
const HEAP_MB = 2_048;

interface State {
  readonly terms: AsideTerms;
  readonly waiting: Task[];
  current: Task | null;
  worker: Worker | null;
  forget: () => void;
  closed: boolean;
}

export function openAside(terms: AsideTerms): Aside {
  const state: State = { terms, waiting: [], current: null, worker: null, forget: () => undefined, closed: false };
  return {
    run(job, signal) {
      if (state.closed) return Promise.reject(new AegisError('GATE_CLOSED', { detail: 'the gate is shutting down' }));
      if (state.waiting.length >= terms.most) return Promise.reject(new AegisError('RATE_LIMITED', { retryAfterMs: 2_000 }));
      return new Promise((resolve, reject) => {
        const task = { job, signal, resolve, reject };
        state.waiting.push(task);
        signal?.addEventListener('abort', () => given(state, task), { once: true });
        next(state);
      });
    },
    close: async () => {
      state.closed = true;
      for (const task of [...state.waiting.splice(0), ...(state.current === null ? [] : [state.current])])
        task.reject(new AegisError('GATE_CLOSED', { detail: 'the gate is shutting down' }));
      state.current = null;
      await stop(state);
    },
  };
}

function next(state: State): void {
  if (state.current !== null || state.closed) return;
  const task = state.waiting.shift();
  if (task === undefined) {
    state.forget = state.terms.timers.after(IDLE_MS, () => void stop(state));
    return;
  }
  state.forget();
  state.current = task;
  state.worker ??= start(state);
  state.worker.ref();
  tell(state.worker, { job: task.job });
}

/** Nobody waits for it any more. */
function given(state: State, task: Task): void {
  const at = state.waiting.indexOf(task);
  if (at >= 0) state.waiting.splice(at, 1);
  else if (state.current === task) void stop(state);
  else return;
  finish(state, task, () => task.reject(new AegisError('REQUEST_INVALID', { detail: 'The client disconnected before the answer was ready' })));
}

function finish(state: State, task: Task, answer: () => void): void {
  if (state.current === task) state.current = null;
  answer();
  next(state);
}

function start(state: State): Worker {
  const { terms } = state;
  const worker =
    terms.startThread?.() ??
    new Worker(new URL('./aside-thread.ts', import.meta.url), {
      workerData: { base: terms.base },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
  worker.on('message', (message: FromThread) => {
    if (state.worker !== worker) return;
    if ('ask' in message)
      return void answer(terms.store, message.question).then(
        (found) => tell(worker, { ask: message.ask, found }),
        (failed: unknown) => tell(worker, { ask: message.ask, failed }),
      );
    worker.unref();
    const { current } = state;
    if (current !== null) finish(state, current, () => (message.done ? current.resolve(message.result) : current.reject(errorOf(message))));
  });
  const gone = (error: unknown): void => {
    if (state.worker !== worker) return;
    state.worker = null;
    const { current } = state;
    if (current !== null) finish(state, current, () => current.reject(error));
  };
  worker.on('error', gone);
  worker.on('exit', () => gone(new Error('the thread ended')));
  return worker;
}

function tell(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}

function answer(store: LogStore, question: LogQuestion): Promise<unknown> {
  if (question[0] === 'head') return store.head(question[1]);
  return question[0] === 'read' ? store.read(question[1], question[2]) : store.payload(question[1], question[2]);
}

function errorOf({ code, details, error }: Extract<FromThread, { done: false }>): unknown {
  return code === undefined ? error : new AegisError(code, details);
}

async function stop(state: State): Promise<void> {
  const { worker } = state;
  state.worker = null;
  state.forget();
  await worker?.terminate();
}
