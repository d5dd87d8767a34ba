const PATTERN =
  /(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61})\.){1,6}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9]{2,40})(?![\w-])/y;
/** Longest part before the `@`. */
const LONGEST = 64;

const LOCAL = new Uint8Array(128);
const GLUED = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[\w.!#$%&'*+/=?^`{|}~-]/.test(char)) LOCAL[code] = 1;
  if (/[\w.+-]/.test(char)) GLUED[code] = 1;
}

const among = (set: Uint8Array, text: string, at: number): boolean => set[text.charCodeAt(at)] === 1;

/** E-mail addresses, sought from their `@` backwards: what stands before one is tried once, however much of it there is. */
export function emails(text: string): [start: number, end: number][] {
  const out: [number, number][] = [];
  let from = 0;
  for (let mark = text.indexOf('@'); mark >= 0; mark = text.indexOf('@', mark + 1)) {
    let start = -1;
    for (let at = mark - 1; at >= from && mark - at <= LONGEST && among(LOCAL, text, at); at--) {
      if (at === 0 || !among(GLUED, text, at - 1)) start = at;
    }
    if (start < 0) continue;
    PATTERN.lastIndex = start;
    if (!PATTERN.test(text)) continue;
    from = PATTERN.lastIndex;
    out.push([start, from]);
  }
  return out;
}
