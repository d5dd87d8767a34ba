import { parseStrict } from '../wire/strict-json.ts';
import { AegisError } from '../errors.ts';
import type { Entry, EntryDraft } from '../kernel/entry.ts';
import type { Digest, EntryIndex } from '../kernel/ids.ts';
import { isObject } from '../kernel/json.ts';
import { sealedText } from './tree-hash.ts';
import { isDigest } from '../wire/digest.ts';
import { canonical } from '../wire/jcs.ts';
import type { Head, SealedEntry } from './sealed-entry.ts';

/** `prev` of the first entry. */
export const GENESIS = '0'.repeat(64) as Digest;

/** The head of a log without entries. */
export const EMPTY_HEAD: Head = { size: 0, leaf: GENESIS };

/** An entry may be larger than a request that caused it: arguments are traced and found upon. */
export const ENTRY_LIMITS = { bytes: 16_777_216, depth: 96, keys: 1_000_000 } as const;

/** Longer text could hold more keys than an entry may. */
const MOST_QUICK = 4_194_304;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Gives a draft its place: the canonical bytes and their leaf hash (LOG-1). */
export function seal(draft: EntryDraft, index: EntryIndex, prev: Digest): SealedEntry {
  const { actor, agent, at, body, payload, seq, session, tenant, type } = draft;
  // In canonical order already, so that nothing is sorted here.
  const { bytes, leaf } = sealedText(canonical({ actor, agent, at, body, index, payload, prev, seq, session, tenant, type, v: 1 }));
  const sealed = { index, bytes, leaf, type: draft.type, at: draft.at };
  name(sealed, draft);
  return sealed;
}

/** Seals drafts one after another behind a head; the new head comes with them. */
export function sealAll(drafts: readonly EntryDraft[], head: Head): { readonly entries: readonly SealedEntry[]; readonly head: Head } {
  let { size, leaf } = head;
  const entries = drafts.map((draft) => {
    const sealed = seal(draft, size, leaf);
    size++;
    leaf = sealed.leaf;
    return sealed;
  });
  return { entries, head: { size, leaf } };
}

type Columns = Pick<SealedEntry, 'type' | 'at' | 'agent' | 'session' | 'action'>;

/** Look-up columns, derived from the entry and never hashed on their own (LOG-5). */
export function columns(entry: EntryDraft): Columns {
  const found = { type: entry.type, at: entry.at };
  name(found, entry);
  return found;
}

function name(columns: { -readonly [K in keyof Columns]: Columns[K] }, entry: EntryDraft): void {
  const action = actionOf(entry);
  if (entry.agent !== undefined) columns.agent = entry.agent;
  if (entry.session !== undefined) columns.session = entry.session;
  if (action !== undefined) columns.action = action;
}

/** The action an entry is about, as it is looked up by. */
export function actionOf(entry: EntryDraft): string | undefined {
  switch (entry.type) {
    case 'action-decided':
      return entry.body.action.id;
    case 'action-settled':
    case 'approval-consumed':
    case 'lock-granted':
    case 'answer-received':
    case 'usage-doubted':
      return entry.body.action;
    default:
      return undefined;
  }
}

/**
 * Reads stored bytes back into an entry, as strictly as a stranger's: strict JSON, canonical, the envelope's fields right. A `prev` equal to
 * `known` is a digest without a look. @throws AegisError STORE_CORRUPT
 */
export function openEntry(bytes: Uint8Array, index: EntryIndex, known?: Digest): Entry {
  return openQuickly(bytes, index, known) ?? openStrictly(bytes, index);
}

function openQuickly(bytes: Uint8Array, index: EntryIndex, known?: Digest): Entry | null {
  try {
    return openText(decoder.decode(bytes), index, known);
  } catch {
    // Why it is no entry is for the strict reader to say.
    return null;
  }
}

function openStrictly(bytes: Uint8Array, index: EntryIndex): Entry {
  const fault = (detail: string): AegisError => new AegisError('STORE_CORRUPT', { index, detail });
  let value: unknown;
  try {
    value = parseStrict(bytes, ENTRY_LIMITS);
  } catch {
    throw fault('its bytes are not strict JSON');
  }
  if (Buffer.compare(Buffer.from(canonical(value), 'utf8'), bytes) !== 0) throw fault('its bytes are not canonical');
  const found = envelopeFault(value);
  if (found !== null) throw fault(found);
  const entry = value as Entry;
  if (entry.index !== index) throw fault(`it says it is entry ${String(entry.index)}`);
  return entry;
}

/**
 * Opens the text of an entry the fast way, where that is as good as the strict one: text that the engine writes back identically has no
 * duplicate key, no space, no odd number; sorted keys make it canonical. null for anything with an escape, or out of the ordinary.
 * @throws SyntaxError on what is not JSON
 */
export function openText(text: string, index: EntryIndex, prev?: Digest): Entry | null {
  if (text.length > MOST_QUICK || text.includes('\\u')) return null;
  const value = JSON.parse(text) as Entry;
  if (!isSorted(value, 64) || JSON.stringify(value) !== text) return null;
  return envelopeFault(value, prev) === null && value.index === index ? value : null;
}

function isSorted(value: unknown, depth: number): boolean {
  // A whole number beyond 2^53 may have been another one; a fraction that is written back identically is what was read.
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value);
  if (depth === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isSorted(item, depth - 1)) return false;
    return true;
  }
  let previous = '';
  const object = value as Readonly<Record<string, unknown>>;
  for (const key in object) {
    if (key < previous) return false;
    previous = key;
    const held = object[key];
    // Most of an entry is text, and text is sorted.
    if (typeof held !== 'string' && !isSorted(held, depth - 1)) return false;
  }
  return true;
}

const REQUIRED = ['v', 'tenant', 'index', 'prev', 'at', 'type', 'actor', 'body'] as const;
const FIELDS = new Map<string, 'required' | 'optional'>([
  ...REQUIRED.map((field) => [field, 'required'] as const),
  ...(['agent', 'session', 'seq', 'payload'] as const).map((field) => [field, 'optional'] as const),
]);

/** Why a parsed value is not an entry, or null. Bodies are judged by whoever folds them. A `prev` equal to `known` is a digest without a look. */
export function envelopeFault(value: unknown, known?: Digest): string | null {
  if (!isObject(value)) return 'it is not an object';
  const entry: Readonly<Record<string, unknown>> = value;
  let required = 0;
  for (const key in entry) {
    const kind = FIELDS.get(key);
    if (kind === undefined) return 'it has an unknown field';
    if (kind === 'required') required++;
  }
  if (required !== REQUIRED.length) return `it lacks ${REQUIRED.find((field) => !Object.hasOwn(entry, field)) ?? 'a field'}`;
  if (entry['v'] !== 1) return 'its version is unknown';
  if (!Number.isSafeInteger(entry['index']) || !Number.isSafeInteger(entry['at'])) return 'its index or time is not an integer';
  if (entry['prev'] !== known && !isDigest(entry['prev'])) return 'its prev is not a digest';
  if (typeof entry['tenant'] !== 'string' || typeof entry['type'] !== 'string') return 'its tenant or type is not text';
  if (!isObject(entry['actor']) || !isObject(entry['body'])) return 'its actor or body is not an object';
  if (!optional(entry['agent'], 'string') || !optional(entry['session'], 'string') || !optional(entry['seq'], 'number'))
    return 'its place is malformed';
  return entry['payload'] === undefined || isDigest(entry['payload']) ? null : 'its payload is not a digest';
}

function optional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type;
}
