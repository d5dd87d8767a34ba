import { availableParallelism } from 'node:os';
import { setImmediate as others } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AegisError } from '../errors.ts';
import type { Timers } from '../gate/deps.ts';
import { createShares } from '../http/shares.ts';
import type { Shares } from '../http/shares.ts';
import type { Inspect } from '../inspect/inspect.ts';
import { inspectWork } from '../inspect/inspected.ts';
import type { InspectAside, Inspected, Work, WorkOrder } from '../inspect/inspected.ts';
import type { Millis } from '../kernel/ids.ts';
import type { ThreadAnswer, ThreadMessage, ThreadOrder } from './inspect-thread.ts';

export interface PoolLimits {
  /** Arguments and values of fewer bytes are read on the thread that asks. */
  readonly longBytes: number;
  /** As long as no thread has started up, only what is longer than this waits for one; reading less takes less time than starting. */
  readonly startBytes: number;
  readonly threads: number;
  /** Pieces of work of one agent that may be unanswered; more are refused with RATE_LIMITED. */
  readonly share: number;
  /** The same for all agents together. */
  readonly waiting: number;
  /** Longer than any reading takes, even on a machine that has much else to do. */
  readonly deadlineMs: Millis;
  /** A thread that was not needed for so long gives its memory back. */
  readonly idleMs: Millis;
}

export const POOL_LIMITS: PoolLimits = {
  longBytes: 8_192,
  startBytes: 131_072,
  threads: Math.min(2, Math.max(1, availableParallelism() - 1)),
  share: 64,
  waiting: 512,
  deadlineMs: 30_000,
  idleMs: 60_000,
};

/** What the pool needs of a thread. */
export type InspectThread = Pick<Worker, 'on' | 'postMessage' | 'ref' | 'unref' | 'terminate'>;

export interface PoolTerms {
  /** Reads what is short but comes behind something long of the same session. */
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

/** The long work of one agent, in the order it came; the first piece is under way, or next. */
type Lane = Task[];

interface Thread {
  readonly worker: InspectThread;
  ready: boolean;
  lane: Lane | null;
  /** Forgets the deadline, or the time after which an idle thread ends. */
  forget: () => void;
}

interface Pool {
  readonly terms: PoolTerms;
  readonly limits: PoolLimits;
  readonly lanes: Map<string, Lane>;
  /** Whose next piece of work waits for a thread. */
  readonly turns: Lane[];
  readonly threads: Set<Thread>;
  /** Unanswered pieces of work; each agent has its share. */
  readonly unanswered: Shares;
  /** By session: resolves when everything accepted of it so far is answered and has gone on. */
  readonly tails: Map<string, Promise<void>>;
  closed: boolean;
}

const startWorker = (): InspectThread =>
  new Worker(new URL('./inspect-thread.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 } });

/**
 * Reads long arguments and values on threads of their own, so that the thread that orders everybody's actions goes on. A thread starts when there
 * is work for it. Agents take turns, each has one piece of work under way, and the pieces of one session are answered in the order they came. Work
 * whose thread fails or is not done in time is rejected, as when a reader throws: what was not read is not decided, and the thread is replaced.
 */
export function openInspectPool(terms: PoolTerms): InspectPool {
  const limits = { ...POOL_LIMITS, ...terms.limits };
  const pool: Pool = {
    terms,
    limits,
    lanes: new Map(),
    turns: [],
    threads: new Set(),
    unanswered: createShares(limits.waiting, limits.share),
    tails: new Map(),
    closed: false,
  };
  return { inspectAside: (work, order) => accept(pool, work, order), close: () => close(pool) };
}

/** @throws AegisError GATE_CLOSED, RATE_LIMITED */
function accept(pool: Pool, work: Work, order: WorkOrder): Promise<Inspected> | null {
  const { agent, session, bytes } = order;
  const key = `${agent} ${session}`;
  const before = pool.tails.get(key);
  const short = bytes.length < pool.limits.longBytes;
  if (before === undefined && (short || isSooner(pool, bytes))) return null;
  if (pool.closed) throw shuttingDown();
  const leave = pool.unanswered.take(agent);
  if (leave === null) throw new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 });
  const answer = answered(pool, { work, order, before, short });
  const tail = answer.then(goOn, goOn).then(() => {
    if (pool.tails.get(key) === tail) pool.tails.delete(key);
  });
  pool.tails.set(key, tail);
  return answer.finally(leave);
}

/** Whether reading in place is done before a thread has even started; one is then started for what comes next. */
function isSooner(pool: Pool, bytes: Uint8Array): boolean {
  if (pool.closed || bytes.length >= pool.limits.startBytes || [...pool.threads].some((one) => one.ready)) return false;
  if (pool.threads.size === 0) start(pool);
  return true;
}

/** Whoever was just answered goes on first: what was asked for earlier is decided earlier. */
const goOn = (): Promise<void> => others();

interface Accepted {
  readonly work: Work;
  readonly order: WorkOrder;
  /** What comes first in the same session. */
  readonly before: Promise<void> | undefined;
  readonly short: boolean;
}

async function answered(pool: Pool, { work, order, before, short }: Accepted): Promise<Inspected> {
  const long = short ? null : new Promise<Inspected>((resolve, reject) => enqueue(pool, order, { work, bytes: order.bytes, resolve, reject }));
  // It is awaited below, but may be refused before that.
  long?.catch(() => undefined);
  await before;
  if (long !== null) return long;
  if (pool.closed) throw shuttingDown();
  return inspectWork(work, pool.terms.inspect);
}

const shuttingDown = (): AegisError => new AegisError('GATE_CLOSED', { detail: 'the gate is shutting down' });

function enqueue(pool: Pool, { agent }: WorkOrder, task: Task): void {
  const lane = pool.lanes.get(agent);
  if (lane !== undefined) {
    lane.push(task);
    return;
  }
  const fresh = [task];
  pool.lanes.set(agent, fresh);
  pool.turns.push(fresh);
  dispatch(pool);
}

function done(pool: Pool, lane: Lane): void {
  lane.shift();
  if (lane.length > 0) pool.turns.push(lane);
  else for (const [agent, one] of pool.lanes) if (one === lane) pool.lanes.delete(agent);
  dispatch(pool);
}

function dispatch(pool: Pool): void {
  while (pool.turns.length > 0) {
    const thread = [...pool.threads].find((one) => one.lane === null) ?? start(pool);
    const lane = thread === null ? undefined : pool.turns.shift();
    const task = lane?.[0];
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
  const thread: Thread = { worker: (terms.startThread ?? startWorker)(), ready: false, lane: null, forget: () => undefined };
  threads.add(thread);
  thread.worker.unref();
  thread.worker.on('message', (message: ThreadMessage) => {
    thread.ready = true;
    if ('ok' in message) take(pool, thread, message);
    else if (thread.lane === null) rest(pool, thread);
  });
  thread.worker.on('error', (error) => fail(pool, thread, error));
  thread.worker.on('exit', (code) => fail(pool, thread, new Error(`the thread ended with code ${String(code)}`)));
  return thread;
}

function take(pool: Pool, thread: Thread, answer: ThreadAnswer): void {
  const { lane } = thread;
  if (lane === null || !pool.threads.has(thread)) return;
  thread.lane = null;
  thread.worker.unref();
  rest(pool, thread);
  if (answer.ok) lane[0]?.resolve(answer.inspected);
  else lane[0]?.reject(answer.error);
  done(pool, lane);
}

function rest(pool: Pool, thread: Thread): void {
  thread.forget();
  thread.forget = pool.terms.timers.after(pool.limits.idleMs, () => retire(pool, thread));
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
  thread.lane[0]?.reject(new AegisError('INTERNAL'));
  done(pool, thread.lane);
}

async function close(pool: Pool): Promise<void> {
  pool.closed = true;
  for (const lane of pool.lanes.values()) for (const task of lane) task.reject(shuttingDown());
  pool.lanes.clear();
  pool.turns.length = 0;
  const ending = [...pool.threads];
  pool.threads.clear();
  for (const thread of ending) thread.forget();
  await Promise.all(ending.map((thread) => thread.worker.terminate()));
}
