import { AegisError } from '../../../errors.ts';
import { isObject } from '../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { parseStrict } from '../../../wire/strict-json.ts';

/** Members of foreign JSON, by the type they should have; anything else is absent. */
export function objectOf(value: Json | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** A count of tokens; a negative, fractional or missing one is unknown (SPEND-6). */
export function countOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Nothing of substance: such a member can carry no call. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || typeof value !== 'object' || value === null) return true;
  return (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

const encoder = new TextEncoder();

/** The arguments a model wrote, when they are exactly one strict JSON object; no text at all is no arguments. */
export function argsOf(text: string): JsonObject | null {
  if (text.trim() === '') return {};
  try {
    return objectOf(parseStrict(encoder.encode(text), { bytes: Number.MAX_SAFE_INTEGER }));
  } catch {
    return null;
  }
}

export function requestInvalid(detail: string, pointer: string): AegisError {
  return new AegisError('REQUEST_INVALID', { detail }, pointer);
}

export function upstreamInvalid(detail: string): AegisError {
  return new AegisError('UPSTREAM_INVALID', { detail });
}

/** Fields that are known, without the others: absent is unknown, never zero. */
export function known<T extends object>(fields: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
