/** `\xHH`, `\uHHHH`, `\u{…}`, octal `\NNN` as they stand inside string literals. Linear. */
export function unescapeLiteral(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\u\{0{0,6}([0-9a-fA-F]{1,6})\}|\\([0-3][0-7]{2})/g, (whole, ...groups: unknown[]) => {
    const [hex, wide, braced, octal] = groups as (string | undefined)[];
    const code = octal === undefined ? Number.parseInt(hex ?? wide ?? braced ?? '', 16) : Number.parseInt(octal, 8);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  sol: '/',
  bsol: '\\',
  semi: ';',
  lpar: '(',
  rpar: ')',
  grave: '`',
  dollar: '$',
  period: '.',
  colon: ':',
  newline: '\n',
  tab: '\t',
  verbar: '|',
};

/** Numeric and the few named HTML character references that can hide syntax. Linear. */
export function unentity(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x0{0,8}([0-9a-fA-F]{1,6})|#0{0,8}([0-9]{1,7})|([A-Za-z]{2,8}));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
      const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
