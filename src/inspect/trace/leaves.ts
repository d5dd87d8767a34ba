import type { Json, JsonObject } from '../../kernel/json.ts';

export interface ValueLeaf {
  readonly pointer: string;
  /** Names of the keys on the way, innermost first. */
  readonly keys: readonly string[];
  readonly value: string | number | boolean;
}

const MAX_DEPTH = 64;
const MAX_NESTED = 4;
const MAX_PARSED = 1_048_576;

/** A structured value in text: JSON as a whole, or nothing but `key: value` and `- value` lines. Null for prose. */
export function structureOf(text: string): Json | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PARSED) return null;
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed) as Json;
    } catch {
      return null;
    }
  }
  return linesOf(trimmed);
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  return text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
}

/** Block YAML as tools print it. One line that is neither makes the whole thing prose: a page cannot become data by holding a `key: value`. */
function linesOf(text: string): Json | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '---');
  if (lines.length < 2) return null;
  const out: JsonObject[] = [];
  for (const line of lines) {
    const item = line.trim().replace(/^-\s+/, '');
    const colon = item.indexOf(':');
    const key = colon > 0 ? item.slice(0, colon) : '';
    if (/^[\w.-]{1,40}$/.test(unquoted(key)) && (colon === item.length - 1 || item.charAt(colon + 1) === ' ')) {
      const value = unquoted(item.slice(colon + 1).trim());
      if (/^[|>][+-]?$/.test(value)) return null;
      out.push({ [unquoted(key)]: value });
    } else if (item !== line.trim() && colon < 0) out.push({ item: unquoted(item) });
    else return null;
  }
  return out;
}

function escaped(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

interface Place {
  readonly pointer: string;
  readonly keys: readonly string[];
  readonly depth: number;
  readonly nested: number;
}

function push(value: Json, place: Place, out: { leaves: ValueLeaf[]; cut: boolean }): void {
  if (value === null) return;
  if (place.depth > MAX_DEPTH) {
    out.cut = true;
    return;
  }
  if (typeof value === 'string') {
    // Data inside a string is data all the same; its leaves point at the string.
    const inner = place.nested < MAX_NESTED && /^\s*[[{]/.test(value) ? structureOf(value) : null;
    if (inner !== null && typeof inner === 'object') visit(inner, { ...place, nested: place.nested + 1, depth: place.depth + 1 }, out);
    else out.leaves.push({ pointer: place.pointer, keys: place.keys, value });
    return;
  }
  if (typeof value === 'object') visit(value, place, out);
  else out.leaves.push({ pointer: place.pointer, keys: place.keys, value });
}

function visit(value: readonly Json[] | JsonObject, place: Place, out: { leaves: ValueLeaf[]; cut: boolean }): void {
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value) as [string, Json][]) {
    const pointer = place.nested > 0 ? place.pointer : `${place.pointer}/${escaped(key)}`;
    push(item, { ...place, pointer, keys: isList ? place.keys : [key, ...place.keys.slice(0, 7)], depth: place.depth + 1 }, out);
  }
}

/** Every string, number and boolean with its place; `cut` when something lay deeper than 64 levels. */
export function leavesOf(value: Json): { readonly leaves: readonly ValueLeaf[]; readonly cut: boolean } {
  const out = { leaves: [] as ValueLeaf[], cut: false };
  push(value, { pointer: '', keys: [], depth: 0, nested: 0 }, out);
  return out;
}
