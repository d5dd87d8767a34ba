/** A set of symbols: one flag for each ASCII character and one, the last, for every character beyond. */
export type Symbols = readonly boolean[];

/** Symbols there are. */
export const SYMBOLS = 129;
const BEYOND = 128;

/** What of a pattern decides where it can match; a superset of what the pattern matches. */
export type Shape =
  | { readonly type: 'set'; readonly symbols: Symbols }
  | { readonly type: 'sequence'; readonly parts: readonly Shape[] }
  | { readonly type: 'choice'; readonly parts: readonly Shape[] }
  | { readonly type: 'repeat'; readonly part: Shape; readonly least: number; readonly most: number };

export interface Bounded {
  readonly shape: Shape;
  /** Symbols that may not stand right before a match. */
  readonly notBefore: Symbols;
  /** Symbols that may not stand right behind a match. */
  readonly notBehind: Symbols;
}

interface Source {
  readonly text: string;
  readonly ignoreCase: boolean;
  readonly groups: Shape[];
  at: number;
}

const NOTHING: Shape = { type: 'sequence', parts: [] };

/**
 * Reads a RegExp without the `u` and `v` flags. Conditions inside it (looking around, anchors) are taken as fulfilled and a reference back as whatever
 * its group may match, so that nothing the pattern matches is missed; those at its very ends are kept where they forbid single characters.
 */
export function parsePattern({ source, ignoreCase }: RegExp): Bounded {
  const before = /^\(\?<!(\[(?:[^\]\\]|\\.)*\]|\\.)\)/.exec(source)?.[1];
  const behind = /\(\?!(\[(?:[^\]\\]|\\.)*\]|\\.)(?:\|(?:[^()|\\]|\\.)*)?\)$/.exec(source)?.[1];
  return { shape: read(source, ignoreCase), notBefore: symbolsIn(before, ignoreCase), notBehind: symbolsIn(behind, ignoreCase) };
}

function read(text: string, ignoreCase: boolean): Shape {
  return choice({ text, ignoreCase, groups: [], at: 0 });
}

function symbolsIn(one: string | undefined, ignoreCase: boolean): Symbols {
  const shape = one === undefined ? NOTHING : read(one, ignoreCase);
  if (shape.type === 'set') return shape.symbols;
  return one === undefined ? none() : symbolsIn(undefined, ignoreCase);
}

const none = (): boolean[] => new Array<boolean>(SYMBOLS).fill(false);

function choice(from: Source): Shape {
  const parts = [sequence(from)];
  while (from.text[from.at] === '|') {
    from.at += 1;
    parts.push(sequence(from));
  }
  return parts.length === 1 ? (parts[0] ?? NOTHING) : { type: 'choice', parts };
}

function sequence(from: Source): Shape {
  const parts: Shape[] = [];
  while (from.at < from.text.length && from.text[from.at] !== '|' && from.text[from.at] !== ')') {
    const part = quantified(atom(from), from);
    if (part !== NOTHING) parts.push(part);
  }
  return parts.length === 1 ? (parts[0] ?? NOTHING) : { type: 'sequence', parts };
}

const COUNT = /\{(\d+)(,?)(\d*)\}/y;

function quantified(part: Shape, from: Source): Shape {
  const mark = from.text[from.at];
  let bounds: readonly [least: number, most: number] | undefined;
  if (mark === '?') bounds = [0, 1];
  else if (mark === '*') bounds = [0, Infinity];
  else if (mark === '+') bounds = [1, Infinity];
  COUNT.lastIndex = from.at;
  const count = mark === '{' ? COUNT.exec(from.text) : null;
  if (count !== null) {
    const least = Number(count[1]);
    bounds = [least, count[2] === '' ? least : count[3] === '' ? Infinity : Number(count[3])];
  }
  if (bounds === undefined) return part;
  from.at += count?.[0].length ?? 1;
  // How greedy it is decides what a match takes, not where one may stand.
  if (from.text[from.at] === '?') from.at += 1;
  return { type: 'repeat', part, least: bounds[0], most: bounds[1] };
}

function atom(from: Source): Shape {
  const char = from.text.charAt(from.at);
  from.at += 1;
  if (char === '(') return group(from);
  if (char === '[') return { type: 'set', symbols: members(from) };
  if (char === '^' || char === '$') return NOTHING;
  if (char === '.') return { type: 'set', symbols: none().map((_, code) => code !== 10 && code !== 13) };
  if (char !== '\\') return { type: 'set', symbols: cased(one(char), from.ignoreCase) };
  const escaped = from.text.charAt(from.at);
  from.at += 1;
  if (escaped === 'b' || escaped === 'B') return NOTHING;
  if (/[1-9]/.test(escaped)) return from.groups[Number(escaped) - 1] ?? NOTHING;
  return { type: 'set', symbols: cased(escape(escaped, from), from.ignoreCase) };
}

function group(from: Source): Shape {
  const opening = /^\?(?:<[=!]|[:=!])/.exec(from.text.slice(from.at, from.at + 3))?.[0];
  from.at += opening?.length ?? 0;
  const slot = from.groups.length;
  if (opening === undefined) from.groups.push(NOTHING);
  const inner = choice(from);
  from.at += 1;
  if (opening === undefined) from.groups[slot] = inner;
  return opening === undefined || opening === '?:' ? inner : NOTHING;
}

function members(from: Source): Symbols {
  const negated = from.text[from.at] === '^';
  if (negated) from.at += 1;
  const out = none();
  while (from.at < from.text.length && from.text[from.at] !== ']') {
    const first = member(from);
    const ranged = from.text[from.at] === '-' && from.text[from.at + 1] !== ']';
    if (ranged) from.at += 1;
    const last = ranged ? member(from) : first;
    const start = first.indexOf(true);
    const end = last.lastIndexOf(true);
    for (let code = 0; code < SYMBOLS; code++) if (ranged ? code >= start && code <= end : first[code] === true) out[code] = true;
  }
  from.at += 1;
  const known = cased(out, from.ignoreCase);
  return negated ? known.map((held, code) => code === BEYOND || !held) : known;
}

function member(from: Source): boolean[] {
  const char = from.text.charAt(from.at);
  from.at += 1;
  if (char !== '\\') return one(char);
  const escaped = from.text.charAt(from.at);
  from.at += 1;
  return escape(escaped, from);
}

const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };

function escape(char: string, from: Source): boolean[] {
  const known = CLASSES[char];
  // White space lies beyond ASCII too, and so does everything a negated class names.
  if (known !== undefined) return none().map((_, code) => (code === BEYOND ? 'DWsS'.includes(char) : known.test(String.fromCharCode(code))));
  const digits = char === 'x' ? 2 : char === 'u' ? 4 : 0;
  if (digits === 0) return one(NAMED[char] ?? char);
  const code = Number.parseInt(from.text.slice(from.at, from.at + digits), 16);
  from.at += digits;
  return one(String.fromCharCode(code));
}

function one(char: string): boolean[] {
  const out = none();
  out[Math.min(char.charCodeAt(0), BEYOND)] = true;
  return out;
}

function cased(symbols: readonly boolean[], ignoreCase: boolean): boolean[] {
  if (!ignoreCase) return [...symbols];
  return symbols.map((held, code) => held || (isLetter(code) && symbols[code ^ 32] === true));
}

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;
