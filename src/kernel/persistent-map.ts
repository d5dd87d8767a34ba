/** The right to change in place what was made under it; once nobody holds it any more, that stays as it is for good. Only its identity counts. */
export interface Edition {
  readonly edition: true;
}

export function newEdition(): Edition {
  return { edition: true };
}

/** Of maps that are changed one by one: nothing made under it is ever changed. */
const FINAL = newEdition();

/** An immutable map with structural sharing; iteration in insertion-independent, deterministic order. */
export interface PersistentMap<K extends string, V> {
  readonly size: number;
  get(key: K): V | undefined;
  /** With the text that is kept for the key: who keeps that instead of its own keeps one text for all. */
  find(key: K): { readonly key: string; readonly value: V } | undefined;
  has(key: K): boolean;
  /** Maps made before under the same edition must not be read any more: what they share with the new one changes under them. */
  set(key: K, value: V, edition?: Edition): PersistentMap<K, V>;
  delete(key: K, edition?: Edition): PersistentMap<K, V>;
  entries(): IterableIterator<[K, V]>;
}

interface Leaf<V> {
  readonly kind: 'leaf';
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}
interface Branch<V> {
  readonly kind: 'branch';
  bits: number;
  nodes: Node<V>[];
  readonly edition: Edition;
}
/** Keys whose 32 bits are all equal, sorted by code unit, so that the order never depends on who came first. */
interface Clash<V> {
  readonly kind: 'clash';
  readonly hash: number;
  readonly leaves: readonly Leaf<V>[];
}
type Node<V> = Leaf<V> | Branch<V> | Clash<V>;

/** FNV-1a over UTF-16 code units, finished with murmur3's mixer: an even spread over the top bits of short ids. 32 bits with a sign, which cost no memory of their own. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function count(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError('persistent map: broken branch');
  return item;
}

function find<V>(root: Node<V> | null, key: string, hash: number): Leaf<V> | undefined {
  let node = root;
  for (let shift = 0; node !== null; shift += 5) {
    if (node.kind === 'leaf') return node.key === key ? node : undefined;
    if (node.kind === 'clash') return node.leaves.find((leaf) => leaf.key === key);
    const bit = 1 << ((hash >>> shift) & 31);
    if ((node.bits & bit) === 0) return undefined;
    node = at(node.nodes, count(node.bits & (bit - 1)));
  }
  return undefined;
}

function pair<V>(one: Leaf<V> | Clash<V>, two: Leaf<V>, shift: number, edition: Edition): Node<V> {
  if (one.hash === two.hash) {
    const leaves = one.kind === 'leaf' ? [one, two] : [...one.leaves, two];
    return { kind: 'clash', hash: two.hash, leaves: leaves.sort((a, b) => (a.key < b.key ? -1 : 1)) };
  }
  const left = (one.hash >>> shift) & 31;
  const right = (two.hash >>> shift) & 31;
  const nodes = left === right ? [pair(one, two, shift + 5, edition)] : left < right ? [one, two] : [two, one];
  return { kind: 'branch', bits: (1 << left) | (1 << right), nodes, edition };
}

function isOpen(branch: Branch<unknown>, edition: Edition): boolean {
  return branch.edition === edition && edition !== FINAL;
}

/** The branch with other nodes. */
function changed<V>(branch: Branch<V>, bits: number, nodes: Node<V>[], edition: Edition): Branch<V> {
  if (!isOpen(branch, edition)) return { kind: 'branch', bits, nodes, edition };
  branch.bits = bits;
  branch.nodes = nodes;
  return branch;
}

function insert<V>(node: Node<V>, leaf: Leaf<V>, shift: number, edition: Edition): Node<V> {
  if (node.kind === 'leaf') return node.key === leaf.key ? leaf : pair(node, leaf, shift, edition);
  if (node.kind === 'clash') {
    const known = node.leaves.findIndex((other) => other.key === leaf.key);
    return known < 0 ? pair(node, leaf, shift, edition) : { ...node, leaves: node.leaves.with(known, leaf) };
  }
  const bit = 1 << ((leaf.hash >>> shift) & 31);
  const index = count(node.bits & (bit - 1));
  // Exactly as long as it must be: a list that grows in place keeps room for more than ever comes.
  if ((node.bits & bit) === 0) return changed(node, node.bits | bit, node.nodes.toSpliced(index, 0, leaf), edition);
  const child = insert(at(node.nodes, index), leaf, shift + 5, edition);
  if (isOpen(node, edition)) {
    node.nodes[index] = child;
    return node;
  }
  const nodes = node.nodes.slice();
  nodes[index] = child;
  return { kind: 'branch', bits: node.bits, nodes, edition };
}

/** The canonical tree without the key: a branch left with one leaf gives its place to the leaf. */
function remove<V>(node: Node<V>, leaf: Leaf<V>, shift: number, edition: Edition): Node<V> | null {
  if (node.kind === 'leaf') return null;
  if (node.kind === 'clash') {
    const leaves = node.leaves.filter((other) => other !== leaf);
    return leaves.length === 1 ? at(leaves, 0) : { ...node, leaves };
  }
  const bit = 1 << ((leaf.hash >>> shift) & 31);
  const index = count(node.bits & (bit - 1));
  const child = remove(at(node.nodes, index), leaf, shift + 5, edition);
  const nodes = child === null ? node.nodes.toSpliced(index, 1) : node.nodes.with(index, child);
  const only = nodes[0];
  if (only === undefined) return null;
  if (nodes.length === 1 && only.kind !== 'branch') return only;
  return changed(node, child === null ? node.bits & ~bit : node.bits, nodes, edition);
}

function* walk<V>(node: Node<V>): IterableIterator<Leaf<V>> {
  if (node.kind === 'leaf') yield node;
  else if (node.kind === 'clash') yield* node.leaves;
  else for (const child of node.nodes) yield* walk(child);
}

// A class only here: thousands of maps are made per second, and methods on a prototype cost nothing to make.
class HashTrie<K extends string, V> implements PersistentMap<K, V> {
  readonly size: number;
  readonly root: Node<V> | null;

  constructor(root: Node<V> | null, size: number) {
    this.root = root;
    this.size = size;
  }
  get(key: K): V | undefined {
    return find(this.root, key, hashOf(key))?.value;
  }
  find(key: K): Leaf<V> | undefined {
    return find(this.root, key, hashOf(key));
  }
  has(key: K): boolean {
    return find(this.root, key, hashOf(key)) !== undefined;
  }
  set(key: K, value: V, edition = FINAL): PersistentMap<K, V> {
    const hash = hashOf(key);
    const known = find(this.root, key, hash);
    if (known !== undefined && Object.is(known.value, value)) return this;
    // The key that is there already stays: one text for one key, however often it is written anew.
    const leaf: Leaf<V> = { kind: 'leaf', hash, key: known?.key ?? key, value };
    return new HashTrie(this.root === null ? leaf : insert(this.root, leaf, 0, edition), known === undefined ? this.size + 1 : this.size);
  }
  delete(key: K, edition = FINAL): PersistentMap<K, V> {
    const known = find(this.root, key, hashOf(key));
    if (known === undefined || this.root === null) return this;
    return new HashTrie(remove(this.root, known, 0, edition), this.size - 1);
  }
  *entries(): IterableIterator<[K, V]> {
    if (this.root !== null) for (const leaf of walk(this.root)) yield [leaf.key as K, leaf.value];
  }
}

const EMPTY = new HashTrie<string, never>(null, 0);

/** The map with nothing in it. */
export function emptyMap<K extends string, V>(): PersistentMap<K, V> {
  return EMPTY as unknown as PersistentMap<K, V>;
}

/** A map of these pairs; a later pair replaces an earlier one with the same key. */
export function mapOf<K extends string, V>(pairs: Iterable<readonly [K, V]>): PersistentMap<K, V> {
  const edition = newEdition();
  let map = emptyMap<K, V>();
  for (const [key, value] of pairs) map = map.set(key, value, edition);
  return map;
}
