import { AegisError } from '../errors.ts';
import type { Digest } from '../kernel/ids.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { sha256 } from '../wire/digest.ts';
import { canonical } from '../wire/jcs.ts';
import type { GateLimits } from './deps.ts';

const PLACE = /^[A-Za-z0-9._:@/-]{1,128}$/;
const VISIBLE = /^[\x21-\x7e]{1,128}$/;

export function invalid(detail: string, pointer: string): AegisError {
  return new AegisError('REQUEST_INVALID', { detail }, pointer);
}

/** The name of a tenant, an agent, a session or a server. @throws AegisError REQUEST_INVALID */
export function checkPlace(value: unknown, what: string): void {
  if (typeof value !== 'string' || !PLACE.test(value)) throw invalid(`${what} must be 1–128 characters of A–Z a–z 0–9 . _ : @ / -`, `/${what}`);
}

/** @throws AegisError REQUEST_INVALID */
export function checkActionId(value: unknown): void {
  if (typeof value !== 'string' || !VISIBLE.test(value)) throw invalid('id must be 1–128 visible ASCII characters', '/id');
}

/** Depth and keys, before anything recursive sees the value: iterative, so that depth costs memory and never the stack. */
function measure(value: unknown, limits: GateLimits): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  let keys = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > limits.depth) throw new AegisError('BODY_TOO_DEEP', { limit: limits.depth });
    const prototype: unknown = Object.getPrototypeOf(next.value);
    if (!Array.isArray(next.value) && prototype !== Object.prototype && prototype !== null)
      throw invalid('only plain JSON values are accepted', '/args');
    for (const key of Object.keys(next.value)) {
      const child = (next.value as Readonly<Record<string, unknown>>)[key];
      if (++keys > limits.keys) throw new AegisError('BODY_TOO_MANY_KEYS', { limit: limits.keys });
      if (key === '__proto__') throw invalid('a key may not be __proto__', '/args');
      if (child === undefined) throw invalid('undefined is no JSON value', '/args');
      if (typeof child === 'number' && Number.isInteger(child) && !Number.isSafeInteger(child))
        throw invalid('an integer beyond 2^53 is not exact', '/args');
      if (typeof child === 'object') open.push({ value: child, depth: next.depth + 1 });
    }
  }
}

/** A value from outside in its RFC 8785 form. */
export interface CanonicalValue {
  readonly text: string;
  /** Of the text, in UTF-8. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The canonical form of a value from outside, within the limits; everything after this works on what it says. */
export function canonicalValue(value: Json, limits: GateLimits, most: number): CanonicalValue {
  measure(value, limits);
  let text: string;
  try {
    text = canonical(value);
  } catch (error) {
    throw new AegisError('BODY_INVALID_JSON', { detail: error instanceof Error ? error.message : 'not I-JSON' });
  }
  const bytes = encoder.encode(text);
  if (bytes.length > most) throw new AegisError('BODY_TOO_LARGE', { limit: most });
  return { text, bytes, digest: sha256(bytes) };
}

/** The bytes of JSON this process canonicalised itself, read again. */
export function parseOwn(bytes: Uint8Array): JsonObject {
  return JSON.parse(decoder.decode(bytes)) as JsonObject;
}
