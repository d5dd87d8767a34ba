import type { NamedFile } from '../kernel/named-file.ts';
import type { FileNames } from '../inspect/files/file-names.ts';
import type { Inspect } from '../inspect/inspect.ts';
import type { InspectAside } from '../inspect/inspected.ts';
import type { Millis, TenantId } from '../kernel/ids.ts';
import type { CompileResult } from '../policy/compile.ts';
import type { Resolve } from '../policy/resolve.ts';
import type { LogStore } from '../log/store.ts';
import type { Clock, Ids, Random } from '../ports.ts';

/** Wakes the gate later; injected, so that a test moves time by hand. */
export interface Timers {
  /** Calls `wake` once, about `delayMs` from now; the returned function forgets it. */
  after(delayMs: Millis, wake: () => void): () => void;
}

/** How policy documents are made into policies. `resolve` reads the files a document names. */
export interface PolicySource {
  readonly compile: (document: string, resolve: Resolve) => Promise<CompileResult>;
  readonly resolve: Resolve;
  /** The document a tenant starts with. */
  readonly initial: string;
}

export interface GateLimits {
  /** Canonical bytes of one action's arguments. */
  readonly argsBytes: number;
  readonly depth: number;
  readonly keys: number;
  /** Canonical bytes of one result or content. */
  readonly valueBytes: number;
  /** Operations decided into one append. */
  readonly batch: number;
  /** Operations waiting for a place in a batch; more are refused with RATE_LIMITED. */
  readonly backlog: number;
}

export const DEFAULT_LIMITS: GateLimits = {
  argsBytes: 1_048_576,
  depth: 64,
  keys: 10_000,
  valueBytes: 1_048_576,
  batch: 256,
  backlog: 10_000,
};

/** Which files are to be read: by the names an action gives them, or where they were found before. */
export type FileQuestion =
  | { readonly kind: 'named'; readonly named: FileNames; readonly cwd: string | undefined }
  | { readonly kind: 'again'; readonly files: readonly NamedFile[] };

/**
 * Reads what named files hold, off the thread that decides and within bounds; it never fails, but says of a file why it is not bound. Asked
 * again, it answers for each file in the order given.
 */
export type ReadFiles = (question: FileQuestion) => Promise<readonly NamedFile[]>;

/** Everything the gate does not decide itself: time, ids, randomness, storage, reading and policies are arguments. */
export interface GateDeps {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly random: Random;
  readonly inspect: Inspect;
  /** Reads what is long where it holds up nobody; absent, everything is read in place. */
  readonly inspectAside?: InspectAside;
  /** Absent: no approval is bound to files. */
  readonly readFiles?: ReadFiles;
  readonly policies: PolicySource;
  /** Written into `gate-opened`. */
  readonly version: string;
  /** Entries between two snapshots of the world; 0 never. */
  readonly snapshotEvery?: number;
  /** Milliseconds between two tries to reopen a closed gate. Default 1_000. */
  readonly probeMs?: Millis;
  readonly limits?: Partial<GateLimits>;
  /** Compares the store with the checkpoints kept in another place, before anything is read or written; rejects with STORE_ROLLED_BACK. */
  readonly checkStore?: () => Promise<void>;
  /** Told of faults that change no decision: a snapshot that could not be saved, a follower that threw. */
  readonly onFault?: (fault: { readonly what: string; readonly tenant: TenantId; readonly error: unknown }) => void;
}
