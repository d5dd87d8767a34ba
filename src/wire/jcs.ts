/** An object or array being written, and how far. */
interface Frame {
  readonly value: object;
  /** Sorted keys of an object; null for an array. */
  readonly keys: readonly string[] | null;
  next: number;
}

const encoder = new TextEncoder();

/** Deeper values are written by hand: the quick way is recursive. */
const QUICK_DEPTH = 64;

/** Says that the quick way does not apply. */
const NOT_QUICK = Symbol();

/**
 * RFC 8785 canonical form of a JSON value as text. Keys sort by UTF-16 code units, numbers and strings are ECMAScript's own.
 * The engine's own writer does it where that is certain to come to the same; whatever is out of the ordinary is written by hand.
 * Depth costs memory, never the stack. An absent (undefined) property is left out, as JSON has no word for it.
 * @throws TypeError on what is not I-JSON: non-finite numbers, lone surrogates, undefined in an array, functions, bigints.
 */
export function canonical(value: unknown): string {
  const ordered = inOrder(value, QUICK_DEPTH);
  if (ordered === NOT_QUICK) return byHand(value);
  const text = JSON.stringify(ordered);
  // The engine escapes lone surrogates, and only these, as \ud…: whether one is there is for the strict writer to say.
  return text.includes('\\ud') ? byHand(value) : text;
}

/** The value itself where its keys are in order, else a copy that has them so; NOT_QUICK where the engine could write something else. */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : NOT_QUICK;
    case 'object':
      if (value === null) return null;
      if (depth === 0 || 'toJSON' in value) return NOT_QUICK;
      return Array.isArray(value) ? listInOrder(value, depth) : objectInOrder(value as Readonly<Record<string, unknown>>, depth);
    default:
      return NOT_QUICK;
  }
}

function listInOrder(list: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | null = null;
  for (let at = 0; at < list.length; at++) {
    const held = list[at];
    const item = typeof held === 'string' ? held : inOrder(held, depth - 1);
    if (item === NOT_QUICK) return NOT_QUICK;
    if (item !== held) copy ??= list.slice();
    if (copy !== null) copy[at] = item;
  }
  return copy ?? list;
}

function objectInOrder(object: Readonly<Record<string, unknown>>, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return NOT_QUICK;
  const keys = Object.keys(object);
  const sorted = sortedKeys(keys);
  if (sorted === null) return NOT_QUICK;
  // What has no prototype may be the engine's raw JSON, which it would write as it is; a copy never is.
  let copy: Record<string, unknown> | null = sorted === keys && prototype !== null ? null : {};
  for (const key of sorted) {
    const held = object[key];
    const child = typeof held === 'string' || held === undefined ? held : inOrder(held, depth - 1);
    if (child === NOT_QUICK) return NOT_QUICK;
    if (child !== held) copy ??= { ...object };
    if (copy !== null) copy[key] = child;
  }
  return copy ?? object;
}

/** Keys of an object as they came, and in order. */
interface KeyOrder {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
}

/** Objects made at one place have the same keys in the same order: for the first of them that are met it is remembered, by their number. */
const orders: KeyOrder[][] = Array.from({ length: 25 }, () => []);
const MOST_ORDERS = 16;

/** The keys in order, the very list where they are already; null where a key is one that the engine would not write like the others. */
function sortedKeys(keys: string[]): readonly string[] | null {
  const known = orders[keys.length];
  for (const order of known ?? []) if (same(order.keys, keys)) return order.sorted === order.keys ? keys : order.sorted;
  let sorted: string[] = keys;
  let previous = '';
  for (const key of keys) {
    // Keys that look like array indexes come first in an engine's object whatever is done; `__proto__` is not written like others.
    if (isIndexLike(key) || key === '__proto__') return null;
    if (key < previous && sorted === keys) sorted = keys.slice();
    previous = key;
  }
  if (sorted !== keys) sort(sorted);
  if (known !== undefined && known.length < MOST_ORDERS) known.push({ keys, sorted });
  return sorted;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** A few keys are put in order in place; the engine's sort makes lists of its own. Both go by UTF-16 code units. */
function sort(keys: string[]): void {
  if (keys.length > 24) return void keys.sort();
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] ?? '';
    let to = at;
    for (let before = keys[to - 1]; to > 0 && before !== undefined && before > key; before = keys[to - 1]) keys[to--] = before;
    keys[to] = key;
  }
}

function isIndexLike(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

/** The same, iterative and without the engine's writer for anything but single strings. */
function byHand(value: unknown): string {
  const stack: Frame[] = [];
  let out = '';
  let current: unknown = value;
  for (;;) {
    if (typeof current === 'object' && current !== null) {
      const keys = Array.isArray(current) ? null : presentKeys(current as Readonly<Record<string, unknown>>);
      stack.push({ value: current, keys, next: 0 });
      out += keys === null ? '[' : '{';
    } else {
      out += scalar(current);
    }
    // Close what is finished, then step to the next child.
    for (;;) {
      const frame = stack.at(-1);
      if (frame === undefined) return out;
      const length = frame.keys === null ? (frame.value as readonly unknown[]).length : frame.keys.length;
      if (frame.next === length) {
        out += frame.keys === null ? ']' : '}';
        stack.pop();
        continue;
      }
      if (frame.next > 0) out += ',';
      if (frame.keys === null) {
        current = (frame.value as readonly unknown[])[frame.next];
      } else {
        const key = frame.keys[frame.next] ?? '';
        out += quote(key) + ':';
        current = (frame.value as Readonly<Record<string, unknown>>)[key];
      }
      frame.next++;
      break;
    }
  }
}

/** RFC 8785 canonical bytes. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(canonical(value));
}

function presentKeys(object: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(object);
  let sorted = true;
  let absent = false;
  let previous = '';
  for (const key of keys) {
    if (key < previous) sorted = false;
    if (object[key] === undefined) absent = true;
    previous = key;
  }
  const present = absent ? keys.filter((key) => object[key] !== undefined) : keys;
  return sorted ? present : present.sort();
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no canonical form');
      return value === 0 ? '0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null) return 'null';
      throw new TypeError(`a ${typeof value} has no canonical form`);
  }
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a string with a lone surrogate has no canonical form');
  return JSON.stringify(text);
}
