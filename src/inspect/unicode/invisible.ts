/** What the hidden characters of a text are, in one pass. */
export interface Hidden {
  /** Text spelled in tag characters (U+E0020–E007E), the "ASCII smuggling" block, outside of flag emoji. */
  readonly tags: string;
  /** Bytes spelled in variation selectors (U+FE00–FE0F, U+E0100–E01EF) as a run after one character. */
  readonly selectors: string;
  /** Directional overrides, embeddings and isolates (Trojan Source). */
  readonly bidi: number;
  /** Zero-width and filler characters between letters of one word. */
  readonly inWords: number;
}

const LETTER = /[\p{L}\p{N}]/u;

/** Linear, one pass. Joiners inside emoji and in scripts that need them are not hidden text. */
export function hiddenIn(text: string): Hidden {
  let tags = '';
  let selectors = '';
  let run = 0;
  let bidi = 0;
  let inWords = 0;
  let before = 0;
  let flag = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const code = unit >= 0xd800 && unit < 0xdc00 ? (text.codePointAt(i) ?? unit) : unit;
    if (code > 0xffff) i += 1;
    if (code < 0x80 && run === 0) {
      flag = false;
      before = code;
      continue;
    }
    if (code >= 0xe0020 && code <= 0xe007f) {
      if (!flag && code < 0xe007f) tags += String.fromCharCode(code - 0xe0000);
      continue;
    }
    const selector = selectorOf(code);
    if (selector >= 0) {
      run += 1;
      selectors += String.fromCharCode(selector);
      continue;
    }
    if (run === 1) selectors = selectors.slice(0, -1);
    run = 0;
    flag = code === 0x1f3f4;
    if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) bidi += 1;
    else if (isZeroWidth(code)) inWords += code < 0x200e && code > 0x200b && before >= 0x80 ? 0 : isLetter(before) ? 1 : 0;
    before = code;
  }
  if (run === 1) selectors = selectors.slice(0, -1);
  return { tags, selectors, bidi, inWords };
}

function selectorOf(code: number): number {
  if (code >= 0xfe00 && code <= 0xfe0f) return code - 0xfe00;
  return code >= 0xe0100 && code <= 0xe01ef ? code - 0xe0100 + 16 : -1;
}

function isLetter(code: number): boolean {
  if (code >= 0x80) return LETTER.test(String.fromCodePoint(code));
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122);
}

function isZeroWidth(code: number): boolean {
  return (
    code === 0xad ||
    (code >= 0x200b && code <= 0x200d) ||
    code === 0x2060 ||
    (code >= 0x2061 && code <= 0x2064) ||
    code === 0x3164 ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0xffa0 ||
    code === 0x034f
  );
}
