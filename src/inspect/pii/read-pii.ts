import { placesOf } from '../places/find-places.ts';
import type { Places } from '../places/find-places.ts';
import { V4, V6, isPersonalV4, isV6 } from './addresses.ts';
import { described } from './described.ts';
import { emails } from './emails.ts';
import type { Kind } from './kinds.ts';
import { NAMED, PROVED } from './kinds.ts';
import { CANDIDATE, phones } from './phones.ts';

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
  if (!/[@\d]|[0-9a-f]{2}[:.-][0-9a-f]{2}|bic|swift/i.test(text)) return { found: [], complete: true };
  const found: Personal[] = [];
  let from = 0;
  for (let piece = 0; piece < MOST_PIECES && from < text.length; piece++) {
    const slice = text.length <= PIECE ? text : text.slice(from, from + PIECE);
    for (const one of scan(slice)) found.push({ ...one, start: one.start + from, end: one.end + from });
    from += slice.length < PIECE ? slice.length : PIECE - OVERLAP;
  }
  return { found: apart(found), complete: from >= text.length };
}

/** A pattern, where the one pass over the text says it may match. */
interface Sought {
  /** Sticky: asked at one place. */
  readonly pattern: RegExp;
  /** In the list of all that is sought. */
  readonly at: number;
}

const sought: RegExp[] = [];

function seek(pattern: RegExp): Sought {
  sought.push(pattern);
  return { pattern: new RegExp(pattern.source, pattern.flags.replace('g', 'y')), at: sought.length - 1 };
}

const KINDS_PROVED = PROVED.map((kind) => ({ kind, ...seek(kind.pattern) }));
const SOUGHT_V4 = seek(V4);
const SOUGHT_V6 = seek(V6);
const KINDS_NAMED = NAMED.map((kind) => ({ kind, ...seek(kind.pattern) }));
const SOUGHT_PHONE = seek(CANDIDATE);
const findPlaces = placesOf(sought);

type Range = readonly [start: number, end: number];

/** What `text.matchAll` would give, one after the other. */
function* matches(text: string, places: Places, { pattern, at }: Sought): Generator<Range> {
  let from = 0;
  for (const start of places[at] ?? []) {
    if (start < from) continue;
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    from = pattern.lastIndex;
    yield [start, from];
  }
}

function scan(text: string): Personal[] {
  const out: Personal[] = [];
  for (const [start, end] of emails(text)) out.push({ id: 'email', start, end, bare: false });
  for (const one of described(text)) out.push({ ...one, bare: false });
  const places = findPlaces(text);
  const about = { text, places, length: text.trim().length };
  for (const one of KINDS_PROVED) match(about, one, out);
  if (!/\d/.test(text)) return out;
  for (const [start, end] of matches(text, places, SOUGHT_V4))
    if (isPersonalV4(text, start, end)) out.push({ id: 'ip-address', start, end, bare: false });
  for (const [start, end] of matches(text, places, SOUGHT_V6))
    if (isV6(text.slice(start, end))) out.push({ id: 'ip-address', start, end, bare: false });
  if (!/\d[\dA-Z .\-/]{3}|[A-Z][A-Z0-9 .\-/]{2}/i.test(text)) return out;
  for (const one of KINDS_NAMED) match(about, one, out);
  for (const [start, end] of phones(text, matches(text, places, SOUGHT_PHONE)))
    out.push({ id: 'phone', start, end, bare: !/^\+|^00|[() -]/.test(text.slice(start, end).trim()) && start === 0 });
  return out;
}

interface About {
  readonly text: string;
  readonly places: Places;
  /** Without the blanks around it. */
  readonly length: number;
}

/** More places than this of one kind, and its words are sought in the whole text before they are sought around each. */
const FEW = 8;

function match({ text, places, length }: About, { kind, ...one }: Sought & { readonly kind: Kind }, out: Personal[]): void {
  const count = places[one.at]?.length ?? 0;
  if (count === 0) return;
  let speaks = count > FEW ? mentions(text, kind) : undefined;
  if (speaks === false) return;
  const listed = text.length <= 80 && text.trim().includes(' ') && isList(text, kind);
  for (const [start, end] of matches(text, places, one)) {
    if (kind.valid !== undefined && !kind.valid(text.slice(start, end))) continue;
    const named = kind.context === undefined || near(text, { kind, start, end, whole: end - start >= length });
    const whole = listed || end - start >= length;
    const guess = !named || (isWeak(kind, text.slice(start, end)) && !isNamed(text, { kind, start, end }));
    if (guess && (!whole || kind.alone === false)) continue;
    speaks ??= mentions(text, kind);
    if (!speaks) return;
    out.push({ id: kind.id, start, end, bare: guess });
  }
}

/** Whether the text holds what a kind needs anywhere in it; a short text needs no word. */
function mentions(text: string, { context, needs }: Kind): boolean {
  return (context === undefined || alone(text) || context.test(text)) && (needs?.test(text) ?? true);
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
  readonly whole: boolean;
}

/** A bare value with a checksum speaks for itself when it is all there is; without one it needs a word. */
function near(text: string, { kind, start, end, whole }: At): boolean {
  if (kind.valid !== undefined && kind.guess !== true && kind.alone !== false && whole) return true;
  return kind.context?.test(text.slice(Math.max(0, start - 60), end + 30)) ?? true;
}

/** Checks of more than one digit, or beside a date: few numbers pass them by chance. */
const STRONG: ReadonlySet<string> = new Set(['za-id', 'au-abn', 'tr-id', 'credit-card', 'es-nif']);

/** Digits without marks pass one check digit in ten by chance, and there are many checks (INSPECT-141). */
function isWeak({ id, valid }: Kind, value: string): boolean {
  if (valid === undefined || !/^\d+$/.test(value)) return false;
  return !STRONG.has(id) || (id === 'credit-card' && value.length < 15);
}

function isNamed(text: string, { kind, start, end }: Omit<At, 'whole'>): boolean {
  const words = kind.context ?? WORDS[kind.id];
  return words?.test(text.slice(Math.max(0, start - 60), start) + text.slice(end, end + 30)) ?? false;
}

/** What names a kind that its marks prove as well. */
const WORDS: Readonly<Record<string, RegExp>> = {
  'credit-card': /card|visa|master|amex|maestro|debit|credit|karte|carte|tarjeta|cart[aã]o|\bcc\b|\bpan\b/i,
  'in-aadhaar': /aadh?aa?r|\buid|आधार/i,
  'uk-nhs': /nhs|health/i,
  'kr-rrn': /주민|\brrn\b|resident|registration/i,
  'se-personnummer': /person|\bpnr\b/i,
  'th-id': /thai|national|citizen|\bid\b|บัตร/i,
  'kr-brn': /brn|사업자|business/i,
};

function alone(text: string): boolean {
  return text.length < 40;
}

function apart(found: readonly Personal[]): Personal[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const out: Personal[] = [];
  for (const one of sorted) {
    const before = out.at(-1);
    if (before === undefined || one.start >= before.end) out.push(one);
    // What a word names is more than a guess at the same place.
    else if (before.bare && !one.bare) out[out.length - 1] = one;
  }
  return out;
}
