import type { ASTNode } from '@marcbachmann/cel-js';

/** Steps one evaluation of a condition may take: far beyond what conditions need, and done in a few hundredths of a second (POLICY-19). */
export const MOST_STEPS = 250_000;

/** Counts the steps of one condition: every part that is evaluated is one, and what reads a text or a list pays for its length. */
export interface Meter {
  /**
   * Runs an evaluation within so many steps.
   * @throws Error when it takes more, whatever it would have answered
   */
  run<Answer>(steps: number, evaluate: () => Answer): Answer;
}

/** The parts of a parsed condition as the library evaluates them; its types show only what it was parsed into. */
interface Part {
  readonly op: string;
  readonly args: unknown;
  readonly meta: { readonly alternate?: Part; readonly macro?: { evaluate: Evaluate }; readonly evaluate: Evaluate };
  evaluate: Evaluate;
}

type Evaluate = (evaluator: unknown, part: unknown, context: unknown) => unknown;

/** What reads its operands from end to end. Field access and indexes do not. */
const READING: ReadonlySet<string> = new Set(['==', '!=', 'in', '+', '<', '<=', '>', '>=', 'call', 'rcall']);

/** What the library's `matches` is replaced by; as long as it, so that positions stay true. */
export const LINEAR_MATCH = 're2find';

/** Characters that cost one step: a pattern looks at each several times, anything else at many at once. */
const PER_STEP = 64;
const PER_STEP_OF_PATTERN = 8;

interface Counting {
  left: number;
}

/** Every step is counted by what is evaluated and never by time, so that a decision comes out the same wherever it is made again. */
export function meter(ast: ASTNode): Meter {
  const counting: Counting = { left: Number.POSITIVE_INFINITY };
  attach(ast as unknown as Part, counting, new Set());
  return {
    run(steps, evaluate) {
      counting.left = steps;
      try {
        const answer = evaluate();
        // Or, and, any and all pass over an error where another part settles the answer: this one may not be passed over.
        if (counting.left < 0) throw SPENT;
        return answer;
      } catch (error) {
        throw counting.left < 0 ? SPENT : error;
      } finally {
        counting.left = Number.POSITIVE_INFINITY;
      }
    },
  };
}

/** One for all: it says nothing of where, and a loop that is left through it makes none of its own. */
const SPENT = Object.assign(new Error('the condition takes too many steps'), { summary: `it takes more than ${String(MOST_STEPS)} steps` });

function pay(counting: Counting, steps: number): void {
  counting.left -= steps;
  if (counting.left < 0) throw SPENT;
}

function attach(part: Part, counting: Counting, seen: Set<Part>): void {
  if (seen.has(part)) return;
  seen.add(part);
  const { meta } = part;
  const evaluate: Evaluate =
    meta.alternate !== undefined
      ? passing(meta.alternate)
      : meta.macro !== undefined
        ? passing(meta.macro)
        : (evaluator, self, context) => meta.evaluate.call(part, evaluator, self, context);
  const reads = READING.has(part.op) && meta.alternate === undefined && meta.macro === undefined;
  const perStep = part.op === 'rcall' && (part.args as readonly unknown[])[0] === LINEAR_MATCH ? PER_STEP_OF_PATTERN : PER_STEP;
  const counts = part.op === 'call' || part.op === 'rcall' ? (part.args as readonly unknown[])[0] !== 'size' : true;
  part.evaluate = (evaluator, self, context) => {
    pay(counting, 1);
    const value = evaluate(evaluator, self, context);
    if (reads && typeof value === 'object') weigh(value, counting, PER_STEP);
    else if (reads && typeof value === 'string') pay(counting, value.length / PER_STEP);
    return value;
  };
  for (const operand of partsIn(part.args)) {
    attach(operand, counting, seen);
    if (reads) weighed(operand, { counting, perStep, lists: counts });
  }
  if (meta.alternate !== undefined) attach(meta.alternate, counting, seen);
  if (part.op === 'comprehension') leaveWhenSpent(part.args as Loop, counting);
}

/** The operand of a part that reads it from end to end. */
function weighed(part: Part, terms: { readonly counting: Counting; readonly perStep: number; readonly lists: boolean }): void {
  const { counting, perStep, lists } = terms;
  const { evaluate } = part;
  part.evaluate = (evaluator, self, context) => {
    const value = evaluate(evaluator, self, context);
    if (typeof value === 'string') pay(counting, value.length / perStep);
    else if (lists && typeof value === 'object') weigh(value, counting, perStep);
    return value;
  };
}

/** Lists and maps are read down to their last value. What the vocabulary is made of is one value. */
function weigh(value: unknown, counting: Counting, perStep: number): void {
  if (typeof value === 'string') return pay(counting, 1 + value.length / perStep);
  pay(counting, 1);
  if (Array.isArray(value)) for (const item of value) weigh(item, counting, perStep);
  else if (value instanceof Map) for (const item of value.values()) weigh(item, counting, perStep);
  else if (isPlain(value)) for (const key of Object.keys(value)) weigh(value[key], counting, perStep);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const made: unknown = Object.getPrototypeOf(value);
  return made === null || made === Object.prototype;
}

/** What evaluates a macro, or what the parser made of it: each is told of itself. */
function passing(other: { evaluate: Evaluate }): Evaluate {
  return (evaluator, _self, context) => other.evaluate(evaluator, other, context);
}

interface Loop {
  condition?: (so: unknown) => boolean;
}

/** A loop over a long list ends at once when no step is left; it would go on, since one element's error is passed over for the next. */
function leaveWhenSpent(loop: Loop, counting: Counting): void {
  const { condition } = loop;
  if (condition === undefined) return;
  loop.condition = (so) => {
    if (counting.left < 0) throw SPENT;
    return condition(so);
  };
}

function partsIn(args: unknown): readonly Part[] {
  if (Array.isArray(args)) return args.flatMap(partsIn);
  if (typeof args !== 'object' || args === null) return [];
  if ('op' in args && 'start' in args) return [args as unknown as Part];
  return 'iterable' in args ? Object.values(args).flatMap((one) => partsIn(one)) : [];
}
