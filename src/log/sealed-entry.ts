import type { Digest, EntryIndex } from '../kernel/ids.ts';

/** Where a tenant's chain stands. `leaf` is the `prev` of the next entry; `size` its index. */
export interface Head {
  readonly size: EntryIndex;
  readonly leaf: Digest;
}

/** An entry as it is written: the exact RFC 8785 bytes and their RFC 6962 leaf hash. */
export interface SealedEntry {
  readonly index: EntryIndex;
  readonly bytes: Uint8Array;
  readonly leaf: Digest;
  /** Look-up columns, never hashed, rebuilt from the bytes: a wrong one is found by verify. */
  readonly type: string;
  readonly at: number;
  readonly agent?: string;
  readonly session?: string;
  readonly action?: string;
}
