import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import { leafDigest } from './tree-hash.ts';
import { actionOf, GENESIS, openEntry } from './entry.ts';
import { growFromDigests } from './merkle.ts';
import type { Frontier } from './merkle.ts';
import type { SealedEntry } from './sealed-entry.ts';

export interface ChainFault {
  readonly index: EntryIndex;
  readonly detail: string;
}

/** Follows a chain entry by entry: bytes canonical, index gapless, prev right, leaf and look-up columns those of the bytes. */
export interface ChainVerifier {
  /** The fault of the next entry, or null. After a fault it says nothing more. */
  push(entry: SealedEntry): ChainFault | null;
  /** The tree of what was pushed, and its size, which costs nothing to ask. */
  frontier(): Frontier;
  size(): number;
  /** The last entry that was pushed, opened. */
  last(): Entry | null;
}

export function chainVerifier(tenant: TenantId): ChainVerifier {
  const nodes = growFromDigests();
  let prev: Digest = GENESIS;
  let size = 0;
  let last: Entry | null = null;
  const judge = (entry: SealedEntry): string | null => {
    if (entry.index !== size) return `entry ${String(entry.index)} stands where ${String(size)} belongs`;
    const digest = leafDigest(entry.bytes);
    if (digest !== entry.leaf) return 'its bytes do not hash to its leaf';
    const opened = opening(entry.bytes, size, prev);
    if (typeof opened === 'string') return opened;
    if (opened.prev !== prev) return 'its prev is not the leaf before it';
    if (opened.tenant !== tenant) return 'it is of another tenant';
    if (!sameColumns(entry, opened)) return 'its look-up columns are not those of its bytes';
    nodes.push(digest);
    prev = digest;
    last = opened;
    return null;
  };
  return {
    push: (entry) => {
      const detail = judge(entry);
      if (detail !== null) return { index: size, detail };
      size++;
      return null;
    },
    frontier: () => nodes.now(),
    size: () => size,
    last: () => last,
  };
}

/** The whole chain at once. `size` counts the good entries. */
export function verifyChain(tenant: TenantId, entries: Iterable<SealedEntry>): { readonly fault: ChainFault | null; readonly frontier: Frontier } {
  const verifier = chainVerifier(tenant);
  for (const entry of entries) {
    const fault = verifier.push(entry);
    if (fault !== null) return { fault, frontier: verifier.frontier() };
  }
  return { fault: null, frontier: verifier.frontier() };
}

/** Opens an entry, or says why not. */
function opening(bytes: Uint8Array, index: EntryIndex, prev: Digest): Entry | string {
  try {
    return openEntry(bytes, index, prev);
  } catch (error) {
    return error instanceof Error && 'details' in error
      ? String((error.details as Readonly<Record<string, unknown>>)['detail'])
      : 'its bytes are not strict JSON';
  }
}

interface LookUpColumns extends Pick<SealedEntry, 'type' | 'at'> {
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly action?: string | undefined;
}

/** Whether what an entry is looked up by is what its bytes say (LOG-5). */
export function sameColumns(entry: LookUpColumns, opened: Entry): boolean {
  const { type, at, agent, session } = opened;
  return type === entry.type && at === entry.at && agent === entry.agent && session === entry.session && actionOf(opened) === entry.action;
}
