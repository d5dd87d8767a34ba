import type { Token } from '../lex.ts';
import type { Node } from './node.ts';
import { lastPart, variable } from './node.ts';

/** Levels of brackets, calls and CASE that are followed. */
const MAX_DEPTH = 60;
/** Operands of one sum or product that are worked out. */
export const LONGEST = 400;

/** The tokens of one condition while they are read. */
export interface Reading {
  readonly tokens: readonly Token[];
  /** The table whose rows are in question, lower-case. */
  readonly table: string;
  /** Where each opening bracket closes. */
  readonly closers: ReadonlyMap<number, number>;
  /** Reads one whole expression; operands hold expressions in their brackets. */
  readonly expression: (reading: Reading) => Node;
  at: number;
  to: number;
  depth: number;
  /** A limit was reached: what was read says nothing. */
  deep: boolean;
  /** Placeholders and volatile calls, each a variable of its own. */
  unnamed: number;
}

export function closersOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closers = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i]?.kind === 'open') open.push(i);
    else if (tokens[i]?.kind === 'close') {
      const at = open.pop();
      if (at !== undefined) closers.set(at, i);
    }
  }
  return closers;
}

/** The token `ahead` of the place of the reading; undefined behind its end. */
export function peek(reading: Reading, ahead = 0): Token | undefined {
  const at = reading.at + ahead;
  return at < reading.to ? reading.tokens[at] : undefined;
}

/** The spelling of the next word or operator; empty for anything else. */
export function spelled(reading: Reading, ahead = 0): string {
  const token = peek(reading, ahead);
  return token?.kind === 'word' || token?.kind === 'op' ? token.text : '';
}

export function accept(reading: Reading, ...texts: readonly string[]): boolean {
  if (!texts.includes(spelled(reading))) return false;
  reading.at += 1;
  return true;
}

/** Reads what stands between `from` and `to` as one expression, and goes on where it was. */
export function within(reading: Reading, from: number, to: number): Node {
  const { at, to: end } = reading;
  if (reading.depth >= MAX_DEPTH) {
    reading.deep = true;
    return variable('');
  }
  reading.at = from;
  reading.to = to;
  reading.depth += 1;
  const node = from < to ? reading.expression(reading) : variable('');
  reading.depth -= 1;
  reading.at = at;
  reading.to = end;
  return node;
}

/** A name for tokens that are not worked out: the same text is the same value. */
export function opaque({ tokens }: Reading, from: number, to: number): Node {
  let name = '';
  for (let i = from; i < to && name.length < 400; i += 1) name += `${tokens[i]?.kind === 'string' ? "'" : ' '}${tokens[i]?.text ?? ''}`;
  return variable(`${name.toLowerCase()} …${name.length < 400 ? '' : String(to)}`);
}

/** What cannot be read, up to the word that joins the next condition, or the end. */
export function opaqueRest(reading: Reading, from: number): Node {
  const { tokens, closers } = reading;
  let i = Math.max(reading.at, from);
  while (
    i < reading.to &&
    !(tokens[i]?.kind === 'word' && /^(?:AND|OR|XOR|THEN|WHEN|ELSE|END)$/.test(tokens[i]?.text ?? '')) &&
    tokens[i]?.kind !== 'comma'
  )
    i = Math.max(i, closers.get(i) ?? i) + 1;
  reading.at = Math.max(i, reading.at + 1);
  return opaque(reading, from, reading.at);
}

/** The column by its name; what says only which table it is of, when that is the table in question, is dropped. */
export function column({ table }: Reading, parts: readonly string[]): Node {
  const name = parts.join('.').toLowerCase();
  const of = parts.slice(0, -1).join('.').toLowerCase();
  return variable(of !== '' && (of === table || of === lastPart(table)) ? lastPart(name) : name);
}
