import { isObject } from '../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { parseStrict } from '../../../wire/strict-json.ts';
import type { Members, ToolCall } from './protocol.ts';

/** The text at a key, null when it is absent, empty or something else. */
export function text(payload: JsonObject, key: string): string | null {
  const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

export function sessionIn({ session }: Members, payload: JsonObject): string | null {
  const member = session.find((key) => text(payload, key) !== null);
  return member === undefined ? null : text(payload, member);
}

export function promptIn({ prompt }: Members, payload: JsonObject): string | undefined {
  return text(payload, prompt) ?? undefined;
}

/** The call a payload names with its own members; null where one of them is missing or unreadable. */
export function callIn(members: Members, payload: JsonObject): Pick<ToolCall, 'session' | 'callId' | 'name' | 'args' | 'correlation'> | null {
  const [session, name, args] = [sessionIn(members, payload), text(payload, members.tool), argsOf(payload[members.args])];
  if (session === null || name === null || args === null) return null;
  return { ...identityIn(members, payload, session), name, args, correlation: `${name} ${JSON.stringify(args)}` };
}

/** The session, and the id of the call where the payload has one. */
export function identityIn({ callId }: Members, payload: JsonObject, session: string): Pick<ToolCall, 'session' | 'callId'> {
  const id = callId === undefined ? null : text(payload, callId);
  return id === null ? { session } : { session, callId: id };
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
