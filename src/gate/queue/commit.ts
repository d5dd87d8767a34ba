import { AegisError } from '../../errors.ts';
import { columns } from '../../log/entry.ts';
import type { AppendResult } from '../../log/store.ts';
import { SYSTEM } from '../principal.ts';
import type { FoldedLog } from './folded-log.ts';
import type { QueuedOperation } from './operation.ts';
import type { Batch, QueueState, QueueTerms, Touched } from './queue-state.ts';
import { newWriteBatch } from './write-batch.ts';
import type { WriteBatch } from './write-batch.ts';

/** Fewer are not worth an append of their own. */
const LEAST_EARLY = 8;

/** A clock this little behind is ordinary slewing; the log's time just waits for it. */
const REGRESSION_MS = 1_000;

export function newBatch({ tenant }: QueueTerms, from: FoldedLog): Batch {
  return { writes: newWriteBatch(tenant, from), operations: [] };
}

export function isBusy({ open, rereads }: QueueState): boolean {
  return open.operations.length > 0 || rereads.length > 0;
}

/** Sets the batch's time, and records once that the clock is behind it (GATE-11). */
function setTime(queue: QueueState, writes: WriteBatch): void {
  const now = queue.time.now();
  const behind = now - queue.terms.clock.now();
  writes.setTime(now);
  if (behind <= 0) queue.regressed = false;
  if (behind <= REGRESSION_MS || queue.regressed) return;
  queue.regressed = true;
  writes.write('clock-regressed', { byMs: behind }, { actor: SYSTEM });
}

/** Decides an operation against the tentative world, into the open batch. */
export function runOperation(queue: QueueState, operation: QueuedOperation): void {
  const { writes, operations } = queue.open;
  setTime(queue, writes);
  operation.run(writes);
  queue.time.wrote(writes.world().at);
  operations.push(operation);
}

/**
 * Starts appending on the next turn of the loop, so that a burst of callers shares one append. Half of a large burst sets out at once: it is
 * written while the other half is decided, and from then on the two threads take turns.
 */
export function schedule(queue: QueueState): void {
  if (queue.running !== null || queue.closedBecause !== null) return;
  if (queue.open.operations.length >= Math.max(LEAST_EARLY, queue.burst / 2)) {
    queue.running = commitAll(queue);
    return;
  }
  if (queue.scheduled) return;
  queue.scheduled = true;
  setImmediate(() => {
    queue.scheduled = false;
    if (queue.running === null && queue.closedBecause === null && isBusy(queue)) queue.running = commitAll(queue);
  });
}

/** Appends batch after batch; while one is on its way the next is decided. Never rejects. */
export async function commitAll(queue: QueueState): Promise<void> {
  try {
    while (isBusy(queue)) {
      // Nothing is awaited without need: what arrives in the meantime would join this append and make it wait.
      if (queue.rereads.length > 0) await reread(queue);
      await commitOne(queue);
      takeBacklog(queue);
    }
  } catch (error) {
    closeQueue(queue, messageOf(error));
  }
  queue.running = queue.rereads.length > 0 ? rereadClosed(queue) : null;
}

async function reread(queue: QueueState): Promise<void> {
  const { rereads } = queue;
  queue.rereads = [];
  try {
    await runAgain(queue, () => queue.open.operations);
    for (const { done } of rereads) done();
  } catch (error) {
    for (const { failed } of rereads) failed(error);
    throw error;
  }
}

/** Nothing can be written, and reads go on: they too are of the log as others made it (GATE-2, GATE-26). Never rejects. */
export async function rereadClosed(queue: QueueState): Promise<void> {
  while (queue.rereads.length > 0) {
    const { rereads } = queue;
    queue.rereads = [];
    try {
      await readOthers(queue);
      queue.open = newBatch(queue.terms, queue.durable);
      for (const { done } of rereads) done();
    } catch (error) {
      for (const { failed } of rereads) failed(error);
    }
  }
  queue.running = null;
}

/** Whether the store holds what neither is folded here nor on its way from here. */
export function isBehind(queue: QueueState): boolean {
  const { shared } = queue.terms.store;
  if (shared === undefined) return false;
  const version = shared.version();
  if (version === queue.looked) return false;
  const { size, leaf } = shared.head(queue.terms.tenant);
  const ours = [queue.durable.head, queue.sending].some((head) => head?.size === size && head.leaf === leaf);
  if (ours) queue.looked = version;
  return !ours;
}

async function commitOne(queue: QueueState): Promise<void> {
  const batch = queue.open;
  queue.committing = batch;
  queue.burst = batch.operations.length;
  const tentative = batch.writes.sealed();
  queue.open = newBatch(queue.terms, tentative);
  queue.sending = tentative.head;
  const result = await append(queue, batch);
  queue.sending = null;
  if (result.kind === 'failed') throw result.error;
  if (result.kind === 'conflict') return runAgain(queue, () => [...batch.operations, ...queue.open.operations]);
  queue.committing = null;
  becameDurable(queue, tentative, batch.writes);
  for (const operation of batch.operations) operation.answer();
}

/** Whatever is not durable is decided again, in its order, on the world as others have made it (GATE-5). */
async function runAgain(queue: QueueState, operations: () => readonly QueuedOperation[]): Promise<void> {
  await readOthers(queue);
  // Asked for only now: operations came in while the others' entries were read.
  const undecided = operations();
  queue.open = newBatch(queue.terms, queue.durable);
  queue.committing = null;
  for (const operation of undecided) runOperation(queue, operation);
}

function takeBacklog(queue: QueueState): void {
  while (queue.open.operations.length < queue.terms.limits.batch) {
    const next = queue.backlog.shift();
    if (next === undefined) return;
    runOperation(queue, next);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** GATE-2: the tentative world is dropped, everybody who waits is refused, and nothing is decided until something can be appended again. */
function closeQueue(queue: QueueState, reason: string): void {
  const refused = [...(queue.committing?.operations ?? []), ...queue.open.operations, ...queue.backlog];
  queue.closedBecause = reason;
  queue.committing = null;
  queue.open = newBatch(queue.terms, queue.durable);
  queue.backlog = [];
  for (const operation of refused) operation.reject(new AegisError('GATE_CLOSED', { detail: reason }));
  retryLater(queue);
}

function retryLater(queue: QueueState): void {
  if (queue.ended) return;
  queue.cancelRetry = queue.terms.timers.after(queue.terms.probeMs, () => {
    if (queue.running !== null) return retryLater(queue);
    queue.running = reopen(queue).finally(() => {
      queue.running = null;
      if (queue.closedBecause === null && isBusy(queue)) schedule(queue);
      else if (queue.rereads.length > 0) queue.running = rereadClosed(queue);
    });
  });
}

/** Opens again only after something was durably appended: the missing halts and a new `gate-opened`. */
async function reopen(queue: QueueState): Promise<void> {
  try {
    await readOthers(queue);
    const writes = newWriteBatch(queue.terms.tenant, queue.durable);
    setTime(queue, writes);
    queue.terms.reopening(writes);
    queue.time.wrote(writes.world().at);
    const result = await append(queue, { writes, operations: [] });
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'conflict') throw new Error('another writer is appending');
    becameDurable(queue, writes.sealed(), writes);
    queue.open = newBatch(queue.terms, queue.durable);
    queue.closedBecause = null;
    queue.terms.reopened();
  } catch (error) {
    queue.closedBecause = messageOf(error);
    retryLater(queue);
  }
}

type Appending = AppendResult | { readonly kind: 'failed'; readonly error: unknown };

async function append(queue: QueueState, { writes, operations }: Batch): Promise<Appending> {
  const { terms, durable } = queue;
  if (writes.entries().length === 0) {
    // What is answered from the world alone is answered from the world as others have made it, too.
    return operations.length > 0 && isBehind(queue) ? { kind: 'conflict', head: durable.head } : { kind: 'appended' };
  }
  try {
    return await terms.store.append(terms.tenant, durable.head, writes.entries(), writes.payloads());
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Folds what other writers appended, and tells the followers of it. */
async function readOthers(queue: QueueState): Promise<void> {
  const from = queue.durable.head.size;
  const touched: Touched[] = [];
  queue.durable = await queue.terms.catchUp(queue.durable, (entry) => touched.push(columns(entry)));
  const { durable } = queue;
  queue.time.wrote(durable.world.at);
  if (durable.head.size > from) queue.terms.appended({ from, to: durable.head.size, log: durable, touched });
}

function becameDurable(queue: QueueState, durable: FoldedLog, writes: WriteBatch): void {
  const from = queue.durable.head.size;
  queue.durable = durable;
  if (durable.head.size > from) queue.terms.appended({ from, to: durable.head.size, log: durable, touched: writes.entries() });
}
