import { shown } from './json.ts';
import type { Json, JsonObject } from './wire.ts';

/** Arguments as they are decided, the copy that runs, and pointers (RFC 6901) to what JSON cannot say. */
export interface Copied {
  readonly json: Json;
  readonly runs: unknown;
  readonly unreadable: readonly string[];
}

/** Deeper is handed over as text: Aegis reads no deeper (its limit is 64), and this stack is finite. */
const DEEPEST = 200;

/**
 * Copies what a tool is called with, each value read once, so that what is decided is what runs. Dates, addresses, patterns, bytes, sets and maps are
 * copied as such; anything else with a class of its own runs as it is, and is named as unreadable.
 */
export function copyOf(value: unknown): Copied {
  const unreadable: string[] = [];
  const above = new Set<unknown>();
  const opaque = (item: unknown, at: string): Copy => {
    unreadable.push(at);
    return { json: textOf(item), runs: item };
  };
  const visit = (item: unknown, at: string, depth: number): Copy => {
    const leaf = leafOf(item);
    if (leaf !== null) return leaf;
    if (typeof item !== 'object' || item === null || depth > DEEPEST || above.has(item)) return opaque(item, at);
    above.add(item);
    const deeper = (inner: unknown, key: string): Copy => visit(inner, `${at}/${escaped(key)}`, depth + 1);
    const copied = containerOf(item, deeper) ?? opaque(item, at);
    above.delete(item);
    return copied;
  };
  return { ...visit(value, '', 0), unreadable };
}

type Copy = Pick<Copied, 'json' | 'runs'>;
type Visit = (inner: unknown, key: string) => Copy;

function leafOf(item: unknown): Copy | null {
  if (item === null || item === undefined) return { json: null, runs: item };
  if (typeof item === 'boolean') return { json: item, runs: item };
  if (typeof item === 'string') return item.isWellFormed() ? { json: item, runs: item } : null;
  if (typeof item === 'number') return Number.isFinite(item) ? { json: item, runs: item } : null;
  if (typeof item === 'bigint') return { json: item.toString(), runs: item };
  if (item instanceof Date) return Number.isNaN(item.getTime()) ? null : { json: item.toISOString(), runs: new Date(item) };
  if (item instanceof URL) return { json: item.href, runs: new URL(item) };
  if (item instanceof RegExp) return { json: item.toString(), runs: new RegExp(item) };
  if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) return bytesOf(item);
  return null;
}

function bytesOf(item: ArrayBufferView | ArrayBuffer): Copy {
  const runs = structuredClone(item);
  const bytes = ArrayBuffer.isView(runs) ? Buffer.from(runs.buffer, runs.byteOffset, runs.byteLength) : Buffer.from(runs);
  return { json: bytes.toString('base64'), runs: Buffer.isBuffer(item) ? Buffer.from(bytes) : runs };
}

/** Null for what has a class of its own. */
function containerOf(item: object, visit: Visit): Copy | null {
  if (Array.isArray(item)) return listOf(item, (copies) => copies, visit);
  if (item instanceof Set) return listOf([...(item as Set<unknown>)], (copies) => new Set(copies), visit);
  if (item instanceof Map) {
    const entries = [...(item as Map<unknown, unknown>)];
    if (!entries.every(([key]) => typeof key === 'string')) return listOf(entries, (copies) => new Map(copies as [unknown, unknown][]), visit);
    return membersOf(entries as [string, unknown][], (copies) => new Map(copies), visit);
  }
  if (!isPlain(item)) return null;
  return membersOf(Object.entries(item), (copies) => Object.fromEntries(copies), visit);
}

function listOf(items: readonly unknown[], make: (copies: unknown[]) => unknown, visit: Visit): Copy {
  const copies = Array.from(items, (inner, at) => visit(inner, String(at)));
  return { json: copies.map(({ json }) => json), runs: make(copies.map(({ runs }) => runs)) };
}

function membersOf(entries: readonly (readonly [string, unknown])[], make: (copies: [string, unknown][]) => unknown, visit: Visit): Copy {
  const copies = entries.map(([key, inner]) => [key, visit(inner, key)] as const);
  const said = copies.filter(([, { runs }]) => runs !== undefined).map(([key, { json }]) => [key, json] as const);
  return { json: Object.fromEntries(said), runs: make(copies.map(([key, { runs }]) => [key, runs])) };
}

/** Data without a class of its own. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm (a worker's, a vm's) are plain too.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a person can tell it by. */
function textOf(item: unknown): string {
  if (typeof item === 'string') return item.toWellFormed();
  return typeof item === 'number' ? String(item) : shown(item);
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The copy that runs after Aegis changed the arguments: what it left as it was keeps its own kind, the rest is what Aegis says. */
export function asDecided(decided: Json, { json, runs }: Copy): unknown {
  if (same(decided, json)) return runs;
  if (Array.isArray(decided) && Array.isArray(json) && Array.isArray(runs))
    return (decided as readonly Json[]).map((item, at) =>
      asDecided(item, { json: (json as readonly Json[])[at] ?? null, runs: (runs as unknown[])[at] }),
    );
  if (isMembers(decided) && isMembers(json) && isPlain(runs) && !Array.isArray(runs)) {
    const members = runs as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(decided).map(([key, item]) => [
        key,
        Object.hasOwn(json, key) ? asDecided(item, { json: json[key] ?? null, runs: members[key] }) : item,
      ]),
    );
  }
  return decided;
}

function isMembers(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(left: Json, right: Json): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
