import { AegisError } from '../../errors.ts';
import type { World } from '../../kernel/world.ts';
import { commitAll, schedule } from './commit.ts';
import { batchOn, decideOn, isBusy } from './queue-state.ts';
import type { ChainTerms, Line, Standing } from './queue-state.ts';
import { waiting } from './operation.ts';
import type { Operation } from './operation.ts';

/**
 * One tenant's ordered queue. Operations are decided as they arrive, against the tentative world, into the open batch; the batch is
 * appended when the one before it is durable, and nobody is answered before that (GATE-1). A failed append drops the tentative world,
 * refuses everything that waits and closes the chain until the store can append again (GATE-2). Another writer's entries are folded
 * and everything not yet durable is decided again (GATE-5).
 */
export interface Chain {
  submit<T>(operation: Operation<T>, order?: 'urgent'): Promise<T>;
  /** What is durable. */
  standing(): Standing;
  /** The world as the next operation will see it; not durable. */
  tip(): World;
  state(): { readonly open: true } | { readonly open: false; readonly why: string };
  /** Folds what others wrote, without writing. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

function submit<T>(line: Line, operation: Operation<T>, urgent: boolean): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (line.ended || line.why !== null) {
      reject(new AegisError('GATE_CLOSED', { detail: line.why ?? 'the gate is shutting down' }));
      return;
    }
    const one = waiting(operation, { resolve, reject });
    const { batch, backlog } = line.terms.limits;
    // A halt overtakes everything that is not decided yet (GATE-8).
    if (urgent || (line.backlog.length === 0 && line.open.operations.length < batch)) decideOn(line, one);
    else if (line.backlog.length < backlog) line.backlog.push(one);
    else reject(new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 }));
    schedule(line);
  });
}

function refresh(line: Line): Promise<void> {
  return new Promise((resolve) => {
    if (line.ended || line.why !== null) {
      resolve();
      return;
    }
    line.rereads.push(resolve);
    schedule(line);
  });
}

/** What was accepted is still decided and recorded; nothing more is accepted. */
async function close(line: Line): Promise<void> {
  line.ended = true;
  line.forgetProbe();
  while (line.running !== null || isBusy(line)) {
    if (line.running === null && line.why === null) line.running = commitAll(line);
    await line.running;
  }
}

export function openChain(terms: ChainTerms, start: Standing): Chain {
  const line: Line = {
    terms,
    durable: start,
    open: batchOn(terms, start),
    committing: null,
    burst: 0,
    backlog: [],
    rereads: [],
    why: null,
    ended: false,
    running: null,
    scheduled: false,
    regressed: false,
    forgetProbe: () => undefined,
  };
  return {
    submit: (operation, order) => submit(line, operation, order === 'urgent'),
    standing: () => line.durable,
    tip: () => line.open.desk.world(),
    state: () => (line.why === null && !line.ended ? { open: true } : { open: false, why: line.why ?? 'the gate is shut down' }),
    refresh: () => refresh(line),
    close: () => close(line),
  };
}
