import type { Json, JsonObject } from '../../kernel/json.ts';
import { parseStrict } from '../../wire/strict-json.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text at a key, null when it is absent, empty or something else. */
export function text(payload: JsonObject, key: string): string | null {
  const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Arguments as an object. Some harnesses send them as JSON text; text that is no object is read as the one argument `input`. */
export function argsOf(value: Json | undefined): JsonObject | null {
  if (isObject(value)) return value;
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') return { input: value };
  if (value.trim() === '') return {};
  let parsed: Json;
  try {
    parsed = parseStrict(new TextEncoder().encode(value));
  } catch {
    // JSON that is not strict could be read in two ways; text that is not JSON at all is just text.
    return /^\s*[[{]/.test(value) ? null : { input: value };
  }
  return isObject(parsed) ? parsed : { input: parsed };
}
