import { isObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** The reference tokens of an RFC 6901 pointer; null when it is none. */
export function tokensOf(pointer: string): readonly string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at the pointer, or undefined when there is nothing. */
export function valueAt(root: Json, pointer: string): Json | undefined {
  const tokens = tokensOf(pointer);
  if (tokens === null) return undefined;
  let value: Json | undefined = root;
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as JsonObject)[token];
  }
  return value;
}

function placed(root: Json | undefined, tokens: readonly string[], value: Json): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(root)) {
    const items = root as readonly Json[];
    const index = Number(token);
    return items.map((item, i) => (i === index ? placed(item, rest, value) : item));
  }
  const object = typeof root === 'object' && root !== null ? (root as JsonObject) : {};
  return Object.fromEntries([...Object.entries(object).filter(([key]) => key !== token), [token, placed(object[token], rest, value)]]);
}

/** A copy of the arguments with another value at the pointer; the arguments themselves are never touched. */
export function replaceAt(root: JsonObject, pointer: string, value: Json): JsonObject {
  const tokens = tokensOf(pointer);
  if (tokens === null) return root;
  const next = placed(root, tokens, value);
  return isObject(next) ? next : root;
}

/** Whether neither lies inside the other. */
export function disjoint(a: string, b: string): boolean {
  return a !== b && !a.startsWith(`${b}/`) && !b.startsWith(`${a}/`);
}
