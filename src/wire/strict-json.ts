import { AegisError } from '../errors.ts';
import type { Json } from '../kernel/json.ts';
import { isLossless } from './strict-number.ts';

export interface StrictLimits {
  /** Bytes of the whole document. Default 1_048_576. */
  readonly bytes: number;
  /** Nesting of objects and arrays. Default 64. */
  readonly depth: number;
  /** Keys of all objects together. Default 10_000. */
  readonly keys: number;
  /** Numbers a double would change are taken as what they become: for JSON that decides nothing. Default false. */
  readonly lossy?: boolean;
}

export const STRICT_LIMITS: StrictLimits = { bytes: 1_048_576, depth: 64, keys: 10_000 };

/** One open object or array: where we are in it, for pointers, and which keys it has. */
interface Frame {
  readonly object: boolean;
  keys: string[];
  seen: Set<string> | null;
  key: string;
  item: number;
  awaitsKey: boolean;
}

interface Scan {
  readonly text: string;
  readonly limits: StrictLimits;
  readonly frames: Frame[];
  keys: number;
  /** Position of the next backslash at or after the cursor; the text's length when there is none. */
  backslash: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const QUOTE = 0x22;

/**
 * Reads one strict JSON value (RFC 8259 within I-JSON, RFC 7493): no duplicate keys however they are spelled, no byte-order mark,
 * no invalid UTF-8, no lone surrogate, no U+0000 in keys, no number that a double would change, bounded depth, keys and bytes.
 * `__proto__` becomes an own property like any other key. Linear and iterative.
 * @throws AegisError BODY_INVALID_JSON | BODY_TOO_LARGE | BODY_TOO_DEEP | BODY_TOO_MANY_KEYS, with an RFC 6901 pointer and details.offset (in UTF-16 units).
 */
export function parseStrict(bytes: Uint8Array, limits: Partial<StrictLimits> = {}): Json {
  const bounds = { ...STRICT_LIMITS, ...limits };
  if (bytes.length > bounds.bytes) throw new AegisError('BODY_TOO_LARGE', { limit: bounds.bytes });
  return parseStrictText(decode(bytes), bounds);
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw invalid('a byte-order mark stands before the value', 0);
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid('the bytes are not valid UTF-8', 0);
  }
}

function parseStrictText(text: string, limits: StrictLimits): Json {
  const scan: Scan = { text, limits, frames: [], keys: 0, backslash: -1 };
  // The limits are checked before anything is built; the grammar itself is the engine's.
  run(scan);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalid('it is not a JSON value', offsetOf(error, text));
  }
}

function offsetOf(error: unknown, text: string): number {
  const match = error instanceof Error ? / at position (\d{1,15})/.exec(error.message) : null;
  return match === null ? text.length : Number(match[1]);
}

function run(scan: Scan): void {
  const { text } = scan;
  const end = text.length;
  let at = 0;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = readString(scan, at);
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      at = readNumber(scan, at);
    } else {
      if (code > 0x2b) structure(scan, code, at);
      at++;
    }
  }
}

function structure(scan: Scan, code: number, at: number): void {
  const { frames } = scan;
  if (code === 0x7b || code === 0x5b) {
    if (frames.length >= scan.limits.depth) throw new AegisError('BODY_TOO_DEEP', { limit: scan.limits.depth, offset: at }, pointer(frames));
    const object = code === 0x7b;
    frames.push({ object, keys: [], seen: null, key: '', item: 0, awaitsKey: object });
  } else if (code === 0x7d || code === 0x5d) {
    frames.pop();
  } else if (code === 0x2c) {
    const frame = frames.at(-1);
    if (frame?.object === true) frame.awaitsKey = true;
    else if (frame !== undefined) frame.item++;
  }
}

/** Reads the string that opens at `at`; returns the position after its closing quote. */
function readString(scan: Scan, at: number): number {
  const { text } = scan;
  let close = text.indexOf('"', at + 1);
  if (scan.backslash <= at) scan.backslash = nextBackslash(text, at);
  const escaped = close === -1 || scan.backslash < close;
  if (escaped) close = closingQuote(scan, at);
  if (close === -1) throw invalid('a string does not end', at, pointer(scan.frames));
  const frame = scan.frames.at(-1);
  if (frame?.awaitsKey === true) {
    frame.awaitsKey = false;
    addKey(scan, frame, { at, name: escaped ? unescape(scan, at, close) : text.slice(at + 1, close) });
  } else if (escaped && SURROGATE_ESCAPE.test(text.slice(at, close))) {
    if (!unescape(scan, at, close).isWellFormed()) throw invalid('a string holds a lone surrogate', at, pointer(scan.frames));
  }
  return close + 1;
}

function nextBackslash(text: string, from: number): number {
  const found = text.indexOf('\\', from);
  return found === -1 ? text.length : found;
}

function closingQuote(scan: Scan, at: number): number {
  const { text } = scan;
  let cursor = at + 1;
  for (;;) {
    const close = text.indexOf('"', cursor);
    if (close === -1) return -1;
    while (scan.backslash < close) {
      cursor = scan.backslash + 2;
      scan.backslash = nextBackslash(text, cursor);
    }
    if (cursor <= close) return close;
  }
}

function unescape(scan: Scan, at: number, close: number): string {
  try {
    return JSON.parse(scan.text.slice(at, close + 1)) as string;
  } catch {
    throw invalid('a string holds an invalid escape or control character', at, pointer(scan.frames));
  }
}

function addKey(scan: Scan, frame: Frame, key: { readonly at: number; readonly name: string }): void {
  const { name, at } = key;
  if (++scan.keys > scan.limits.keys) throw new AegisError('BODY_TOO_MANY_KEYS', { limit: scan.limits.keys, offset: at }, pointer(scan.frames));
  const known = frame.seen === null ? frame.keys.includes(name) : frame.seen.has(name);
  frame.key = name;
  if (known) throw invalid('a key stands twice in one object', at, pointer(scan.frames));
  if (name.includes('\0')) throw invalid('a key holds U+0000', at, pointer(scan.frames.slice(0, -1)));
  if (!name.isWellFormed()) throw invalid('a key holds a lone surrogate', at, pointer(scan.frames.slice(0, -1)));
  if (frame.seen !== null) frame.seen.add(name);
  else if (frame.keys.push(name) > 12) frame.seen = new Set(frame.keys);
}

function readNumber(scan: Scan, at: number): number {
  const { text } = scan;
  let end = at + 1;
  let plain = true;
  for (; ; end++) {
    const code = text.charCodeAt(end);
    if (code >= 0x30 && code <= 0x39) continue;
    // '.', 'e', 'E', '+', '-'
    if (code !== 0x2e && code !== 0x65 && code !== 0x45 && code !== 0x2b && code !== 0x2d) break;
    plain = false;
  }
  if (plain && end - at <= 15) return end;
  if (scan.limits.lossy !== true && !isLossless(text.slice(at, end), plain))
    throw invalid('a number would lose digits; send it as a string', at, pointer(scan.frames));
  return end;
}

function pointer(frames: readonly Frame[]): string {
  return frames.map((frame) => '/' + (frame.object ? frame.key.replaceAll('~', '~0').replaceAll('/', '~1') : String(frame.item))).join('');
}

function invalid(detail: string, offset: number, at?: string): AegisError {
  return new AegisError('BODY_INVALID_JSON', { detail: `${detail} (offset ${String(offset)})`, offset }, at);
}
