import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { Checkpoint } from './checkpoint.ts';

/** What a verification found, as it is shown to people and machines. */
export interface Verification {
  readonly ok: boolean;
  readonly tenant: TenantId;
  /** Entries that verified. */
  readonly size: number;
  /** Root of exactly these. */
  readonly root: Digest;
  /** The first entry that does not hold; absent when what is wrong is no entry's: `detail` names it. */
  readonly firstBad?: EntryIndex;
  readonly detail: string;
  /** Entries a believed checkpoint vouches for; the rest stand on the chain alone. */
  readonly anchored: number;
  readonly payloads: PayloadCount;
}

export interface PayloadCount {
  /** Present and hashing to their digests. */
  readonly intact: number;
  /** Gone, and an erasure on record says so. */
  readonly erased: number;
  /** Gone without one. */
  readonly missing: number;
  /** Of events recorded by a build that kept their digests only. */
  readonly neverStored: number;
}

export type Tally = { -readonly [K in keyof PayloadCount]: number };

export const noPayloads = (): Tally => ({ intact: 0, erased: 0, missing: 0, neverStored: 0 });

/** What is said of a payload that is gone without an erasure on record (LOG-22). */
export const UNEXPLAINED = 'its payload is gone, and no erasure on record explains it';

export interface VerifyTerms {
  /** Checkpoints whose signatures were already checked, from places the store's owner cannot write. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Read and hash the payloads too. Default true. */
  readonly payloads?: boolean;
}

/** A verification as it is shown: what it was held against, and what nothing here could be held against. */
export interface VerifyReport extends Verification {
  readonly against: readonly string[];
  readonly notVerified: readonly string[];
}

/** What is said of a log in which nothing is wrong. */
export function verified(found: Omit<Verification, 'ok' | 'detail' | 'firstBad'>): Verification {
  return { ok: true, ...found, detail: `${String(found.size)} entries verified, ${String(found.anchored)} of them anchored by a checkpoint` };
}
