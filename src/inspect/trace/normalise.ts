const EDGE = new Set(' \t\r\n.,;:!?"\'`()[]{}<>*_|«»“”‘’…'.split(''));
const CURRENCY = new Set(['$', '€', '£', '¥', '₹', 'usd', 'eur', 'gbp', 'chf', 'jpy', 'inr', 'aud', 'cad']);
const MAX_NUMBER = 40;
const MAX_WHOLE = 8_192;

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** Without the punctuation that prose puts around a value; `/`, `@`, `#`, `+`, `-` and `~` belong to values and stay. */
export function trimEdges(text: string): string {
  let start = 0;
  let end = text.length;
  // `./a` and `.env` keep their dot: only a dot before a space or at the end is prose.
  while (start < end && EDGE.has(text.charAt(start))) {
    if (text.charAt(start) === '.' && /[\w/.]/.test(text.charAt(start + 1))) break;
    start++;
  }
  while (end > start && EDGE.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function withoutCurrency(text: string): string {
  let bare = text;
  if (isDigit(text.charAt(0)) && isDigit(text.at(-1))) return text;
  for (const mark of CURRENCY) {
    if (bare.startsWith(mark)) bare = bare.slice(mark.length).trim();
    else if (bare.endsWith(mark)) bare = bare.slice(0, -mark.length).trim();
  }
  return bare;
}

/** `1,000.00`, `1.000,00`, `1 000`, `$1000` and `1e3` are one number; null when the text is none. `1.000` alone is one, not a thousand. */
export function plainNumber(text: string): string | null {
  if (text.length > MAX_NUMBER) return null;
  let bare = withoutCurrency(text).replaceAll(/[\s'’_]/g, '');
  if (!isDigit(bare.at(-1)) || !/^[+-]?[\d.,]+(?:e[+-]?\d{1,3})?$/.test(bare)) return null;
  const comma = bare.lastIndexOf(',');
  const dot = bare.lastIndexOf('.');
  const groups = /^[+-]?\d{1,3}(?:,\d{3})+$/.test(bare.slice(0, dot < comma ? undefined : Math.max(dot, 0)));
  if (comma >= 0 && dot > comma) bare = bare.replaceAll(',', '');
  else if (comma >= 0 && dot >= 0) bare = bare.replaceAll('.', '').replace(',', '.');
  else if (comma >= 0) bare = groups ? bare.replaceAll(',', '') : bare.replace(',', '.');
  else if (bare.indexOf('.') !== dot) bare = bare.replaceAll('.', '');
  // Long digit strings are account numbers, not amounts: as numbers they would lose digits.
  const digits = bare.replaceAll(/\D/g, '').length;
  const value = Number(bare);
  return Number.isFinite(value) && digits <= 15 ? String(value) : null;
}

/** Digits and letters of an account, card or telephone number without its grouping; null when the text is none. */
function plainAccount(text: string): string | null {
  if (text.length > MAX_NUMBER || !/^\+?[a-z0-9][a-z0-9 ().\-/]*$/.test(text)) return null;
  const bare = text.replaceAll(/[^a-z0-9]/g, '');
  let digits = 0;
  for (const char of bare) if (isDigit(char)) digits++;
  const iban = /^[a-z]{2}\d{2}[a-z0-9]{10,30}$/.test(bare) && !text.includes('/');
  return iban || (digits === bare.length && digits >= 7 && /[ ()\-+]/.test(text) && !/^\d{4}-\d{2}-\d{2}/.test(text)) ? bare : null;
}

/**
 * What two spellings of one value have in common (TAINT-2): compatibility form, lower case, single spaces, no punctuation around it,
 * one number format, no grouping in account and telephone numbers, no scheme's default decoration at the end of a URL.
 */
export function normalise(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  // Nobody compares whole books: a long text is known by its beginning and its length.
  const source = value.length > MAX_WHOLE ? `${value.slice(0, MAX_WHOLE)}\u2026${String(value.length)}` : value;
  const plain = /^[\x20-\x7e]*$/.test(source) ? source : source.normalize('NFKC').replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  const lower = plain.toLowerCase().trim();
  const text = trimEdges(/[^\S ]| {2}/.test(lower) ? lower.replaceAll(/\s+/g, ' ') : lower);
  const number = text.length <= MAX_NUMBER && /\d/.test(text) ? (plainNumber(text) ?? plainAccount(text)) : null;
  if (number !== null) return number;
  const bare = text.startsWith('mailto:') ? text.slice(7) : text;
  return bare.includes('://') || (bare.endsWith('/') && bare.length > 1) ? bare.replace(/\/$/, '') : bare;
}
