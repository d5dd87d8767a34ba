import { AegisError } from '../../errors.ts';
import type { Millis } from '../../kernel/ids.ts';
import type { World } from '../../kernel/world.ts';
import { commitAll, isBehind, isBusy, newBatch, rereadClosed, runOperation, schedule } from './commit.ts';
import type { FoldedLog } from './folded-log.ts';
import { logTime } from './log-time.ts';
import { queued } from './operation.ts';
import type { Operation } from './operation.ts';
import type { QueueState, QueueTerms } from './queue-state.ts';

/**
 * One tenant's ordered queue. Operations are decided as they arrive, against the tentative world, into the open batch; the batch is
 * appended when the one before it is durable, and nobody is answered before that (GATE-1). A failed append drops the tentative world,
 * refuses everything that waits and closes the queue until the store can append again (GATE-2). Another writer's entries are folded
 * and everything not yet durable is decided again (GATE-5).
 */
export interface OperationQueue {
  /** Resolves when what the operation wrote is durable. @throws AegisError GATE_CLOSED, RATE_LIMITED, or whatever the operation throws */
  submit<T>(operation: Operation<T>, order?: 'urgent'): Promise<T>;
  /** The log as far as it is durable. */
  durable(): FoldedLog;
  /** The world as the next operation will see it; not durable, and not to be held: the next operation changes it in place. */
  tentative(): World;
  /** The log's time at this moment: what an entry written now would be given (GATE-25). */
  now(): Millis;
  state(): { readonly open: true } | { readonly open: false; readonly why: string };
  /** Whether another writer's entries lie behind what is folded here: a look at the store that waits for nothing (GATE-26). */
  behind(): boolean;
  /** Folds what others wrote, without writing; also while the queue is closed. @throws AegisError STORE_CORRUPT */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

function submit<T>(queue: QueueState, operation: Operation<T>, urgent: boolean): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (queue.ended || queue.closedBecause !== null) {
      reject(new AegisError('GATE_CLOSED', { detail: queue.closedBecause ?? 'the gate is shutting down' }));
      return;
    }
    const one = queued(operation, { resolve, reject });
    const { batch, backlog } = queue.terms.limits;
    // A halt overtakes everything that is not decided yet (GATE-8).
    if (urgent || (queue.backlog.length === 0 && queue.open.operations.length < batch)) runOperation(queue, one);
    else if (queue.backlog.length < backlog) queue.backlog.push(one);
    else reject(new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 }));
    schedule(queue);
  });
}

function refresh(queue: QueueState): Promise<void> {
  return new Promise((resolve, reject) => {
    if (queue.ended) {
      resolve();
      return;
    }
    queue.rereads.push({ done: resolve, failed: reject });
    if (queue.closedBecause === null) schedule(queue);
    else queue.running ??= rereadClosed(queue);
  });
}

/** What was accepted is still decided and recorded; nothing more is accepted. */
async function close(queue: QueueState): Promise<void> {
  queue.ended = true;
  queue.cancelRetry();
  while (queue.running !== null || isBusy(queue)) {
    if (queue.running === null && queue.closedBecause === null) queue.running = commitAll(queue);
    await queue.running;
  }
}

export function openQueue(terms: QueueTerms, start: FoldedLog): OperationQueue {
  const queue: QueueState = {
    terms,
    time: logTime(terms.clock, start.world.at),
    durable: start,
    open: newBatch(terms, start),
    committing: null,
    sending: null,
    looked: null,
    burst: 0,
    backlog: [],
    rereads: [],
    closedBecause: null,
    ended: false,
    running: null,
    scheduled: false,
    regressed: false,
    cancelRetry: () => undefined,
  };
  return {
    submit: (operation, order) => submit(queue, operation, order === 'urgent'),
    durable: () => queue.durable,
    tentative: () => queue.open.writes.world(),
    now: () => queue.time.now(),
    state: () =>
      queue.closedBecause === null && !queue.ended ? { open: true } : { open: false, why: queue.closedBecause ?? 'the gate is shut down' },
    behind: () => isBehind(queue),
    refresh: () => refresh(queue),
    close: () => close(queue),
  };
}
