import type { Entry } from '../../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import type { World } from '../../kernel/world.ts';
import { columns } from '../../log/entry.ts';
import type { AppendResult, LogStore } from '../../log/store.ts';
import type { Head, SealedEntry } from '../../log/sealed-entry.ts';
import type { Clock } from '../../ports.ts';
import type { GateLimits, Timers } from '../deps.ts';
import { newDesk, SYSTEM } from './write-batch.ts';
import type { Desk } from './write-batch.ts';
import type { Waiting } from './operation.ts';

/** Where the chain stands: a world and the head it was folded to. */
export interface Standing {
  readonly world: World;
  readonly head: Head;
}

type Touched = Pick<SealedEntry, 'type' | 'action'>;

/** What became durable. `touched`: the types and actions of the entries, for those who wait. */
export interface Appended {
  readonly from: EntryIndex;
  readonly to: EntryIndex;
  readonly standing: Standing;
  readonly touched: readonly Touched[];
}

export interface ChainTerms {
  readonly tenant: TenantId;
  readonly store: LogStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: Pick<GateLimits, 'batch' | 'backlog'>;
  readonly probeMs: number;
  /** Folds what others wrote behind `from`; what it returns is durable. */
  readonly catchUp: (from: Standing, seen: (entry: Entry) => void) => Promise<Standing>;
  /** Written first whenever the chain opens again: halts that could not be recorded, a new `gate-opened`. */
  readonly reopening: (desk: Desk) => void;
  readonly reopened: () => void;
  /** After every durable append, in order. Must not throw. */
  readonly appended: (news: Appended) => void;
}

export interface Batch {
  readonly desk: Desk;
  readonly operations: Waiting[];
}

/** The moving parts of a chain. Only this room's files touch them. */
export interface Line {
  readonly terms: ChainTerms;
  durable: Standing;
  /** Decided, not yet on its way. */
  open: Batch;
  /** On its way to the disk. */
  committing: Batch | null;
  /** Operations of the last batch that set out. */
  burst: number;
  backlog: Waiting[];
  rereads: (() => void)[];
  /** Why nothing can be appended; null while it can. */
  why: string | null;
  ended: boolean;
  running: Promise<void> | null;
  scheduled: boolean;
  /** The clock is behind and that was said. */
  regressed: boolean;
  forgetProbe: () => void;
}

/** A clock this little behind is ordinary slewing; the log's time just waits for it. */
const REGRESSION_MS = 1_000;

export function batchOn(terms: ChainTerms, from: Standing): Batch {
  return { desk: newDesk(terms.tenant, from), operations: [] };
}

export function isBusy(line: Line): boolean {
  return line.open.operations.length > 0 || line.rereads.length > 0;
}

/** Sets the desk's time, and says once when the clock went backwards (GATE-11). */
export function turn(line: Line, desk: Desk): void {
  const now = line.terms.clock.now();
  const behind = desk.world().at - now;
  desk.turn(now);
  if (behind <= 0) line.regressed = false;
  if (behind <= REGRESSION_MS || line.regressed) return;
  line.regressed = true;
  desk.write('clock-regressed', { byMs: behind }, { actor: SYSTEM });
}

export function decideOn(line: Line, operation: Waiting): void {
  turn(line, line.open.desk);
  operation.run(line.open.desk);
  line.open.operations.push(operation);
}

export type Appending = AppendResult | { readonly kind: 'failed'; readonly error: unknown };

export async function append({ terms, durable }: Line, desk: Desk): Promise<Appending> {
  if (desk.entries().length === 0) return { kind: 'appended' };
  try {
    return await terms.store.append(terms.tenant, durable.head, desk.entries(), desk.payloads());
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Folds what other writers appended, and tells the followers of it. */
export async function readOthers(line: Line): Promise<void> {
  const from = line.durable.head.size;
  const touched: Touched[] = [];
  line.durable = await line.terms.catchUp(line.durable, (entry) => touched.push(columns(entry)));
  const { durable } = line;
  if (durable.head.size > from) line.terms.appended({ from, to: durable.head.size, standing: durable, touched });
}

export function becameDurable(line: Line, desk: Desk): void {
  const from = line.durable.head.size;
  line.durable = { world: desk.world(), head: desk.head() };
  const { durable } = line;
  if (durable.head.size > from) line.terms.appended({ from, to: durable.head.size, standing: durable, touched: desk.entries() });
}
