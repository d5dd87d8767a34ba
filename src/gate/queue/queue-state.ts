import type { Entry } from '../../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import type { LogStore } from '../../log/store.ts';
import type { Head, SealedEntry } from '../../log/sealed-entry.ts';
import type { Clock } from '../../ports.ts';
import type { GateLimits, Timers } from '../deps.ts';
import type { FoldedLog } from './folded-log.ts';
import type { LogTime } from './log-time.ts';
import type { QueuedOperation } from './operation.ts';
import type { WriteBatch } from './write-batch.ts';

export type Touched = Pick<SealedEntry, 'type' | 'agent' | 'action'>;

/** What became durable. `touched`: the types and actions of the entries, for those who wait or keep account. */
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

export interface Reread {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** The moving parts of a queue. Only the files of this folder touch them. */
export interface QueueState {
  readonly terms: QueueTerms;
  readonly time: LogTime;
  durable: FoldedLog;
  /** Decided, not yet on its way. */
  open: Batch;
  /** On its way to the disk. */
  committing: Batch | null;
  /** The head the log has when what is on its way has arrived. */
  sending: Head | null;
  /** The store's version when nobody else's entries were behind what is folded here. */
  looked: number | null;
  /** Operations of the last batch that set out. */
  burst: number;
  backlog: QueuedOperation[];
  /** Callers who wait until what others wrote is folded. */
  rereads: Reread[];
  /** Why nothing can be appended; null while it can. */
  closedBecause: string | null;
  ended: boolean;
  running: Promise<void> | null;
  scheduled: boolean;
  /** The clock is behind the log and that was recorded. */
  regressed: boolean;
  cancelRetry: () => void;
}
