import type { Entry } from '../../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import { columns } from '../../log/entry.ts';
import type { AppendResult, LogStore } from '../../log/store.ts';
import type { SealedEntry } from '../../log/sealed-entry.ts';
import type { Clock } from '../../ports.ts';
import type { GateLimits, Timers } from '../deps.ts';
import { SYSTEM } from '../principal.ts';
import type { FoldedLog } from './folded-log.ts';
import type { QueuedOperation } from './operation.ts';
import { newWriteBatch } from './write-batch.ts';
import type { WriteBatch } from './write-batch.ts';

type Touched = Pick<SealedEntry, 'type' | 'action'>;

/** What became durable. `touched`: the types and actions of the entries, for those who wait. */
export interface Appended {
  readonly from: EntryIndex;
  readonly to: EntryIndex;
  readonly log: FoldedLog;
  readonly touched: readonly Touched[];
}

export interface QueueTerms {
  readonly tenant: TenantId;
  readonly store: LogStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: Pick<GateLimits, 'batch' | 'backlog'>;
  readonly probeMs: number;
  /** Folds what others wrote behind `from`; what it returns is durable. */
  readonly catchUp: (from: FoldedLog, seen: (entry: Entry) => void) => Promise<FoldedLog>;
  /** Writes what comes first whenever the log can be appended to again: halts that could not be recorded, a new `gate-opened`. */
  readonly reopening: (batch: WriteBatch) => void;
  readonly reopened: () => void;
  /** After every durable append, in order. Must not throw. */
  readonly appended: (news: Appended) => void;
}

/** Operations that were decided together and are appended together. */
export interface Batch {
  readonly writes: WriteBatch;
  readonly operations: QueuedOperation[];
}

/** The moving parts of a queue. Only the files of this folder touch them. */
export interface QueueState {
  readonly terms: QueueTerms;
  durable: FoldedLog;
  /** Decided, not yet on its way. */
  open: Batch;
  /** On its way to the disk. */
  committing: Batch | null;
  /** Operations of the last batch that set out. */
  burst: number;
  backlog: QueuedOperation[];
  /** Callers who wait until what others wrote is folded. */
  rereads: (() => void)[];
  /** Why nothing can be appended; null while it can. */
  closedBecause: string | null;
  ended: boolean;
  running: Promise<void> | null;
  scheduled: boolean;
  /** The clock is behind and that was recorded. */
  regressed: boolean;
  cancelRetry: () => void;
}

/** A clock this little behind is ordinary slewing; the log's time just waits for it. */
const REGRESSION_MS = 1_000;

export function newBatch({ tenant }: QueueTerms, from: FoldedLog): Batch {
  return { writes: newWriteBatch(tenant, from), operations: [] };
}

export function isBusy({ open, rereads }: QueueState): boolean {
  return open.operations.length > 0 || rereads.length > 0;
}

/** Sets the batch's time, and records once when the clock went backwards (GATE-11). */
export function setTime(queue: QueueState, writes: WriteBatch): void {
  const now = queue.terms.clock.now();
  const behind = writes.world().at - now;
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
  operations.push(operation);
}

export type Appending = AppendResult | { readonly kind: 'failed'; readonly error: unknown };

export async function append({ terms, durable }: QueueState, writes: WriteBatch): Promise<Appending> {
  if (writes.entries().length === 0) return { kind: 'appended' };
  try {
    return await terms.store.append(terms.tenant, durable.head, writes.entries(), writes.payloads());
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Folds what other writers appended, and tells the followers of it. */
export async function readOthers(queue: QueueState): Promise<void> {
  const from = queue.durable.head.size;
  const touched: Touched[] = [];
  queue.durable = await queue.terms.catchUp(queue.durable, (entry) => touched.push(columns(entry)));
  const { durable } = queue;
  if (durable.head.size > from) queue.terms.appended({ from, to: durable.head.size, log: durable, touched });
}

export function becameDurable(queue: QueueState, writes: WriteBatch): void {
  const from = queue.durable.head.size;
  queue.durable = { world: writes.world(), head: writes.head() };
  const { durable } = queue;
  if (durable.head.size > from) queue.terms.appended({ from, to: durable.head.size, log: durable, touched: writes.entries() });
}
