import { nodeHash } from './tree-hash.ts';

/** Leaves from (inclusive) to to (exclusive) whose subtree root is a step of a proof. */
export type Range = readonly [from: number, to: number];

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The ranges whose roots prove that leaf `index` is in the tree of `size` leaves, in the order of RFC 6962 2.1.1. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!(index >= 0 && index < size)) throw new RangeError('the leaf is not in the tree');
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
    }
  }
  return ranges.reverse();
}

/** The ranges whose roots prove that the tree of `older` leaves is the beginning of the tree of `size`, RFC 6962 2.1.2. */
export function consistencyRanges(older: number, size: number): readonly Range[] {
  if (!(older >= 0 && older <= size)) throw new RangeError('the older tree is the larger one');
  if (older === 0 || older === size) return [];
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (to !== older) {
    const middle = from + split(to - from);
    if (older <= middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
    }
  }
  if (from > 0) ranges.push([from, to]);
  return ranges.reverse();
}

/** The root an inclusion proof leads to, or null when its length does not fit. RFC 9162 2.1.3.2. */
export function rootFromInclusion(
  leaf: Uint8Array,
  place: { readonly index: number; readonly size: number },
  proof: readonly Uint8Array[],
): Uint8Array | null {
  let [fn, sn] = [place.index, place.size - 1];
  if (!(fn >= 0 && fn <= sn)) return null;
  let root = leaf;
  for (const step of proof) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(step, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      root = nodeHash(root, step);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 ? root : null;
}

/** Two trees of one log. */
export interface TreePair {
  readonly older: { readonly size: number; readonly root: Uint8Array };
  readonly newer: { readonly size: number; readonly root: Uint8Array };
}

/** Whether the proof shows the older tree to be the beginning of the newer. RFC 9162 2.1.4.2. */
export function isConsistent({ older, newer }: TreePair, proof: readonly Uint8Array[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return proof.length === 0;
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  // A whole power of two is its own first step.
  const steps = fn === 0 ? [older.root, ...proof] : [...proof];
  const first = steps.shift();
  if (first === undefined) return false;
  let [left, right] = [first, first];
  for (const step of steps) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      left = nodeHash(step, left);
      right = nodeHash(step, right);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      right = nodeHash(right, step);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && equal(left, older.root) && equal(right, newer.root);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
