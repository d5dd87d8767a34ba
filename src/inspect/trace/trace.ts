import type { Trace } from '../../kernel/action.ts';
import type { Label } from '../../kernel/decision.ts';
import type { LabelledPrint } from '../../kernel/entry.ts';
import type { Print } from '../../kernel/ids.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { OVERFLOW } from '../../kernel/origins.ts';
import { authorityOf, isFreeText } from './authority.ts';
import { leavesOf, structureOf } from './leaves.ts';
import type { ValueLeaf } from './leaves.ts';
import { normalise } from './normalise.ts';
import { phrasesOf, strongTokensOf, tokensOf } from './tokens.ts';

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

function partsOf(leaf: ValueLeaf, print: PrintOf): Trace['parts'] {
  // Nothing with authority of its own is written without one of these.
  if (typeof leaf.value !== 'string' || leaf.value.length < 4 || !/[.@:]|\d\d/.test(leaf.value)) return [];
  const parts = new Map<string, Trace['parts'][number]>();
  const whole = normalise(leaf.value);
  for (const { text, authority } of strongTokensOf(leaf.value.slice(0, MAX_TEXT))) {
    if (authority === undefined) continue;
    const key = normalise(text);
    if (key === whole || parts.has(key)) continue;
    if (parts.size >= MAX_PARTS || leaf.value.length > MAX_TEXT) return [...parts.values(), { authority, print: OVERFLOW }];
    parts.set(key, { authority, print: print(key) });
  }
  return [...parts.values()];
}

/**
 * One trace per scalar leaf of the arguments, authority-bearing ones first of all. Beyond the bounds leaves without authority are left out,
 * and one trace that nobody knows stands for the rest, so that it counts as quoted.
 */
export function traceArgs(args: JsonObject, print: PrintOf): readonly Trace[] {
  const { leaves, cut } = leavesOf(args);
  const strong: Trace[] = [];
  const plain: Trace[] = [];
  let lost = cut;
  for (const leaf of leaves) {
    const authority = authorityOf(leaf.keys, leaf.value);
    if (strong.length >= MAX_TRACES) {
      lost = true;
      break;
    }
    const parts = partsOf(leaf, print);
    if (authority === undefined && parts.length === 0 && plain.length >= MAX_PLAIN_TRACES) continue;
    const trace = { pointer: leaf.pointer, whole: print(normalise(leaf.value)), parts };
    if (authority === undefined && parts.length === 0) plain.push(trace);
    else strong.push(authority === undefined ? trace : { ...trace, authority });
  }
  if (lost) strong.push({ pointer: '', authority: 'command', whole: OVERFLOW, parts: [] });
  return [...strong, ...plain];
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
  const tokens = tokensOf(text.slice(0, MAX_TEXT));
  for (const token of tokens) if (token.authority !== undefined) add(out, token.text, provenance);
  for (const token of tokens) if (token.authority === undefined) add(out, token.text, provenance);
  if (text.length > MAX_TEXT) out.full = true;
  for (const phrase of phrasesOf(text, MAX_PHRASES)) if (out.found.size < MAX_VALUE_PRINTS) add(out, phrase, provenance);
}

function isShort(text: string): boolean {
  return text.length <= 120 && !text.includes('\n') && text.split(/\s+/, MAX_WORDS + 1).length <= MAX_WORDS;
}

function addLeaf(out: Collector, leaf: ValueLeaf, structured: boolean): void {
  if (typeof leaf.value !== 'string') add(out, leaf.value, structured ? 'reference' : 'quoted');
  else if (structured && isShort(leaf.value) && !isFreeText(leaf.keys)) {
    add(out, leaf.value, 'reference');
    for (const { text, authority } of tokensOf(leaf.value)) if (authority !== undefined) add(out, text, 'reference');
  } else addText(out, leaf.value, 'quoted');
}

/**
 * The values a session learns from this one (TAINT-2). The user's text is typed; whole short leaves of a structured tool result are
 * references; everything inside longer or free text, documents, memories and model output is quoted. Linear, at most 4,096 prints; what does
 * not fit is announced by the print `OVERFLOW`, after which unknown values of the session count as quoted.
 */
export function printsOf(value: Json, print: PrintOf, { source }: { readonly source: Label }): readonly LabelledPrint[] {
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
  const prints = [...out.found].map(([key, provenance]): LabelledPrint => ({ print: print(key), provenance }));
  // The user's own words that did not fit are merely not known as such; somebody else's must not pass as the model's.
  if ((out.full || cut) && source !== 'user_input') prints.push({ print: OVERFLOW, provenance: 'quoted' });
  return prints;
}
