/** Below this a double has fewer than 53 significant bits. */
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/**
 * Whether a JSON number token survives being a double: plain integers up to ±(2^53−1); other numbers when their decimal digits are
 * those of the double's shortest form or of its 17-digit form, the two ways other languages print one.
 * `plain` says the token is an optional minus and digits only.
 */
export function isLossless(token: string, plain: boolean): boolean {
  const value = Number(token);
  if (plain) return Number.isSafeInteger(value);
  // A token the grammar will refuse anyway is not ours to judge.
  if (Number.isNaN(value)) return true;
  if (!Number.isFinite(value)) return false;
  const written = decimal(token);
  if (written.digits.length <= 15 && Math.abs(value) >= SMALLEST_NORMAL) return true;
  if (written.digits === '') return true;
  return same(written, decimal(String(value))) || same(written, decimal(value.toPrecision(17)));
}

/** Significant digits without zeros at either end, and the power of ten of the last one. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

function decimal(token: string): Decimal {
  const mark = Math.max(token.indexOf('e'), token.indexOf('E'));
  const mantissa = (mark === -1 ? token : token.slice(0, mark)).replace('-', '');
  const point = mantissa.indexOf('.');
  const fraction = point === -1 ? 0 : mantissa.length - point - 1;
  const all = mantissa.replace('.', '');
  let start = 0;
  let end = all.length;
  while (start < end && all.charCodeAt(start) === 0x30) start++;
  while (end > start && all.charCodeAt(end - 1) === 0x30) end--;
  const exponent = (mark === -1 ? 0 : Number(token.slice(mark + 1))) - fraction + (all.length - end);
  return { digits: all.slice(start, end), exponent };
}

function same(a: Decimal, b: Decimal): boolean {
  return a.digits === b.digits && a.exponent === b.exponent;
}
