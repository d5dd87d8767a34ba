import { AegisError } from '../../errors.ts';
import { append, batchOn, becameDurable, decideOn, isBusy, readOthers, turn } from './queue-state.ts';
import type { Line } from './queue-state.ts';
import { newDesk } from './write-batch.ts';
import type { Waiting } from './operation.ts';

/** Fewer are not worth an append of their own. */
const LEAST_EARLY = 8;

/**
 * Starts appending on the next turn of the loop, so that a burst of callers shares one append. Half of a large burst sets out at once: it is
 * written while the other half is decided, and from then on the two threads take turns.
 */
export function schedule(line: Line): void {
  if (line.running !== null || line.why !== null) return;
  if (line.open.operations.length >= Math.max(LEAST_EARLY, line.burst / 2)) {
    line.running = commitAll(line);
    return;
  }
  if (line.scheduled) return;
  line.scheduled = true;
  setImmediate(() => {
    line.scheduled = false;
    if (line.running === null && line.why === null && isBusy(line)) line.running = commitAll(line);
  });
}

/** Appends batch after batch; while one is on its way the next is decided. Never rejects. */
export async function commitAll(line: Line): Promise<void> {
  try {
    while (isBusy(line)) {
      // No turn is taken without need: what is decided meanwhile would come along.
      if (line.rereads.length > 0) await reread(line);
      await commitOne(line);
      drain(line);
    }
  } catch (error) {
    shut(line, reasonOf(error));
  }
  line.running = null;
}

async function reread(line: Line): Promise<void> {
  const { rereads } = line;
  line.rereads = [];
  await again(line, () => line.open.operations);
  for (const done of rereads) done();
}

async function commitOne(line: Line): Promise<void> {
  const batch = line.open;
  line.committing = batch;
  line.burst = batch.operations.length;
  line.open = batchOn(line.terms, { world: batch.desk.world(), head: batch.desk.head() });
  const result = await append(line, batch.desk);
  if (result.kind === 'failed') throw result.error;
  if (result.kind === 'conflict') return again(line, () => [...batch.operations, ...line.open.operations]);
  line.committing = null;
  becameDurable(line, batch.desk);
  for (const operation of batch.operations) operation.answer();
}

/** Whatever is not durable is decided again, in its order, on the world as others have made it (GATE-5). */
async function again(line: Line, operations: () => readonly Waiting[]): Promise<void> {
  await readOthers(line);
  // Asked for only now: operations came in while the others' entries were read.
  const undecided = operations();
  line.open = batchOn(line.terms, line.durable);
  line.committing = null;
  for (const operation of undecided) decideOn(line, operation);
}

function drain(line: Line): void {
  while (line.open.operations.length < line.terms.limits.batch) {
    const next = line.backlog.shift();
    if (next === undefined) return;
    decideOn(line, next);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** GATE-2: the tentative world is dropped, everybody who waits is refused, and nothing is decided until something can be appended again. */
function shut(line: Line, reason: string): void {
  const refused = [...(line.committing?.operations ?? []), ...line.open.operations, ...line.backlog];
  const { rereads } = line;
  line.why = reason;
  line.committing = null;
  line.open = batchOn(line.terms, line.durable);
  line.backlog = [];
  line.rereads = [];
  for (const operation of refused) operation.reject(new AegisError('GATE_CLOSED', { detail: reason }));
  for (const done of rereads) done();
  probeLater(line);
}

function probeLater(line: Line): void {
  if (line.ended) return;
  line.forgetProbe = line.terms.timers.after(line.terms.probeMs, () => {
    line.running ??= probe(line).finally(() => {
      line.running = null;
      if (line.why === null && isBusy(line)) schedule(line);
    });
  });
}

/** Opens again only after something was durably appended: the missing halts and a new `gate-opened`. */
async function probe(line: Line): Promise<void> {
  try {
    await readOthers(line);
    const desk = newDesk(line.terms.tenant, line.durable);
    turn(line, desk);
    line.terms.reopening(desk);
    const result = await append(line, desk);
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'conflict') throw new Error('another writer is appending');
    becameDurable(line, desk);
    line.open = batchOn(line.terms, line.durable);
    line.why = null;
    line.terms.reopened();
  } catch (error) {
    line.why = reasonOf(error);
    probeLater(line);
  }
}
