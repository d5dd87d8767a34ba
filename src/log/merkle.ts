import type { Digest } from '../kernel/ids.ts';
import { fromDigest, nodeDigest, nodeHash } from './tree-hash.ts';

/** Height of the complete subtrees a store keeps roots of: 2^8 = 256 leaves each. */
export const SUBTREE_HEIGHT = 8;
export const SUBTREE_LEAVES = 1 << SUBTREE_HEIGHT;

/**
 * The compact range of an RFC 6962 tree: roots of the complete subtrees that make up `size` leaves, largest first
 * (one for each bit set in `size`). All that is needed to extend the tree and to name its root.
 */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] };

/** SHA-256 of nothing: the root of the empty tree (RFC 6962 2.1). */
export const EMPTY_ROOT = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');

/** Appends one leaf hash. `onSubtree` is told the root of each subtree of 256 leaves that becomes complete. */
export function extend(frontier: Frontier, leaf: Uint8Array, onSubtree?: (root: Uint8Array) => void): Frontier {
  const nodes = [...frontier.nodes];
  climb(nodes, { size: frontier.size, leaf, join: nodeHash, onSubtree });
  return { size: frontier.size + 1, nodes };
}

interface Step<Node> {
  readonly size: number;
  readonly leaf: Node;
  readonly join: (left: Node, right: Node) => Node;
  readonly onSubtree?: ((root: Node) => void) | undefined;
}

function climb<Node>(nodes: Node[], { size, leaf, join, onSubtree }: Step<Node>): void {
  let node = leaf;
  for (let bits = size, height = 0; bits % 2 === 1; bits = Math.floor(bits / 2)) {
    const left = nodes.pop();
    if (left === undefined) throw new TypeError('the frontier lacks a node for its size');
    node = join(left, node);
    if (++height === SUBTREE_HEIGHT) onSubtree?.(node);
  }
  nodes.push(node);
}

/** A frontier that grows in place, for runs of many leaves. */
export interface GrowingFrontier<Leaf = Uint8Array> {
  push(leaf: Leaf): void;
  now(): Frontier;
}

export function growFrontier(from: Frontier = EMPTY_FRONTIER, onSubtree?: (root: Uint8Array, size: number) => void): GrowingFrontier {
  const nodes = [...from.nodes];
  let { size } = from;
  const told = onSubtree === undefined ? undefined : (root: Uint8Array): void => onSubtree(root, size + 1);
  return {
    push: (leaf) => {
      climb(nodes, { size, leaf, join: nodeHash, onSubtree: told });
      size++;
    },
    now: () => ({ size, nodes: [...nodes] }),
  };
}

/** The same from nothing, of leaves that are at hand in hex. */
export function growFromDigests(): GrowingFrontier<Digest> {
  const nodes: Digest[] = [];
  let size = 0;
  return {
    push: (leaf) => {
      climb(nodes, { size, leaf, join: nodeDigest });
      size++;
    },
    now: () => ({ size, nodes: nodes.map(fromDigest) }),
  };
}

/** The RFC 6962 root of the leaves so far. */
export function rootOf(frontier: Frontier): Uint8Array {
  return frontier.nodes.reduceRight<Uint8Array | null>((right, left) => (right === null ? left : nodeHash(left, right)), null) ?? EMPTY_ROOT;
}

/** Root of a range of hashes that sit at one height, by RFC 6962's split. */
export function rootOfHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const stack: { readonly node: Uint8Array; readonly height: number }[] = [];
  for (const hash of hashes) {
    let node: Uint8Array = hash;
    let height = 0;
    for (let top = stack.at(-1); top?.height === height; top = stack.at(-1)) {
      stack.pop();
      node = nodeHash(top.node, node);
      height++;
    }
    stack.push({ node, height });
  }
  return stack.reduceRight<Uint8Array | null>((right, left) => (right === null ? left.node : nodeHash(left.node, right)), null) ?? EMPTY_ROOT;
}

/** A frontier from the roots of its complete 256-leaf subtrees and the leaves after them. */
export function frontierFrom(subtrees: readonly Uint8Array[], tail: readonly Uint8Array[]): Frontier {
  const upper = subtrees.reduce<Frontier>((frontier, root) => extend(frontier, root), EMPTY_FRONTIER);
  const lower = tail.reduce<Frontier>((frontier, leaf) => extend(frontier, leaf), EMPTY_FRONTIER);
  return { size: subtrees.length * SUBTREE_LEAVES + tail.length, nodes: [...upper.nodes, ...lower.nodes] };
}

/** Cuts a run of 32-byte hashes apart. */
export function hashesOf(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.floor(packed.length / 32) }, (_, at) => packed.subarray(at * 32, at * 32 + 32));
}
