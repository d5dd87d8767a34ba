import { UNKNOWN } from './call.ts';

const MOST = 256;
/** Longest word that is multiplied out; matching braces costs its square. */
const LONGEST = 512;

/**
 * The words `a{b,c}d` multiplies into, in order, at most 256; quotes, escapes and expansions are stepped over. A longer
 * word than 512 characters, and a sequence of more than 256, is unknown.
 */
export function splitBraces(text: string): readonly string[] {
  if (text.length > LONGEST) return [UNKNOWN];
  let open = 0;
  for (;;) {
    open = findOpen(text, open);
    if (open < 0) return [text];
    const group = readGroup(text, open);
    if (group === undefined) {
      open += 1;
      continue;
    }
    const before = text.slice(0, open);
    const after = text.slice(group.end);
    const tails = splitBraces(after);
    const out: string[] = [];
    for (const item of group.items)
      for (const middle of splitBraces(item))
        for (const tail of tails) {
          if (out.length >= MOST) return out;
          out.push(before + middle + tail);
        }
    return out;
  }
}

function findOpen(text: string, from: number): number {
  for (let i = from; i < text.length; i = step(text, i))
    if (text.charAt(i) === '{' && (text.charAt(i - 1) !== '$' || text.charAt(i - 2) === '\\')) return i;
  return -1;
}

/** The index after what stands at `i`: one character, an escape, a quoted run, a `${…}`, a `$(…)`, a `<(…)` or back quotes. */
function step(text: string, i: number): number {
  const char = text.charAt(i);
  const next = text.charAt(i + 1);
  if (char === '\\') return i + 2;
  if (char === "'") return quoteEnd(text, i, text.charAt(i - 1) === '$');
  if (char === '"' || char === '`') return quoteEnd(text, i, true);
  if (char === '$' && next === '{') return bracketEnd(text, i + 1, '{}');
  if ((char === '$' || char === '<' || char === '>') && next === '(') return bracketEnd(text, i + 1, '()');
  return i + 1;
}

/** Behind the quote that ends what begins at `i`; in escaped text a backslash takes the next character along. */
function quoteEnd(text: string, i: number, escapes: boolean): number {
  const quote = text.charAt(i);
  for (let at = i + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return at + 1;
    if (escapes && char === '\\') at++;
    else if (quote === '"' && char === '$' && text.charAt(at + 1) === '(') at = bracketEnd(text, at + 1, '()') - 1;
    else if (quote === '"' && char === '$' && text.charAt(at + 1) === '{') at = bracketEnd(text, at + 1, '{}') - 1;
  }
  return text.length;
}

function bracketEnd(text: string, open: number, [begin, end]: string): number {
  let depth = 0;
  for (let at = open; at < text.length; at = depth > 0 ? step(text, at) : at + 1) {
    if (text.charAt(at) === begin) depth++;
    else if (text.charAt(at) === end && --depth <= 0) return at + 1;
  }
  return text.length;
}

const SEQUENCE = /^(-?\d{1,15}|[A-Za-z])\.\.(-?\d{1,15}|[A-Za-z])(?:\.\.(-?\d{1,15}))?$/;

/** `1..3`, `a..e..2`: the words it stands for; undefined when it is no sequence, unknown when it is a long one. */
function sequence(text: string): readonly string[] | undefined {
  const [, first = '', last = '', by] = SEQUENCE.exec(text) ?? [];
  const letters = /^[A-Za-z]$/.test(first);
  if (first === '' || letters !== /^[A-Za-z]$/.test(last)) return undefined;
  const [from, to] = letters ? [first.charCodeAt(0), last.charCodeAt(0)] : [Number(first), Number(last)];
  const size = Math.abs(Number(by ?? 1)) || 1;
  const count = Math.floor(Math.abs(to - from) / size) + 1;
  if (count > MOST) return [UNKNOWN];
  const width = [first, last].some((one) => /^-?0\d/.test(one)) ? Math.max(first.length, last.length) : 0;
  return Array.from({ length: count }, (_, at) => {
    const value = from + Math.sign(to - from) * size * at;
    return letters ? String.fromCharCode(value) : `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(width - (value < 0 ? 1 : 0), '0')}`;
  });
}

function readGroup(text: string, open: number): { readonly items: readonly string[]; readonly end: number } | undefined {
  const items: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < text.length; i = step(text, i)) {
    const char = text.charAt(i);
    if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) {
      items.push(text.slice(start, i));
      start = i + 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth > 0) continue;
      items.push(text.slice(start, i));
      if (items.length > 1) return { items, end: i + 1 };
      const inRow = sequence(items[0] ?? '');
      return inRow === undefined ? undefined : { items: inRow, end: i + 1 };
    }
  }
  return undefined;
}
