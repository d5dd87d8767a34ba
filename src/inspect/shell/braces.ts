import { UNKNOWN } from './call.ts';

const MOST = 256;
/** Longest word that is multiplied out; matching braces costs its square. */
const LONGEST = 512;

/**
 * The words `a{b,c}d` multiplies into, in order, at most 256; quotes, escapes and `${…}` are stepped over. A sequence
 * (`{1..9}`) stays as it stands: it names files, not programs. A longer word than 512 characters is unknown.
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
  for (let i = from; i < text.length; i = step(text, i)) if (text.charAt(i) === '{' && text.charAt(i - 1) !== '$') return i;
  return -1;
}

/** The index after what stands at `i`: one character, an escape, a quoted run or a `${…}`. */
function step(text: string, i: number): number {
  const char = text.charAt(i);
  if (char === '\\') return i + 2;
  if (char === "'" || char === '"') {
    const close = text.indexOf(char, i + 1);
    return close < 0 ? text.length : close + 1;
  }
  if (char === '$' && text.charAt(i + 1) === '{') {
    const close = text.indexOf('}', i);
    return close < 0 ? text.length : close + 1;
  }
  return i + 1;
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
      return items.length > 1 ? { items, end: i + 1 } : undefined;
    }
  }
  return undefined;
}
