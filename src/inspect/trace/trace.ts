import type { Authority, Trace } from '../../kernel/action.ts';
import type { Label } from '../../kernel/decision.ts';
import type { LabelledPrint } from '../../kernel/entry.ts';
import type { Print } from '../../kernel/ids.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { OVERFLOW } from '../../kernel/origins.ts';
import { authorityOf, isFreeText } from './authority.ts';
import { leavesOf, structureOf } from './leaves.ts';
import type { ValueLeaf } from './leaves.ts';
import { normalise } from './normalise.ts';
import { isCommon, wordedIn } from './wording.ts';
import { eachAuthority, phrasesOf, tokensOf } from './tokens.ts';

/** Salted hash of a normalised value, injected: this room knows no salt and no clock. */
export type PrintOf = (normalised: string) => Print;

/** Bounds of one value (TAINT-8). */
export const MAX_TRACES = 4_096;
const MAX_PLAIN_TRACES = 256;
const MAX_PARTS = 64;
export const MAX_VALUE_PRINTS = 4_096;
const MAX_PHRASES = 1_024;
const MAX_TEXT = 262_144;
const MAX_WORDS = 8;
/** Characters of a value that may be common, with the marks around it. */
const MOST_COMMON = 16;

/** A normalised value that is not fingerprinted yet; `BEYOND` for what is unknown. */
type Plain = string | typeof BEYOND;

const BEYOND = null;

/** A trace before it is fingerprinted with the salt of a session. */
export interface PlainTrace {
  readonly pointer: string;
  readonly authority?: Authority;
  readonly whole: Plain;
  readonly parts: readonly { readonly authority: Authority; readonly value: Plain }[];
}

function partsOf(leaf: ValueLeaf, whole: string): PlainTrace['parts'] {
  // Nothing with authority of its own is written without one of these.
  if (typeof leaf.value !== 'string' || leaf.value.length < 4 || !/[.@:]|\d\d/.test(leaf.value)) return [];
  const { length } = leaf.value;
  const parts = new Map<Plain, PlainTrace['parts'][number]>();
  eachAuthority(leaf.value.slice(0, MAX_TEXT), ({ text, authority }) => {
    const key = normalise(text);
    if (key === whole || parts.has(key)) return true;
    const full = parts.size >= MAX_PARTS || length > MAX_TEXT;
    parts.set(full ? BEYOND : key, { authority, value: full ? BEYOND : key });
    return !full;
  });
  return [...parts.values()];
}

/**
 * One trace per scalar leaf of the arguments, authority-bearing ones first of all. Beyond the bounds leaves without authority are left out,
 * and one unknown trace stands for the rest, so that it counts as quoted. Knows no session: `printTraces` does the rest.
 */
export function readTraces(args: JsonObject): readonly PlainTrace[] {
  const { leaves, cut } = leavesOf(args);
  const strong: PlainTrace[] = [];
  const plain: PlainTrace[] = [];
  let lost = cut;
  for (const leaf of leaves) {
    const authority = authorityOf(leaf.keys, leaf.value);
    if (strong.length >= MAX_TRACES) {
      lost = true;
      break;
    }
    const whole = normalise(leaf.value);
    const parts = partsOf(leaf, whole);
    if (authority === undefined && parts.length === 0 && plain.length >= MAX_PLAIN_TRACES) continue;
    const trace = { pointer: leaf.pointer, whole, parts };
    if (authority === undefined && parts.length === 0) plain.push(trace);
    else strong.push(authority === undefined ? trace : { ...trace, authority });
  }
  if (lost) strong.push({ pointer: '', authority: 'command', whole: BEYOND, parts: [] });
  return [...strong, ...plain];
}

export function printTraces(traces: readonly PlainTrace[], print: PrintOf): readonly Trace[] {
  const printed = (value: Plain): Print => (value === BEYOND ? OVERFLOW : print(value));
  // In the order of their names, in which the log writes them.
  return traces.map(({ pointer, authority, whole, parts: plain }) => {
    const parts = plain.map((part) => ({ authority: part.authority, print: printed(part.value) }));
    return authority === undefined ? { parts, pointer, whole: printed(whole) } : { authority, parts, pointer, whole: printed(whole) };
  });
}

export function traceArgs(args: JsonObject, print: PrintOf): readonly Trace[] {
  return printTraces(readTraces(args), print);
}

interface Collector {
  readonly found: Map<string, LabelledPrint['provenance']>;
  full: boolean;
}

const STRENGTH = { quoted: 0, reference: 1, typed: 2 } as const;

function add(out: Collector, value: string | number | boolean, provenance: LabelledPrint['provenance']): void {
  const key = normalise(value);
  if (key === '') return;
  const known = out.found.get(key);
  if (known === undefined && out.found.size >= MAX_VALUE_PRINTS) out.full = true;
  else if (known === undefined || STRENGTH[known] < STRENGTH[provenance]) out.found.set(key, provenance);
}

/** The pieces with a shape of their own before the mere words: when the room runs out, it runs out for words. */
function addText(out: Collector, text: string, provenance: LabelledPrint['provenance']): void {
  // When there is no more room, only a stronger word for a known value would still count, and none is weaker than this one.
  const done = (): boolean => out.full && out.found.size >= MAX_VALUE_PRINTS && provenance === 'quoted';
  if (done()) return;
  const tokens = tokensOf(text.slice(0, MAX_TEXT));
  // What a user wrote is the user's, by chance or not.
  const worded = provenance === 'quoted' ? wordedIn(text.slice(0, MAX_TEXT)) : null;
  const counts = (token: string): boolean =>
    worded === null || token.length > MOST_COMMON || !isCommon(normalise(token)) || worded.has(normalise(token));
  for (const strong of [true, false]) {
    for (const token of tokens) {
      if (done()) return;
      if ((token.authority !== undefined) === strong && (strong || counts(token.text))) add(out, token.text, provenance);
    }
  }
  if (text.length > MAX_TEXT) out.full = true;
  for (const phrase of phrasesOf(text, MAX_PHRASES)) if (out.found.size < MAX_VALUE_PRINTS) add(out, phrase, provenance);
}

function isShort(text: string): boolean {
  return text.length <= 120 && !text.includes('\n') && text.split(/\s+/, MAX_WORDS + 1).length <= MAX_WORDS;
}

/** TAINT-15: a small number under a name that carries no authority is no amount. */
function addScalar(out: Collector, { keys, value }: ValueLeaf, structured: boolean): void {
  if (structured) add(out, value, 'reference');
  else if (!isCommon(normalise(value)) || authorityOf(keys, value) !== undefined) add(out, value, 'quoted');
}

function addLeaf(out: Collector, leaf: ValueLeaf, structured: boolean): void {
  if (typeof leaf.value !== 'string') addScalar(out, leaf, structured);
  else if (structured && isShort(leaf.value) && !isFreeText(leaf.keys)) {
    add(out, leaf.value, 'reference');
    for (const { text, authority } of tokensOf(leaf.value)) if (authority !== undefined) add(out, text, 'reference');
  } else addText(out, leaf.value, 'quoted');
}

/** A value that a session learns, before it is fingerprinted with the session's salt. */
export interface PlainPrint {
  readonly value: Plain;
  readonly provenance: LabelledPrint['provenance'];
}

/**
 * The values a session learns from this one (TAINT-2). The user's text is typed; whole short leaves of a structured tool result are
 * references; everything inside longer or free text, documents, memories and model output is quoted. Linear, at most 4,096 prints; what does
 * not fit is announced by the print `OVERFLOW`, after which unknown values of the session count as quoted.
 */
export function readPrints(value: Json, source: Label): readonly PlainPrint[] {
  const out: Collector = { found: new Map(), full: false };
  const data = typeof value === 'string' ? structureOf(value) : value;
  const { leaves, cut } = leavesOf(data ?? value);
  const structured = source === 'tool_output' && data !== null && typeof data === 'object';
  for (const leaf of leaves) {
    if (source !== 'user_input') addLeaf(out, leaf, structured);
    else if (typeof leaf.value === 'string') {
      if (leaf.value.length <= 2_048) add(out, leaf.value, 'typed');
      addText(out, leaf.value, 'typed');
    } else add(out, leaf.value, 'typed');
  }
  const found: PlainPrint[] = [...out.found].map(([known, provenance]) => ({ value: known, provenance }));
  // The user's own words that did not fit are merely not known as such; somebody else's must not pass as the model's.
  if ((out.full || cut) && source !== 'user_input') found.push({ value: BEYOND, provenance: 'quoted' });
  return found;
}

export function printValues(values: readonly PlainPrint[], print: PrintOf): readonly LabelledPrint[] {
  return values.map(({ value, provenance }) => ({ print: value === BEYOND ? OVERFLOW : print(value), provenance }));
}

export function printsOf(value: Json, print: PrintOf, { source }: { readonly source: Label }): readonly LabelledPrint[] {
  return printValues(readPrints(value, source), print);
}
