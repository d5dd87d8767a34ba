import { ipAddresses } from './addresses.ts';
import type { Kind } from './kinds.ts';
import { NAMED, PROVED } from './kinds.ts';
import { phones } from './phones.ts';

/** Personal data in a text. */
export interface Personal {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** A shape that stands alone, with neither checksum nor a word that names it: a guess, recorded as one. */
  readonly bare: boolean;
}

/** Characters of one text that are searched; longer texts are read in pieces of this size up to `MOST_PIECES`. */
const PIECE = 16_384;
const OVERLAP = 128;
const MOST_PIECES = 8;

export interface PersonalScan {
  readonly found: readonly Personal[];
  /** false when the text was longer than what is searched; the caller says so. */
  readonly complete: boolean;
}

/** Finds personal data: by checksum where there is one, by context words where there is none. Pure, linear (INSPECT-11). */
export function readPii(text: string): PersonalScan {
  if (!/[@\d]|[0-9a-f]{2}[:.-][0-9a-f]{2}/i.test(text)) return { found: [], complete: true };
  const found: Personal[] = [];
  let from = 0;
  for (let piece = 0; piece < MOST_PIECES && from < text.length; piece++) {
    const slice = text.length <= PIECE ? text : text.slice(from, from + PIECE);
    for (const one of scan(slice)) found.push({ ...one, start: one.start + from, end: one.end + from });
    from += slice.length < PIECE ? slice.length : PIECE - OVERLAP;
  }
  return { found: apart(found), complete: from >= text.length };
}

function scan(text: string): Personal[] {
  const out: Personal[] = [];
  const digits = /\d/.test(text);
  for (const kind of PROVED)
    if ((digits || kind.id === 'email' || kind.id === 'mac-address') && (kind.needs?.test(text) ?? true)) match(text, kind, out);
  if (!digits) return out;
  for (const [start, end] of ipAddresses(text)) out.push({ id: 'ip-address', start, end, bare: false });
  if (!/\d[\dA-Z .\-/]{3}|[A-Z][A-Z0-9 .\-/]{2}/i.test(text)) return out;
  for (const kind of NAMED)
    if ((kind.context === undefined || alone(text) || kind.context.test(text)) && (kind.needs?.test(text) ?? true)) match(text, kind, out);
  for (const [start, end] of phones(text))
    out.push({ id: 'phone', start, end, bare: !/^\+|^00|[() -]/.test(text.slice(start, end).trim()) && start === 0 });
  return out;
}

function match(text: string, kind: Kind, out: Personal[]): void {
  // Most texts hold none of it, and `matchAll` makes the expression anew each time.
  if (text.search(kind.pattern) < 0) return;
  const listed = text.length <= 80 && text.trim().includes(' ') && isList(text, kind);
  for (const hit of text.matchAll(kind.pattern)) {
    if (kind.valid !== undefined && !kind.valid(hit[0])) continue;
    const end = hit.index + hit[0].length;
    const named = kind.context === undefined || near(text, { kind, start: hit.index, end });
    const whole = listed || end - hit.index >= text.trim().length;
    if (named || (whole && kind.alone !== false)) out.push({ id: kind.id, start: hit.index, end, bare: !named });
  }
}

/** `AB123 and CD456`: several values of one kind and nothing but words that join them say as much as one alone. */
function isList(text: string, kind: Kind): boolean {
  if (kind.alone === false) return false;
  let hits = 0;
  let valid = 0;
  const rest = text.replace(kind.pattern, (hit) => {
    hits += 1;
    if (kind.valid?.(hit) ?? true) valid += 1;
    return ' ';
  });
  return hits > 1 && valid > 0 && /^(?:[\s,;:.]|and|or|to|from|und|oder|et|y|e|o)*$/i.test(rest);
}

interface At {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** A bare value with a checksum speaks for itself when it is all there is; without one it needs a word. */
function near(text: string, { kind, start, end }: At): boolean {
  if (kind.valid !== undefined && kind.guess !== true && kind.alone !== false && end - start >= text.trim().length) return true;
  return kind.context?.test(text.slice(Math.max(0, start - 60), end + 30)) ?? true;
}

function alone(text: string): boolean {
  return text.length < 40;
}

function apart(found: readonly Personal[]): Personal[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const out: Personal[] = [];
  for (const one of sorted) {
    const before = out.at(-1);
    if (before === undefined || one.start >= before.end) out.push(one);
  }
  return out;
}
