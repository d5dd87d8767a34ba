import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { Frontier } from './merkle.ts';
import type { Head, SealedEntry } from './sealed-entry.ts';
import type { Stretch, StretchTerms } from './stretch.ts';

/** Bytes that lie beside the log under their own digest; encrypted per subject, erasable. */
export interface Payload {
  readonly digest: Digest;
  /** Whose key encrypts it: `agent/<id>`, `session/<id>` or a data subject. */
  readonly subject: string;
  readonly bytes: Uint8Array;
}

export interface EntryFilter {
  /** Inclusive. */
  readonly from?: EntryIndex;
  /** Exclusive. */
  readonly to?: EntryIndex;
  readonly type?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly action?: string;
  readonly limit: number;
  /** Newest first when true. */
  readonly reverse?: boolean;
}

export type AppendResult =
  | { readonly kind: 'appended' }
  /** Somebody else moved the head: nothing was written. */
  | { readonly kind: 'conflict'; readonly head: Head };

export interface WorldSnapshot {
  readonly size: EntryIndex;
  readonly leaf: Digest;
  readonly bytes: Uint8Array;
}

/** A snapshot on its way to the store. Its parts are made as they are asked for, one after another, so that other work goes on between them. */
export interface NewSnapshot {
  readonly size: EntryIndex;
  readonly leaf: Digest;
  readonly parts: Iterable<Uint8Array>;
}

/** An erasure that began and whose `payload-erased` entry is not in the log yet. */
export interface PendingErasure {
  readonly subject: string;
  readonly reason: string;
}

/** A look at what other processes may have committed, answered at once. */
export interface SharedLook {
  /** Another number than before whenever anybody, this process too, may have committed since the last look. */
  version(): number;
  head(tenant: TenantId): Head;
}

/** What is read of a log, by whoever serves it and by whoever verifies it. */
export interface LogReader {
  tenants(): Promise<readonly TenantId[]>;
  head(tenant: TenantId): Promise<Head>;
  read(tenant: TenantId, filter: EntryFilter): Promise<readonly SealedEntry[]>;
  payload(tenant: TenantId, digest: Digest): Promise<Uint8Array | 'erased' | null>;
  /** Erasures that were begun and are not on record (LOG-24). */
  pendingErasures(tenant: TenantId): Promise<readonly PendingErasure[]>;
  /** The size of a checkpoint the second place is known to hold; 0 when none is (LOG-27). */
  checkpointed(tenant: TenantId): Promise<EntryIndex>;
  loadSnapshot(tenant: TenantId): Promise<WorldSnapshot | null>;
  /** Leaf hashes in order, for trees and proofs; `count` × 32 bytes. */
  leaves(tenant: TenantId, from: EntryIndex, count: number): Promise<Uint8Array>;
  /** The compact range of the tenant's RFC 6962 tree at its head: its root without reading a leaf. */
  frontier(tenant: TenantId): Promise<Frontier>;
  /** Roots of the complete subtrees of 256 leaves, in order; `count` × 32 bytes. */
  subtrees(tenant: TenantId, from: number, count: number): Promise<Uint8Array>;
  /** Verifies the log in stretches, several at once; answers in order, null where one is not certain to be good. Absent in a store that has no threads. */
  stretches?(tenant: TenantId, terms: StretchTerms): AsyncIterable<Stretch | null>;
  close(): Promise<void>;
}

/**
 * The append-only store behind the log: memory and SQLite today; one contract suite (test/log/store.contract.ts) runs on each.
 * A resolved `append` is durable (fsync). A rejected one wrote nothing that will be acknowledged later; the store says whether it can go on.
 */
export interface LogStore extends LogReader {
  /** Absent in a store that no other process can have (GATE-26). */
  readonly shared?: SharedLook;
  /** Bytes handed over must not change before the answer: they are read when their turn comes. */
  append(tenant: TenantId, expected: Head, entries: readonly SealedEntry[], payloads: readonly Payload[]): Promise<AppendResult>;
  /**
   * Destroys the subject's key (crypto-shredding): every payload of the subject is unreadable from then on, in backups too. Answers the digests
   * for its `payload-erased` entry; until that is appended the erasure is pending, and asked again it answers them again.
   */
  erase(tenant: TenantId, subject: string, reason?: string): Promise<readonly Digest[]>;
  /** Told of a checkpoint that is durable in the second place. `anew`: an operator accepted it though a larger one was known. */
  rememberCheckpoint(tenant: TenantId, size: EntryIndex, anew?: boolean): Promise<void>;
  /** Takes the place of the last snapshot once all of it is durable. Parts that throw, or a crash on the way, leave the last one as it is. */
  saveSnapshot(tenant: TenantId, snapshot: NewSnapshot): Promise<void>;
}
