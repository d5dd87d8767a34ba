import { Worker } from 'node:worker_threads';
import type { FileQuestion, ReadFiles, Timers } from '../../gate/deps.ts';
import type { NamedFile } from '../../kernel/named-file.ts';

export interface FileReader {
  readonly readFiles: ReadFiles;
  close(): Promise<void>;
}

export interface FileReaderTerms {
  readonly timers: Timers;
  /** From when it is asked to when it is answered without having been read. */
  readonly deadlineMs?: number;
  readonly startThread?: () => Worker;
}

interface Task {
  readonly question: FileQuestion;
  readonly answer: (files: readonly NamedFile[]) => void;
  done: boolean;
}

interface State {
  readonly terms: FileReaderTerms;
  readonly waiting: Task[];
  current: Task | null;
  worker: Worker | null;
  forget: () => void;
  closed: boolean;
}

const DEADLINE_MS = 5_000;
/** A thread that was not needed for so long gives its memory back. */
const IDLE_MS = 60_000;
/** Questions that may wait; more are answered at once, without having been read. */
const MOST_WAITING = 256;

/**
 * Reads files on a thread that starts on first need, one question after another. A disk that does not answer holds up nobody: the question is
 * answered when its time is over, and the thread is left behind.
 */
export function openFileReader(terms: FileReaderTerms): FileReader {
  const state: State = { terms, waiting: [], current: null, worker: null, forget: () => undefined, closed: false };
  return {
    readFiles: (question) =>
      new Promise((resolve) => {
        if (state.closed || state.waiting.length >= MOST_WAITING) return resolve(unread(question));
        const forget = terms.timers.after(terms.deadlineMs ?? DEADLINE_MS, () => late(state, task));
        const answer = (files: readonly NamedFile[]): void => {
          forget();
          resolve(files);
        };
        const task: Task = { question, answer, done: false };
        state.waiting.push(task);
        next(state);
      }),
    close: async () => {
      state.closed = true;
      for (const task of [...state.waiting.splice(0), ...(state.current === null ? [] : [state.current])]) finish(state, task, unread(task.question));
      leave(state);
      await Promise.resolve();
    },
  };
}

/** What is said of files nobody looked at. */
function unread(question: FileQuestion): readonly NamedFile[] {
  if (question.kind === 'again')
    return question.files.map(({ name, path }) => ({ name, ...(path === undefined ? {} : { path }), unbound: 'too-slow' }));
  return question.named.names.filter(({ sure }) => sure).map(({ name }) => ({ name, unbound: 'too-slow' }));
}

function finish(state: State, task: Task, files: readonly NamedFile[]): void {
  if (state.current === task) state.current = null;
  if (task.done) return;
  task.done = true;
  task.answer(files);
}

function late(state: State, task: Task): void {
  const at = state.waiting.indexOf(task);
  if (at >= 0) state.waiting.splice(at, 1);
  else if (state.current === task) leave(state);
  finish(state, task, unread(task.question));
  next(state);
}

function next(state: State): void {
  if (state.current !== null || state.closed) return;
  const task = state.waiting.shift();
  state.forget();
  if (task === undefined) {
    if (state.worker !== null) state.forget = state.terms.timers.after(IDLE_MS, () => leave(state));
    return;
  }
  state.current = task;
  state.worker ??= start(state);
  state.worker.ref();
  state.worker.postMessage(task.question);
}

function start(state: State): Worker {
  const worker =
    state.terms.startThread?.() ?? new Worker(new URL('./file-thread.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 64 } });
  worker.on('message', (files: readonly NamedFile[]) => {
    if (state.worker !== worker) return;
    worker.unref();
    if (state.current !== null) finish(state, state.current, files);
    next(state);
  });
  const gone = (): void => {
    if (state.worker !== worker) return;
    state.worker = null;
    if (state.current !== null) finish(state, state.current, unread(state.current.question));
    next(state);
  };
  worker.on('error', gone);
  worker.on('exit', gone);
  return worker;
}

/** Not waited for: a thread that hangs in a read of a dead disk ends when the disk answers, or with the process. */
function leave(state: State): void {
  const { worker } = state;
  state.worker = null;
  state.forget();
  worker?.unref();
  void worker?.terminate();
}
