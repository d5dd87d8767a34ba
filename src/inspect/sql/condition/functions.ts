import type { Known } from './node.ts';

type Apply = (values: readonly Known[]) => Known;

const text =
  (change: (text: string) => Known): Apply =>
  ([a]) =>
    a === undefined ? undefined : change(String(a));
const number =
  (change: (number: number) => number): Apply =>
  ([a]) =>
    a === undefined ? undefined : change(Number(a));

/** Functions whose answer for given values every database agrees on. */
const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ...list(
    'LENGTH LEN CHAR_LENGTH CHARACTER_LENGTH DATALENGTH OCTET_LENGTH',
    text((a) => a.length),
  ),
  ...list('COALESCE IFNULL NVL ISNULL', (values) => values.find((value) => value !== undefined)),
  ...list(
    'UPPER UCASE',
    text((a) => a.toUpperCase()),
  ),
  ...list(
    'LOWER LCASE',
    text((a) => a.toLowerCase()),
  ),
  ...list(
    'TRIM LTRIM RTRIM',
    text((a) => a.trim()),
  ),
  ...list(
    'REVERSE',
    text((a) => [...a].reverse().join('')),
  ),
  ...list('CONCAT', (values) => values.map((value) => String(value ?? '')).join('')),
  ...list('ABS', number(Math.abs)),
  ...list('SIGN', number(Math.sign)),
  ...list('FLOOR', number(Math.floor)),
  ...list('CEIL CEILING', number(Math.ceil)),
  ...list('ROUND', number(Math.round)),
  ...list('CHAR CHR', ([a]) => (typeof a === 'number' ? String.fromCharCode(a) : undefined)),
  ...list('ASCII', ([a]) => (typeof a === 'string' && a !== '' ? a.charCodeAt(0) : undefined)),
  ...list('NULLIF', ([a, b]) => (a === b ? undefined : a)),
  ...list('GREATEST', (values) => (values.includes(undefined) ? undefined : Math.max(...values.map(Number)))),
  ...list('LEAST', (values) => (values.includes(undefined) ? undefined : Math.min(...values.map(Number)))),
  ...list('IF IIF', ([condition, then, otherwise]) => (isTrue(condition) === true ? then : otherwise)),
]);

function list(names: string, apply: Apply): [string, Apply][] {
  return names.split(' ').map((name) => [name, apply]);
}

export const isFunction = (name: string): boolean => FUNCTIONS.has(name);
export const applied = (name: string, values: readonly Known[]): Known => FUNCTIONS.get(name)?.(values);

/** What a value says as a condition; undefined for NULL. */
export function isTrue(value: Known): boolean | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'number' ? value !== 0 : /^\s*(?:[1-9]|t(?:rue)?$|y(?:es)?$|on$)/i.test(value);
}

export function arithmetic(operator: string, a: Known, b: Known): Known {
  if (a === undefined || b === undefined) return undefined;
  if (operator === '||' || (operator === '+' && typeof a === 'string' && typeof b === 'string')) return `${String(a)}${String(b)}`;
  const [x, y] = [Number(a), Number(b)];
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? undefined : x / y;
    case 'DIV':
      return y === 0 ? undefined : Math.trunc(x / y);
    default:
      return y === 0 ? undefined : x % y;
  }
}
