import { applied, arithmetic, isTrue } from './functions.ts';
import { isLike } from './like.ts';
import type { Known, Node } from './node.ts';

/** Values of variables; what is not in it is NULL. */
export type Row = ReadonlyMap<string, Known>;

const bit = (value: boolean | undefined): Known => (value === undefined ? undefined : Number(value));

/** What a condition comes to for one row, by SQL's three truth values. `budget` counts nodes down; below zero the answer means nothing. */
export function evaluate(node: Node, row: Row, budget: { left: number }): Known {
  budget.left -= 1;
  if (node.kind === 'constant') return node.value;
  if (node.kind === 'variable') return row.get(node.name);
  if (budget.left < 0) return undefined;
  if (node.op === 'OR' || node.op === 'AND') return joined(node.op === 'OR', node.args, row, budget);
  if (node.op === 'CASE') return chosen(node.args, row, budget);
  return computed(
    node.op,
    node.args.map((arg) => evaluate(arg, row, budget)),
  );
}

/** OR stops at the first that is true, AND at the first that is false. */
function joined(or: boolean, args: readonly Node[], row: Row, budget: { left: number }): Known {
  let all: Known = Number(!or);
  for (const arg of args) {
    const value = isTrue(evaluate(arg, row, budget));
    if (value === or) return Number(or);
    if (value === undefined) all = undefined;
  }
  return all;
}

/** Conditions and what they lead to, in turn. */
function chosen(args: readonly Node[], row: Row, budget: { left: number }): Known {
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [when, then] = args.slice(i, i + 2);
    if (when !== undefined && then !== undefined && isTrue(evaluate(when, row, budget)) === true) return evaluate(then, row, budget);
  }
  return undefined;
}

function computed(op: string, values: readonly Known[]): Known {
  const [a, b] = values;
  switch (op) {
    case 'NOT': {
      const truth = isTrue(a);
      return bit(truth === undefined ? undefined : !truth);
    }
    case 'XOR':
      return values.includes(undefined) ? undefined : Number(values.filter((value) => isTrue(value) === true).length % 2 === 1);
    case 'TRUTH':
      return bit(isTrue(a));
    case 'IS':
      return Number(a === b);
    case '<=>':
      return a === undefined || b === undefined ? Number(a === b) : bit(holds('=', a, b));
    case 'IN':
      return among(a, values.slice(1));
    case 'LIKE':
    case 'GLOB':
    case 'MATCHES':
      return a === undefined || b === undefined ? undefined : Number(fits(op, String(a), String(b)));
    default:
      if (/^(?:[-+*/%]|\|\||DIV|MOD)$/.test(op)) return arithmetic(op, a, b);
      if (/^[<>=]/.test(op)) return a === undefined || b === undefined ? undefined : bit(holds(op, a, b));
      return applied(op, values);
  }
}

function among(value: Known, list: readonly Known[]): Known {
  if (value === undefined) return undefined;
  if (list.some((one) => one !== undefined && holds('=', value, one))) return 1;
  return list.includes(undefined) ? undefined : 0;
}

function fits(op: string, text: string, pattern: string): boolean {
  if (op === 'LIKE') return isLike(text.toLowerCase(), pattern.toLowerCase());
  return op === 'GLOB' ? isLike(text, pattern.replaceAll('*', '%').replaceAll('?', '_')) : isMatch(text, pattern);
}

/** Only expressions that every text fits are known; of any other no text is said to fit. */
const isMatch = (text: string, pattern: string): boolean =>
  /^(?:|\^|\$|\^?\.\*\$?|\^?\(?\.\*\)?\$?|\[\\s\\S\]\*)$/.test(pattern) || (/^\^?\.\+?\$?$/.test(pattern) && text !== '');

function holds(operator: string, a: number | string, b: number | string): boolean {
  const [x, y] = typeof a === typeof b ? [a, b] : [Number(a), Number(b)];
  switch (operator) {
    case '=':
      return x === y;
    case '<>':
      return x !== y;
    case '<':
      return x < y;
    case '>':
      return x > y;
    case '<=':
      return x <= y;
    default:
      return x >= y;
  }
}
