export interface FoundUrl {
  readonly text: string;
  /** Half-open UTF-16 range. */
  readonly span: readonly [start: number, end: number];
}

const MAX_FOUND = 1_000;
const STOP = new Set(' \t\n\r"\'<>`{}|^');

/** Every `scheme://…` in a text, in order, trailing punctuation left out; linear, at most 1,000. */
export function findUrls(text: string): FoundUrl[] {
  const found: FoundUrl[] = [];
  for (let mark = text.indexOf('://'); mark >= 0 && found.length < MAX_FOUND; mark = text.indexOf('://', mark)) {
    let start = mark;
    while (start > 0 && mark - start < 32 && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start -= 1;
    while (start < mark && !/[a-z]/i.test(text.charAt(start))) start += 1;
    let end = mark + 3;
    while (end < text.length && !STOP.has(text.charAt(end))) end += 1;
    const next = end;
    while (end > mark + 3 && /[.,;:!?)\]]/.test(text.charAt(end - 1)) && !balanced(text, start, end)) end -= 1;
    if (start < mark && end > mark + 3) found.push({ text: text.slice(start, end), span: [start, end] });
    mark = Math.max(next, mark + 3);
  }
  return found;
}

/** A closing bracket belongs to the URL when it was opened within it. */
function balanced(text: string, start: number, end: number): boolean {
  const last = text.charAt(end - 1);
  if (last !== ')' && last !== ']') return false;
  const open = text.lastIndexOf(last === ')' ? '(' : '[', end - 1);
  return open >= start;
}
