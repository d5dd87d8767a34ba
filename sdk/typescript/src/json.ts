import { inspect } from 'node:util';
import type { Json, JsonObject } from './wire.ts';

const LONGEST_TEXT = 10_000;

/** A result as JSON for the log: what JSON cannot say becomes text, never an error in the agent's own path. */
export function toJson(value: unknown): Json {
  if (value === undefined) return null;
  try {
    const text = JSON.stringify(value, said);
    if (text === undefined || (text === '{}' && !isEmpty(value))) return shown(value);
    return JSON.parse(text) as Json;
  } catch {
    return shown(value);
  }
}

function said(_key: string, item: unknown): unknown {
  if (typeof item === 'bigint') return item.toString();
  if (item instanceof Map || item instanceof Set) return [...(item as Iterable<unknown>)];
  return typeof item === 'string' ? item.toWellFormed() : item;
}

/** Nothing of its own, and no class that may hold something JSON does not see. */
function isEmpty(value: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What a person can tell a value without JSON by; runs nothing of it. */
export function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 4, customInspect: false, breakLength: Infinity, maxStringLength: LONGEST_TEXT })
      .slice(0, LONGEST_TEXT)
      .toWellFormed();
  } catch {
    return typeof value;
  }
}

/** Arguments are always an object on the wire; a bare value is put under `input`. */
export function toArgs(value: unknown): JsonObject {
  const json = toJson(value);
  return isObject(json) ? json : { input: json };
}

/** Arguments as a model wrote them. Text that is not a JSON object is kept whole under `input`, so that it is inspected all the same. */
export function parseArgs(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    return toArgs(JSON.parse(text));
  } catch {
    return { input: text };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
