/** Most alternatives of `{a,b}` that are followed; what is beyond is left out. */
const MOST = 64;

/** The alternatives of a pattern with braces, nested ones too: `*.{pem,key}` is `*.pem` and `*.key`. */
export function alternatives(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let one = open.pop(); one !== undefined && done.length + open.length < MOST; one = open.pop()) {
    const parts = firstBraces(one);
    if (parts === null) done.push(one);
    else for (const choice of parts.choices) open.push(parts.before + choice + parts.after);
  }
  return done;
}

interface Braces {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

/** The first group without a group inside, so that nested ones are taken from within. */
function firstBraces(pattern: string): Braces | null {
  const end = pattern.indexOf('}');
  const start = end < 0 ? -1 : pattern.lastIndexOf('{', end);
  if (start < 0) return null;
  return { before: pattern.slice(0, start), choices: pattern.slice(start + 1, end).split(',', MOST), after: pattern.slice(end + 1) };
}

/** Whether a name fits a pattern of `*`, `?` and `[…]` (read as any one character); in any case of letters. Linear but for the last `*`. */
export function fitsPattern(name: string, pattern: string): boolean {
  const marks = pattern.toLowerCase().replace(/\[[^\]]{1,64}\]/g, '?');
  const text = name.toLowerCase();
  let [at, mark, star, kept] = [0, 0, -1, 0];
  while (at < text.length) {
    const wanted = marks.charAt(mark);
    if (wanted === '*') [star, kept, mark] = [mark, at, mark + 1];
    else if (wanted === '?' || wanted === text.charAt(at)) [at, mark] = [at + 1, mark + 1];
    else if (star >= 0) [kept, at, mark] = [kept + 1, kept + 1, star + 1];
    else return false;
  }
  while (marks.charAt(mark) === '*') mark++;
  return mark === marks.length;
}

export const isPattern = (text: string): boolean => /[*?[{]/.test(text);
