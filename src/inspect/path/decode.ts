/** Rounds of decoding; whatever is wrapped deeper is itself said to be uninspectable. */
const ROUNDS = 6;

export interface Decoded {
  readonly text: string;
  /** true when decoding brought out a dot, a separator or a NUL that did not stand there plainly. */
  readonly revealed: boolean;
  /** true when after all rounds something was still encoded. */
  readonly unfinished: boolean;
}

/** Undoes the ways a path's dots and slashes are hidden: percent (nested, `%u`, overlong UTF-8), `0x2e`, full-width forms, `\u002e`. Linear. */
export function decodePath(raw: string): Decoded {
  let text = raw;
  let revealed = false;
  for (let round = 0; round < ROUNDS; round++) {
    const next = once(text);
    if (next === text) return { text, revealed, unfinished: false };
    if (count(next) > count(text)) revealed = true;
    text = next;
  }
  return { text, revealed, unfinished: once(text) !== text };
}

function count(text: string): number {
  let n = 0;
  for (const char of text) if (char === '.' || char === '/' || char === '\\' || char === '\u0000') n += 1;
  return n;
}

const ENCODED =
  /%u([0-9a-f]{4})|%([0-9a-f])%([0-9a-f])(?![0-9a-f])|%(?:c0|c1|e0%80|f0%80%80|f8%80%80%80|fc%80%80%80%80)%([0-9a-f]{2})|%([0-9a-f]{2})|0x(2e|2f|5c)|\\u00(2e|2f|5c)|\\x(2e|2f|5c)|[\uff0e\uff0f\uff3c\u2215\u2044\u2216\u29f5\u2024]/gi;

const LOOKALIKE: Readonly<Record<string, string>> = {
  '\uff0e': '.',
  '\u2024': '.',
  '\uff0f': '/',
  '\u2215': '/',
  '\u2044': '/',
  '\uff3c': '\\',
  '\u2216': '\\',
  '\u29f5': '\\',
};

function once(text: string): string {
  if (!/[%\\0\u2024-\uff3c]/.test(text)) return text;
  return text.replace(ENCODED, (whole: string, ...groups: unknown[]) => {
    const [wide, high, low, overlong, plain, hex, escape, byte] = groups.slice(0, 8) as (string | undefined)[];
    if (wide !== undefined) return wideChar(Number.parseInt(wide, 16));
    if (high !== undefined && low !== undefined) return String.fromCharCode(Number.parseInt(high + low, 16));
    if (overlong !== undefined) return overlongChar(whole, Number.parseInt(overlong, 16));
    const code = plain ?? hex ?? escape ?? byte;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return LOOKALIKE[whole] ?? whole;
  });
}

function wideChar(code: number): string {
  const char = String.fromCharCode(code);
  return LOOKALIKE[char] ?? (code > 0xff00 && code < 0xff5f ? String.fromCharCode(code - 0xfee0) : char);
}

/** RFC 3629 forbids overlong forms; lax decoders read them, and some read a bare ASCII byte after the lead byte too. */
function overlongChar(whole: string, last: number): string {
  if (last === 0x2e || last === 0x2f || last === 0x5c) return String.fromCharCode(last);
  const lead = whole.slice(1, 3).toLowerCase();
  return String.fromCharCode(((lead === 'c1' ? 1 : 0) << 6) | (last & 0x3f));
}
