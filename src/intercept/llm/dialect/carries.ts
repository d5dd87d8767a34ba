import { AegisError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { isObject } from '../../../kernel/json.ts';
import { parseStrict } from '../../../wire/strict-json.ts';
import type { StrictLimits } from '../../../wire/strict-json.ts';
import { upstreamInvalid } from './members.ts';

/**
 * What of an answer can carry or cause a call is read or refused; everything else passes as it came (LLM-23). Whether an unknown place can is
 * told by its shape: a name beside arguments, or a kind or a member that is called as calls are, with something in it.
 */

/** Levels of a value that are looked through, JSON written as text included. */
const DEEPEST = 64;

/** Words that kinds and members of calls are called by, in every provider's language so far. */
const CALL_WORDS: ReadonlySet<string> = new Set(
  (
    'tool tools function functions func call calls command commands cmd computer mcp exec execute execution executable shell bash terminal ' +
    'action actions operation operations invoke invocation invocations plugin plugins program script patch approval'
  ).split(' '),
);
const NAME_WORDS: ReadonlySet<string> = new Set(['name', 'tool', 'function', 'command', 'recipient', 'method', 'qualname']);
const ARGUMENT_WORDS: ReadonlySet<string> = new Set('arguments argument args kwargs input inputs parameters params payload'.split(' '));
/** Members that say which one or what kind, and carry nothing themselves. */
const LABELS: ReadonlySet<string> = new Set(['type', 'kind', 'object', 'status', 'event', 'index', 'role']);

/** `web_search_call`, `webSearchCall`, `web-search.call` → the same words. */
export function wordsIn(name: string): readonly string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Whether a kind of item, part, block or event is called as calls are. */
export function soundsLikeCall(kind: string): boolean {
  return kind === 'input_json_delta' || wordsIn(kind).some((word) => CALL_WORDS.has(word));
}

/** Whether anything in an unknown value could carry a call, or a piece of one. */
export function carriesCall(value: Json | undefined, depth = 0): boolean {
  // Nobody writes as deep as this, and what was not read may be anything.
  if (depth > DEEPEST) return true;
  if (typeof value === 'string') return writtenCall(value, depth);
  if (Array.isArray(value)) return (value as readonly Json[]).some((one) => carriesCall(one, depth + 1));
  return isObject(value) && objectCarries(value as JsonObject, depth);
}

/** The same for the members of an object that are not known. */
export function unknownCarries(owner: JsonObject, known: ReadonlySet<string>): string | null {
  let rest: Record<string, Json> | null = null;
  for (const key in owner) if (!known.has(key)) (rest ??= {})[key] = owner[key] ?? null;
  if (rest === null) return null;
  const alone = Object.keys(rest).find((key) => memberCarries(key, rest[key]));
  if (alone !== undefined) return alone;
  return nameAndArguments(rest) ? (Object.keys(rest)[0] ?? null) : null;
}

/** How many members of an object are unknown. @throws AegisError UPSTREAM_INVALID when one of them can carry a call */
export function unknownIn(owner: JsonObject, known: ReadonlySet<string>): number {
  const carrying = unknownCarries(owner, known);
  if (carrying !== null) throw upstreamInvalid(`the unknown member ${carrying.slice(0, 64)} can carry a tool call`);
  let unknown = 0;
  for (const key in owner) if (!known.has(key)) unknown++;
  return unknown;
}

function objectCarries(owner: JsonObject, depth: number): boolean {
  if (nameAndArguments(owner)) return true;
  const kind = ['type', 'kind', 'event'].some((label) => typeof owner[label] === 'string' && soundsLikeCall(owner[label]));
  for (const key in owner) {
    if (memberCarries(key, owner[key], depth)) return true;
    if (kind && !isLabel(key) && holdsWords(owner[key])) return true;
  }
  return false;
}

function memberCarries(key: string, value: Json | undefined, depth = 0): boolean {
  if (typeof value === 'object' && value !== null && soundsLikeCall(key) && holdsWords(value)) return true;
  return carriesCall(value, depth + 1);
}

function nameAndArguments(owner: Readonly<Record<string, Json>>): boolean {
  let named = false;
  let given = false;
  for (const key in owner) {
    const value = owner[key];
    const last = wordsIn(key).at(-1) ?? '';
    if (NAME_WORDS.has(last)) named ||= typeof value === 'string' && value !== '';
    else if (ARGUMENT_WORDS.has(last)) given ||= typeof value === 'string' || (typeof value === 'object' && value !== null);
  }
  return named && given;
}

function isLabel(key: string): boolean {
  const words = wordsIn(key);
  return LABELS.has(key) || words.at(-1) === 'id' || words.at(-1) === 'ids';
}

/** Whether a value has any text in it, or could name something: counts and switches alone carry nothing. */
export function holdsWords(value: Json | undefined): boolean {
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return (value as readonly Json[]).some(holdsWords);
  if (!isObject(value)) return false;
  for (const key in value) if (!isLabel(key) && holdsWords((value as JsonObject)[key])) return true;
  return false;
}

/** JSON written as text is read by some clients; text that is no object is words. */
function writtenCall(text: string, depth: number): boolean {
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return false;
  try {
    return carriesCall(JSON.parse(text) as Json, depth + 1);
  } catch {
    return false;
  }
}

/**
 * An object of an answer. Numbers that a double would change (ids of 64 bits, an endless count) matter where arguments are, and nowhere else.
 * @throws AegisError as `parseStrict`
 */
export function readLenient(bytes: Uint8Array, limits: Partial<StrictLimits>): Json {
  try {
    return parseStrict(bytes, limits);
  } catch (error) {
    if (!(error instanceof AegisError) || error.code !== 'BODY_INVALID_JSON') throw error;
    const value = read(bytes, limits);
    if (value === undefined || carriesCall(value)) throw error;
    return value;
  }
}

function read(bytes: Uint8Array, limits: Partial<StrictLimits>): Json | undefined {
  try {
    return parseStrict(bytes, { ...limits, lossy: true });
  } catch {
    return undefined;
  }
}
