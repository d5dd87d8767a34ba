import { hash } from 'node:crypto';
import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import { sameColumns } from './chain.ts';
import { leafDigest } from './tree-hash.ts';
import { openEntry, openText } from './entry.ts';
import { growFromDigests } from './merkle.ts';
import type { SealedEntry } from './sealed-entry.ts';
import type { Naming } from './payloads-named.ts';

/** Entries verified as one piece: a power of two, so that the tree of each full stretch is a node of the whole tree. */
export const STRETCH = 8192;

export interface StretchTerms {
  /** Entries from the first on. */
  readonly size: number;
  /** Sizes of the log at which the tree is wanted. */
  readonly cuts: readonly number[];
  /** Read and hash the payloads too. */
  readonly payloads: boolean;
}

/** What a stretch of a log, verified on its own, tells whoever joins it to the ones beside it. */
export interface Stretch {
  readonly from: EntryIndex;
  readonly to: EntryIndex;
  /** The leaf its first entry was found to follow, and the one its last has. */
  readonly prev: Digest;
  readonly leaf: Digest;
  /** The tree of these entries alone, and how it stood at the sizes of the log that were asked for. */
  readonly nodes: readonly Uint8Array[];
  readonly cuts: readonly { readonly size: number; readonly nodes: readonly Uint8Array[] }[];
  /** Payloads that hash to their digests, and those of events that were never stored. */
  readonly intact: number;
  readonly neverStored: number;
  /** Payloads that are not there: whether an erasure explains each is for whoever knows the erasures of the whole log. */
  readonly gone: readonly Naming[];
}

/** An entry as a row tells of it, its bytes decoded: `length` of the bytes, `leaf` as it is kept. */
export interface TextRow extends Omit<SealedEntry, 'bytes' | 'agent' | 'session' | 'action'> {
  readonly agent: string | undefined;
  readonly session: string | undefined;
  readonly action: string | undefined;
  readonly text: string;
  readonly length: number;
}

/** Follows a stretch of a chain as `chainVerifier` does, and finds the same entries good, from their text where it can. */
export interface StretchVerifier {
  /** The entry; null when it is not good: why is for `chainVerifier` to say. @throws AegisError or SyntaxError, which mean the same */
  push(row: TextRow): Entry | null;
  nodes(): readonly Uint8Array[];
  size(): number;
  leaf(): Digest;
}

export interface StretchStart {
  readonly from: EntryIndex;
  /** The leaf before it. */
  readonly prev: Digest;
  /** The bytes of an entry whose text may not be all of them. */
  readonly bytesAt: (index: EntryIndex) => Uint8Array;
}

export function stretchVerifier(tenant: TenantId, { from, prev, bytesAt }: StretchStart): StretchVerifier {
  const tree = growFromDigests();
  let size = from;
  let leaf = prev;
  return {
    push: (row) => {
      if (row.index !== size) return null;
      const text = hashOfText(row);
      const bytes = text === null ? bytesAt(size) : null;
      const own = text ?? leafDigest(bytes ?? bytesAt(size));
      if (own !== row.leaf) return null;
      const entry = (bytes === null ? openText(row.text, size, leaf) : null) ?? openEntry(bytes ?? bytesAt(size), size);
      if (entry.prev !== leaf || entry.tenant !== tenant || !sameColumns(row, entry)) return null;
      tree.push(own);
      leaf = row.leaf;
      size++;
      return entry;
    },
    nodes: () => tree.now().nodes,
    size: () => size,
    leaf: () => leaf,
  };
}

/** Room for the bytes of a text behind the prefix of a leaf. */
const room = Buffer.alloc(65_536);

/**
 * Leaf hash of the bytes a text came from. null where they may be others than the text's own: a decoder puts U+FFFD for bytes that are not
 * UTF-8, and may end at a NUL.
 */
function hashOfText({ text, length }: TextRow): Digest | null {
  if (length >= room.length || text.includes('\ufffd')) return null;
  const written = room.write(text, 1, 'utf8');
  return written === length ? (hash('sha256', room.subarray(0, written + 1), 'hex') as Digest) : null;
}
