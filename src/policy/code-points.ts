/** A function of CEL's on text: its operands as given; `undefined` where they are not its kind. Positions count code points, as `size()` does. */
export type OnText = (text: string, given: readonly unknown[], fail: (message: string) => Error) => string | bigint | readonly string[] | undefined;

const SURROGATE = /[\ud800-\udfff]/;

/** Whether positions in a text are the same by code points and by UTF-16 units. */
export function isPlainText(text: string): boolean {
  return !SURROGATE.test(text);
}

/** Negative, zero or positive, by code points: UTF-16 puts U+1F44D before U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  if (isPlainText(a) && isPlainText(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [one, other] = [[...a], [...b]];
  for (const [at, point] of one.entries()) {
    const against = other[at];
    if (against === undefined) return 1;
    if (point !== against) return (point.codePointAt(0) ?? 0) - (against.codePointAt(0) ?? 0);
  }
  return one.length - other.length;
}

function pointsBefore(text: string, unit: number): bigint {
  return BigInt(unit <= 0 ? unit : [...text.slice(0, unit)].length);
}

/** A position as an int, or as the whole number that JSON has for one. */
function position(value: unknown, most: number): number | null {
  const at = typeof value === 'bigint' ? Number(value) : value;
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 && at <= most ? at : null;
}

const isPosition = (value: unknown): boolean => value === undefined || typeof value === 'bigint' || typeof value === 'number';

const substring: OnText = (text, [from, to], fail) => {
  if (from === undefined || !isPosition(from) || !isPosition(to)) return undefined;
  const points = isPlainText(text) ? text : [...text];
  const start = position(from, points.length);
  const end = to === undefined ? points.length : position(to, points.length);
  if (start === null || end === null || end < start) throw fail('string.substring(start, end): an index is out of range');
  const cut = points.slice(start, end);
  return typeof cut === 'string' ? cut : cut.join('');
};

function searching(name: string, search: (text: string, sought: string, from: number | undefined) => number): OnText {
  return (text, [sought, from], fail) => {
    if (typeof sought !== 'string' || !isPosition(from)) return undefined;
    if (from === undefined) return pointsBefore(text, search(text, sought, undefined));
    const points = [...text];
    const start = position(from, sought === '' ? Number.MAX_SAFE_INTEGER : points.length - 1);
    if (start === null) throw fail(`string.${name}(search, fromIndex): fromIndex out of range`);
    return sought === '' ? BigInt(start) : pointsBefore(text, search(text, sought, points.slice(0, start).join('').length));
  };
}

const indexOf = searching('indexOf', (text, sought, from) => text.indexOf(sought, from));
const lastIndexOf = searching('lastIndexOf', (text, sought, from) => text.lastIndexOf(sought, from));

/** Only the empty separator cuts between characters; every other cuts where it stands. */
const split: OnText = (text, [separator, limit]) => {
  if (separator !== '' || isPlainText(text)) return undefined;
  const points = [...text];
  if (limit === undefined) return points;
  if (!isPosition(limit)) return undefined;
  const most = Number(limit);
  if (most < 0 || most >= points.length) return points;
  return most === 0 ? [] : [...points.slice(0, most - 1), points.slice(most - 1).join('')];
};

/** ASCII letters only, as the names say. */
const lowerAscii: OnText = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const upperAscii: OnText = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

export const ON_CODE_POINTS: ReadonlyMap<string, OnText> = new Map(
  Object.entries({ substring, indexOf, lastIndexOf, split, lowerAscii, upperAscii }),
);
