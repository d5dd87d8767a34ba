import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import { fromDigest, leafDigest } from './tree-hash.ts';
import { actionOf, envelopeFault, GENESIS, openEntry } from './entry.ts';
import { growFrontier } from './merkle.ts';
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

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function chainVerifier(tenant: TenantId): ChainVerifier {
  const nodes = growFrontier();
  let prev: Digest = GENESIS;
  let size = 0;
  let last: Entry | null = null;
  const judge = (entry: SealedEntry): string | null => {
    if (entry.index !== size) return `entry ${String(entry.index)} stands where ${String(size)} belongs`;
    const digest = leafDigest(entry.bytes);
    if (digest !== entry.leaf) return 'its bytes do not hash to its leaf';
    const opened = openQuickly(entry.bytes, size, prev);
    if (typeof opened === 'string') return opened;
    if (opened.prev !== prev) return 'its prev is not the leaf before it';
    if (opened.tenant !== tenant) return 'it is of another tenant';
    if (!sameColumns(entry, opened)) return 'its look-up columns are not those of its bytes';
    nodes.push(fromDigest(digest));
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

/** Opens an entry the fast way where it can, else the strict one. */
function openQuickly(bytes: Uint8Array, index: EntryIndex, prev: Digest): Entry | string {
  try {
    return openText(decoder.decode(bytes), index, prev) ?? openEntry(bytes, index);
  } catch (error) {
    return error instanceof Error && 'details' in error
      ? String((error.details as Readonly<Record<string, unknown>>)['detail'])
      : 'its bytes are not strict JSON';
  }
}

/**
 * Opens the text of an entry the fast way, where that is as good as the strict one: text that the engine writes back identically has no
 * duplicate key, no space, no odd number; sorted keys make it canonical. null for anything with an escape, or out of the ordinary.
 * @throws SyntaxError on what is not JSON
 */
export function openText(text: string, index: EntryIndex, prev: Digest): Entry | null {
  if (text.includes('\\u')) return null;
  const value = JSON.parse(text) as Entry;
  if (!isSorted(value, 64) || JSON.stringify(value) !== text) return null;
  return envelopeFault(value, prev) === null && value.index === index ? value : null;
}

function isSorted(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isSafeInteger(value);
  if (depth === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isSorted(item, depth - 1)) return false;
    return true;
  }
  let previous = '';
  const object = value as Readonly<Record<string, unknown>>;
  for (const key in object) {
    if (key < previous) return false;
    previous = key;
    const held = object[key];
    // Most of an entry is text, and text is sorted.
    if (typeof held !== 'string' && !isSorted(held, depth - 1)) return false;
  }
  return true;
}

/** Whether what an entry is looked up by is what its bytes say (LOG-5). */
export function sameColumns(entry: Omit<SealedEntry, 'bytes' | 'index' | 'leaf'>, opened: Entry): boolean {
  const { type, at, agent, session } = opened;
  return type === entry.type && at === entry.at && agent === entry.agent && session === entry.session && actionOf(opened) === entry.action;
}
