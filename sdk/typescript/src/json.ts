import type { Json, JsonObject } from './wire.ts';

/** A value as JSON for the log: what JSON cannot say becomes text, never an error in the agent's own path. */
export function toJson(value: unknown): Json {
  if (value === undefined) return null;
  try {
    const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
    return text === undefined ? String(value) : (JSON.parse(text) as Json);
  } catch {
    return String(value);
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
