/** An immutable map with structural sharing; iteration in insertion-independent, deterministic order. */
export interface PersistentMap<K extends string, V> {
  readonly size: number;
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): PersistentMap<K, V>;
  delete(key: K): PersistentMap<K, V>;
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
  readonly bits: number;
  readonly nodes: readonly Node<V>[];
}
/** Keys whose 32 bits are all equal, sorted by code unit, so that the order never depends on who came first. */
interface Clash<V> {
  readonly kind: 'clash';
  readonly hash: number;
  readonly leaves: readonly Leaf<V>[];
}
type Node<V> = Leaf<V> | Branch<V> | Clash<V>;

/** FNV-1a over UTF-16 code units, finished with murmur3's mixer: an even spread over the top bits of short ids. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
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

function find<V>(root: Node<V> | null, key: string): Leaf<V> | undefined {
  const hash = hashOf(key);
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

function pair<V>(one: Leaf<V> | Clash<V>, two: Leaf<V>, shift: number): Node<V> {
  if (one.hash === two.hash) {
    const leaves = one.kind === 'leaf' ? [one, two] : [...one.leaves, two];
    return { kind: 'clash', hash: two.hash, leaves: leaves.sort((a, b) => (a.key < b.key ? -1 : 1)) };
  }
  const left = (one.hash >>> shift) & 31;
  const right = (two.hash >>> shift) & 31;
  if (left === right) return { kind: 'branch', bits: 1 << left, nodes: [pair(one, two, shift + 5)] };
  return { kind: 'branch', bits: (1 << left) | (1 << right), nodes: left < right ? [one, two] : [two, one] };
}

function insert<V>(node: Node<V>, leaf: Leaf<V>, shift: number): Node<V> {
  if (node.kind === 'leaf') return node.key === leaf.key ? leaf : pair(node, leaf, shift);
  if (node.kind === 'clash') {
    const known = node.leaves.findIndex((other) => other.key === leaf.key);
    return known < 0 ? pair(node, leaf, shift) : { ...node, leaves: node.leaves.with(known, leaf) };
  }
  const bit = 1 << ((leaf.hash >>> shift) & 31);
  const index = count(node.bits & (bit - 1));
  const nodes = node.nodes.slice();
  if ((node.bits & bit) === 0) nodes.splice(index, 0, leaf);
  else nodes[index] = insert(at(nodes, index), leaf, shift + 5);
  return { kind: 'branch', bits: node.bits | bit, nodes };
}

/** The canonical tree without the key: a branch left with one leaf gives its place to the leaf. */
function remove<V>(node: Node<V>, key: string, hash: number, shift: number): Node<V> | null {
  if (node.kind === 'leaf') return null;
  if (node.kind === 'clash') {
    const leaves = node.leaves.filter((leaf) => leaf.key !== key);
    return leaves.length === 1 ? at(leaves, 0) : { ...node, leaves };
  }
  const bit = 1 << ((hash >>> shift) & 31);
  const index = count(node.bits & (bit - 1));
  const child = remove(at(node.nodes, index), key, hash, shift + 5);
  const nodes = child === null ? node.nodes.toSpliced(index, 1) : node.nodes.with(index, child);
  const only = nodes[0];
  if (only === undefined) return null;
  if (nodes.length === 1 && only.kind !== 'branch') return only;
  return { kind: 'branch', bits: child === null ? node.bits & ~bit : node.bits, nodes };
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
    return find(this.root, key)?.value;
  }
  has(key: K): boolean {
    return find(this.root, key) !== undefined;
  }
  set(key: K, value: V): PersistentMap<K, V> {
    const known = find(this.root, key);
    if (known !== undefined && Object.is(known.value, value)) return this;
    const leaf: Leaf<V> = { kind: 'leaf', hash: known?.hash ?? hashOf(key), key, value };
    return new HashTrie(this.root === null ? leaf : insert(this.root, leaf, 0), known === undefined ? this.size + 1 : this.size);
  }
  delete(key: K): PersistentMap<K, V> {
    const known = find(this.root, key);
    if (known === undefined || this.root === null) return this;
    return new HashTrie(remove(this.root, key, known.hash, 0), this.size - 1);
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
  let map = emptyMap<K, V>();
  for (const [key, value] of pairs) map = map.set(key, value);
  return map;
}
