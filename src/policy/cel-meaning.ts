import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { byCodePoint, ON_CODE_POINTS } from './code-points.ts';

/** A parsed and checked part as the library evaluates it; its types show only what it was parsed into. */
interface Part {
  readonly op: string;
  readonly args: unknown;
  readonly meta: { readonly alternate?: Part; readonly evaluate: Evaluate };
  readonly left?: Part;
  readonly right?: Part;
  readonly handle?: (left: unknown, right: unknown, part: Part, evaluator: Evaluator) => unknown;
  setMeta(key: 'evaluate', value: Evaluate): Part;
}

interface Evaluator {
  run(part: Part | undefined, context: unknown): unknown;
  createError(code: string, message: string, part: Part): Error;
}

type Evaluate = (evaluator: Evaluator, part: Part, context: unknown) => unknown;

/** The library's class of CEL's uint, which it makes and does not hand out. */
type Uint = { valueOf(): bigint };
const UINT = (new Environment().evaluate('1u') as object).constructor as new (value: bigint) => Uint;

/** What an operator says where the library says otherwise than CEL; `undefined`: the library is right. */
type Meaning = (left: unknown, right: unknown, fail: (code: string, message: string) => Error) => unknown;

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['==', (a, b) => equal(a, b)],
  ['!=', (a, b) => negated(equal(a, b))],
  ['in', within],
  ['%', remainder],
  ['+', withUint((a, b) => a + b)],
  ['-', withUint((a, b) => a - b)],
  ['*', withUint((a, b) => a * b)],
  ['/', withUint((a, b) => a / b)],
  ...Object.entries(ORDERS).map(([op, holds]): [string, Meaning] => [op, (a, b) => ordered(a, b, holds)]),
]);

/**
 * Puts right, in a condition that was parsed and checked, what the library evaluates otherwise than CEL says (POLICY-16, POLICY-17): numbers of
 * different types are equal when their values are, also within lists and maps; texts are read and ordered by code points. Beyond CEL, whose
 * JSON numbers are doubles without `%`: a whole one is taken by `%` as an int.
 */
export function asCelSays(ast: ASTNode): void {
  visit(ast as unknown as Part, new Set());
}

function visit(part: Part, seen: Set<Part>): void {
  if (seen.has(part)) return;
  seen.add(part);
  const meaning = MEANINGS.get(part.op);
  if (meaning !== undefined && part.handle !== undefined) part.setMeta('evaluate', binary(meaning));
  if (part.op === 'rcall') onText(part);
  for (const operand of partsIn(part.args)) visit(operand, seen);
  if (part.meta.alternate !== undefined) visit(part.meta.alternate, seen);
}

function binary(meaning: Meaning): Evaluate {
  return (evaluator, part, context) => {
    const left = evaluator.run(part.left, context);
    const right = evaluator.run(part.right, context);
    const answer = meaning(left, right, (code, message) => evaluator.createError(code, message, part));
    return answer === undefined ? part.handle?.(left, right, part, evaluator) : answer;
  };
}

function onText(part: Part): void {
  const [name, receiver, operands] = part.args as [string, Part, readonly Part[]];
  const read = ON_CODE_POINTS.get(name);
  if (read === undefined) return;
  const { evaluate } = part.meta;
  part.setMeta('evaluate', (evaluator, self, context) => {
    const text = evaluator.run(receiver, context);
    if (typeof text !== 'string') return evaluate.call(self, evaluator, self, context);
    const given = operands.map((operand) => evaluator.run(operand, context));
    const answer = read(text, given, (message) => evaluator.createError('invalid_argument', message, self));
    return answer === undefined ? evaluate.call(self, evaluator, self, context) : answer;
  });
}

function negated(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer;
}

/** The value of a number of any of CEL's three types; undefined for what is none. */
function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof UINT ? value.valueOf() : undefined;
}

/** CEL's equality across types (its language definition, “Equality”). Undefined for values only the library knows: times, bytes, our own facts. */
function equal(a: unknown, b: unknown): boolean | undefined {
  const [one, other] = [numberOf(a), numberOf(b)];
  // A bigint and a number are compared by their exact values here, not after one was rounded.
  if (one !== undefined && other !== undefined) return one == other;
  if (isScalar(a) && isScalar(b)) return one === undefined && other === undefined && a === b;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length ? all(a.map((item, at) => equal(item, b[at]))) : false;
  if (isMap(a) && isMap(b)) return sameMap(a, b);
  const [known, also] = [isKnown(a), isKnown(b)];
  return known && also ? false : undefined;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || numberOf(value) !== undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const made: unknown = Object.getPrototypeOf(value);
  return made === null || made === Object.prototype;
}

function isKnown(value: unknown): boolean {
  return isScalar(value) || Array.isArray(value) || isMap(value);
}

function sameMap(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean | undefined {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return all(keys.map((key) => (Object.hasOwn(b, key) ? equal(a[key], b[key]) : false)));
}

/** False where one is; else unsure where one is. */
function all(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function within(item: unknown, list: unknown): boolean | undefined {
  if (!Array.isArray(list)) return undefined;
  let sure = true;
  for (const one of list) {
    const same = equal(item, one);
    if (same === true) return true;
    sure &&= same === false;
  }
  return sure ? false : undefined;
}

/** JSON knows one kind of number: a whole one is an int here. What is not whole has no remainder, and says so as the library does. */
function remainder(a: unknown, b: unknown, fail: (code: string, message: string) => Error): unknown {
  if (typeof a !== 'number' && typeof b !== 'number') return undefined;
  const [one, other] = [numberOf(a), numberOf(b)].map(whole);
  if (one === undefined || other === undefined) return undefined;
  if (other === 0n) throw fail('modulo_by_zero', 'modulo by zero');
  const left = one % other;
  return (a instanceof UINT || b instanceof UINT) && left >= 0n ? new UINT(left) : left;
}

function whole(value: number | bigint | undefined): bigint | undefined {
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

/** A JSON number and a uint, which the library has no overload for, as a JSON number and an int: in doubles. */
function withUint(apply: (a: number, b: number) => number): Meaning {
  return (a, b) => {
    if (a instanceof UINT && typeof b === 'number') return apply(Number(a.valueOf()), b);
    return typeof a === 'number' && b instanceof UINT ? apply(a, Number(b.valueOf())) : undefined;
  };
}

function ordered(a: unknown, b: unknown, holds: (order: number) => boolean): boolean | undefined {
  return typeof a === 'string' && typeof b === 'string' ? holds(byCodePoint(a, b)) : undefined;
}

function partsIn(args: unknown): readonly Part[] {
  if (Array.isArray(args)) return args.flatMap(partsIn);
  if (typeof args !== 'object' || args === null) return [];
  if ('op' in args && 'start' in args) return [args as unknown as Part];
  return 'iterable' in args ? Object.values(args).flatMap((one) => partsIn(one)) : [];
}
