import type { Json } from '../kernel/json.ts';

/** One scalar of the arguments, or one key. */
export interface Leaf {
  /** RFC 6901 */
  readonly pointer: string;
  /** The nearest object key above it, `` at the root. */
  readonly key: string;
  /** All object keys above it, outermost first. */
  readonly keys: readonly string[];
  readonly value: string | number;
  /** true when the leaf is itself an object key. */
  readonly isKey: boolean;
  /** The array it stands in, when every element of that array is a scalar. */
  readonly row?: readonly Json[];
}

const DEEPEST = 64;

/**
 * Every string, number and key of a JSON value in reading order, without recursion. Deeper than 64 levels is not walked;
 * `tooDeep` is then called with the pointer, so that the caller can say it.
 */
export function leavesOf(root: Json, tooDeep: (pointer: string) => void): Leaf[] {
  const out: Leaf[] = [];
  const stack: Frame[] = [{ value: root, pointer: '', keys: [], depth: 0 }];
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) visit(frame, { out, stack, tooDeep });
  return out;
}

interface Frame {
  readonly value: Json;
  readonly pointer: string;
  readonly keys: readonly string[];
  readonly depth: number;
  readonly row?: readonly Json[];
}

interface Visit {
  readonly out: Leaf[];
  readonly stack: Frame[];
  readonly tooDeep: (pointer: string) => void;
}

function visit(frame: Frame, { out, stack, tooDeep }: Visit): void {
  const { value, pointer, keys, depth } = frame;
  if (typeof value === 'string' || typeof value === 'number') {
    const leaf = { pointer, key: keys.at(-1) ?? '', keys, value, isKey: false };
    out.push(frame.row === undefined ? leaf : { ...leaf, row: frame.row });
    return;
  }
  if (value === null || typeof value === 'boolean') return;
  if (depth >= DEEPEST) {
    tooDeep(pointer);
    return;
  }
  if (Array.isArray(value)) {
    const row = value as readonly Json[];
    const flat = row.every((item) => typeof item !== 'object' || item === null);
    for (let i = row.length - 1; i >= 0; i--) {
      const next = { value: row[i] ?? null, pointer: `${pointer}/${i}`, keys, depth: depth + 1 };
      stack.push(flat ? { ...next, row } : next);
    }
    return;
  }
  const entries = Object.entries(value as Record<string, Json>);
  for (const [key, inner] of entries.reverse()) {
    const at = `${pointer}/${escapePointer(key)}`;
    stack.push({ value: inner, pointer: at, keys: [...keys, key], depth: depth + 1 });
    if (key.length > 0) out.push({ pointer: at, key, keys, value: key, isKey: true });
  }
}

/** RFC 6901 §3. */
export function escapePointer(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}
