import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AegisError } from '../errors.ts';
import type { Timers } from '../gate/deps.ts';
import type { Inspect } from '../inspect/inspect.ts';
import { inspectWork } from '../inspect/inspected.ts';
import type { InspectAside, Inspected, Work } from '../inspect/inspected.ts';
import type { Millis } from '../kernel/ids.ts';
import type { ThreadAnswer, ThreadOrder } from './inspect-thread.ts';

export interface PoolLimits {
  /** Arguments and values of fewer bytes are read on the thread that asks. */
  readonly longBytes: number;
  readonly threads: number;
  /** Pieces of work one owner may have waiting; more are refused with RATE_LIMITED. */
  readonly share: number;
  /** The same for all owners together. */
  readonly waiting: number;
  /** Longer than any reading takes, even on a machine that has much else to do. */
  readonly deadlineMs: Millis;
  /** A thread that was not needed for so long gives its memory back. */
  readonly idleMs: Millis;
}

export const POOL_LIMITS: PoolLimits = {
  longBytes: 16_384,
  threads: Math.min(2, Math.max(1, availableParallelism() - 1)),
  share: 64,
  waiting: 512,
  deadlineMs: 30_000,
  idleMs: 60_000,
};

/** What the pool needs of a thread. */
export type InspectThread = Pick<Worker, 'on' | 'postMessage' | 'ref' | 'unref' | 'terminate'>;

export interface PoolTerms {
  /** Reads what is short but comes behind something long of the same owner. */
  readonly inspect: Inspect;
  readonly timers: Timers;
  readonly onFault: (fault: { readonly what: string; readonly error: unknown }) => void;
  readonly limits?: Partial<PoolLimits>;
  readonly startThread?: () => InspectThread;
}

export interface InspectPool {
  readonly inspectAside: InspectAside;
  /** Ends the threads; what is not read yet is refused. */
  close(): Promise<void>;
}

interface Task {
  readonly work: Work;
  readonly bytes: Uint8Array;
  readonly resolve: (inspected: Inspected) => void;
  readonly reject: (error: unknown) => void;
}

/** The work of one owner, in the order it came; the first piece is under way, or next. */
interface Lane {
  readonly owner: string;
  readonly tasks: Task[];
}

interface Thread {
  readonly worker: InspectThread;
  lane: Lane | null;
  /** Forgets the deadline, or the time after which an idle thread ends. */
  forget: () => void;
}

interface Pool {
  readonly terms: PoolTerms;
  readonly limits: PoolLimits;
  readonly lanes: Map<string, Lane>;
  /** Whose next piece of work is long and waits for a thread. */
  readonly turns: Lane[];
  readonly threads: Set<Thread>;
  closed: boolean;
}

const startWorker = (): InspectThread =>
  new Worker(new URL('./inspect-thread.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 512 } });

/**
 * Reads long arguments and values on threads of their own, so that the thread that orders everybody's actions goes on. A thread starts when there
 * is work for it. Owners take turns, each has one piece of work under way, and its pieces are answered in the order they came. Work whose thread
 * fails or is not done in time is rejected, as when a reader throws: what was not read is not decided, and the thread is replaced.
 */
export function openInspectPool(terms: PoolTerms): InspectPool {
  const pool: Pool = { terms, limits: { ...POOL_LIMITS, ...terms.limits }, lanes: new Map(), turns: [], threads: new Set(), closed: false };
  return {
    inspectAside: (work, { owner, bytes }) => {
      const lane = pool.lanes.get(owner);
      if (lane === undefined && bytes.length < pool.limits.longBytes) return null;
      refuseWhenFull(pool, lane);
      return new Promise((resolve, reject) => enqueue(pool, lane ?? newLane(pool, owner), { work, bytes, resolve, reject }));
    },
    close: () => close(pool),
  };
}

/** @throws AegisError GATE_CLOSED, RATE_LIMITED */
function refuseWhenFull({ closed, lanes, limits }: Pool, lane: Lane | undefined): void {
  if (closed) throw shuttingDown();
  const own = lane?.tasks.length ?? 0;
  let all = 0;
  for (const { tasks } of lanes.values()) all += tasks.length;
  if (own >= limits.share || all >= limits.waiting) throw new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 });
}

const shuttingDown = (): AegisError => new AegisError('GATE_CLOSED', { detail: 'the gate is shutting down' });

function newLane({ lanes }: Pool, owner: string): Lane {
  const lane = { owner, tasks: [] };
  lanes.set(owner, lane);
  return lane;
}

function enqueue(pool: Pool, lane: Lane, task: Task): void {
  lane.tasks.push(task);
  if (lane.tasks.length === 1) proceed(pool, lane);
}

/** The first piece of work of a lane is next: in place when it is short, else when its turn comes. */
function proceed(pool: Pool, lane: Lane): void {
  const [task] = lane.tasks;
  if (task === undefined || pool.closed) return;
  if (task.bytes.length >= pool.limits.longBytes) {
    pool.turns.push(lane);
    dispatch(pool);
    return;
  }
  try {
    task.resolve(inspectWork(task.work, pool.terms.inspect));
  } catch (error) {
    task.reject(error);
  }
  done(pool, lane);
}

function done(pool: Pool, lane: Lane): void {
  lane.tasks.shift();
  if (lane.tasks.length === 0) pool.lanes.delete(lane.owner);
  // Whoever was just answered goes on first: what an owner asked for earlier is decided earlier.
  else setImmediate(() => proceed(pool, lane));
}

function dispatch(pool: Pool): void {
  while (pool.turns.length > 0) {
    const thread = [...pool.threads].find((one) => one.lane === null) ?? start(pool);
    const lane = thread === null ? undefined : pool.turns.shift();
    const task = lane?.tasks[0];
    if (thread === null || lane === undefined || task === undefined) return;
    thread.forget();
    thread.lane = lane;
    thread.forget = pool.terms.timers.after(pool.limits.deadlineMs, () => fail(pool, thread, new Error('a reading did not end in time')));
    thread.worker.ref();
    const { order, transfer } = orderOf(task);
    thread.worker.postMessage(order, transfer);
  }
}

function orderOf({ work, bytes }: Task): { readonly order: ThreadOrder; readonly transfer: ArrayBuffer[] } {
  const { args: _args, ...subject } = work.subject;
  // A view travels with all that lies under it, so it is copied first, and the copy is given away.
  const copy = new Uint8Array(bytes);
  return { order: { subject, bytes: copy, ...(work.type === 'value' ? { source: work.source } : {}) }, transfer: [copy.buffer] };
}

/** Null: there are as many as there may be. */
function start(pool: Pool): Thread | null {
  const { terms, threads, limits } = pool;
  if (threads.size >= limits.threads) return null;
  const thread: Thread = { worker: (terms.startThread ?? startWorker)(), lane: null, forget: () => undefined };
  threads.add(thread);
  thread.worker.on('message', (answer: ThreadAnswer) => take(pool, thread, answer));
  thread.worker.on('error', (error) => fail(pool, thread, error));
  thread.worker.on('exit', (code) => fail(pool, thread, new Error(`the thread ended with code ${String(code)}`)));
  return thread;
}

function take(pool: Pool, thread: Thread, answer: ThreadAnswer): void {
  const { lane } = thread;
  if (lane === null || !pool.threads.has(thread)) return;
  thread.lane = null;
  thread.forget();
  thread.worker.unref();
  thread.forget = pool.terms.timers.after(pool.limits.idleMs, () => retire(pool, thread));
  if (answer.ok) lane.tasks[0]?.resolve(answer.inspected);
  else lane.tasks[0]?.reject(answer.error);
  done(pool, lane);
  dispatch(pool);
}

function retire(pool: Pool, thread: Thread): void {
  pool.threads.delete(thread);
  void thread.worker.terminate();
}

/** A thread that failed is not asked again; its work is refused, and the next piece of work starts another. */
function fail(pool: Pool, thread: Thread, error: unknown): void {
  if (!pool.threads.has(thread)) return;
  thread.forget();
  retire(pool, thread);
  pool.terms.onFault({ what: 'inspection-thread-failed', error });
  if (thread.lane === null) return;
  thread.lane.tasks[0]?.reject(new AegisError('INTERNAL'));
  done(pool, thread.lane);
  dispatch(pool);
}

async function close(pool: Pool): Promise<void> {
  pool.closed = true;
  for (const { tasks } of pool.lanes.values()) for (const task of tasks) task.reject(shuttingDown());
  pool.lanes.clear();
  pool.turns.length = 0;
  const ending = [...pool.threads];
  pool.threads.clear();
  for (const thread of ending) thread.forget();
  await Promise.all(ending.map((thread) => thread.worker.terminate()));
}
