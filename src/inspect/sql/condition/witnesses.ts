import type { Known, Node } from './node.ts';
import { HIGHEST, isFilled, isIdentity, LOWEST } from './row-columns.ts';

/** Constants a variable is tried at. */
const MOST = 48;

/** What stands in an expression: the variables, the constants, and which variables are asked whether they are NULL. */
export interface Mentioned {
  readonly variables: ReadonlySet<string>;
  readonly values: ReadonlySet<number | string>;
  readonly nullable: ReadonlySet<string>;
  /** More constants than are tried. */
  readonly cut: boolean;
}

export function mentionedIn(nodes: readonly Node[]): Mentioned {
  const variables = new Set<string>();
  const values = new Set<number | string>();
  const nullable = new Set<string>();
  let cut = false;
  const waiting = [...nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'variable') variables.add(node.name);
    else if (node.kind === 'constant') {
      if (node.value === undefined) continue;
      if (values.size >= MOST) cut = true;
      else values.add(node.value);
    } else {
      const [left, right] = node.args;
      if (node.op === 'IS' && left?.kind === 'variable' && right?.kind === 'constant' && right.value === undefined) nullable.add(left.name);
      for (const arg of node.args) waiting.push(arg);
    }
  }
  return { variables, values, nullable, cut };
}

/**
 * Values that stand for all a column may hold: each constant of the condition, its neighbours, something else. What no row of a real table holds
 * (a key of zero, a date in the year 9999) is left out, and NULL is tried where it is asked for.
 */
export function witnesses(name: string, { values, nullable }: Mentioned, table: string): readonly Known[] {
  const identity = isIdentity(name, table);
  const filled = isFilled(name, table);
  const out = new Set<Known>();
  const texts = [...values].filter((value): value is string => typeof value === 'string' && (value.trim() === '' || Number.isNaN(Number(value))));
  const dates = texts.length > 0 && texts.every((text) => yearOf(text) > 0);
  const numbers = [...values].map(Number).filter((value) => Number.isFinite(value));
  if (dates) for (const text of datesAround(texts)) out.add(text);
  else if (texts.length > 0) for (const text of textsAround(texts, filled)) out.add(text);
  if (numbers.length > 0 || texts.length === 0) for (const number of numbersAround(numbers, identity)) out.add(number);
  if (nullable.has(name) && !filled) out.add(undefined);
  return [...out];
}

function numbersAround(marks: readonly number[], identity: boolean): number[] {
  const near = identity ? [1, -1] : [1, -1, 1e-6, -1e-6];
  const lowest = identity ? 1 : LOWEST;
  const all = [7_654_321, 7_654_322, ...marks, ...marks.flatMap((mark) => near.map((step) => mark + step)), HIGHEST, lowest, 1, 0];
  return all.filter((number) => number >= lowest && number <= HIGHEST);
}

function textsAround(texts: readonly string[], filled: boolean): string[] {
  const all = [
    'q\uffff',
    ...texts,
    ...texts.flatMap((text) => [`${text}\u0001`, text.slice(0, -1), text.replaceAll(/[%*]/g, '').replaceAll(/[_?]/g, 'k')]),
  ];
  return [...new Set([...all, ''])].filter((text) => text !== '' || !filled);
}

const yearOf = (text: string): number => Number(/^\s*(\d{4})(?:-\d{1,2}-\d{1,2}|$|\/)/.exec(text)?.[1] ?? 0);

/** Days of rows lie between 1970 and 2100. */
function datesAround(texts: readonly string[]): string[] {
  const all = ['2004-05-06', ...texts, ...texts.flatMap((text) => [`${text}\u0001`, `${text.slice(0, -1)}!`]), '2099-12-31', '1970-01-02'];
  return all.filter((text) => yearOf(text) === 0 || (text >= '1970-01-02' && text <= '2099-12-31'));
}
