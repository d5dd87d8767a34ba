import type { Seen } from '../shell/call.ts';
import type { Statement } from './tree.ts';
import type { Given, Scope, Value } from './value.ts';

export type CodeLanguage = 'python' | 'javascript';

/** What one reading of a program carries. */
export interface Machine {
  readonly language: CodeLanguage;
  readonly seen: Seen[];
  readonly globals: Scope;
  /** Steps that may still be taken, and characters that may still be made. */
  readonly left: { steps: number; characters: number };
  readonly now: {
    /** Calls inside calls. */
    depth: number;
    /** Expressions and statements inside each other, in all the calls that are under way. */
    inside: number;
    /** On a path that may not be taken: an assignment joins. */
    maybe: number;
    /** In a function nothing here calls. */
    idle: boolean;
    /** Something that was fetched was written to a file whose name is not known. */
    fetched: boolean;
  };
  /** Functions under way, and how often each is inside itself. */
  readonly running: Map<object, number>;
  /** Functions that were defined, and whether they were called. */
  readonly defined: Map<object, { readonly value: Value; readonly scope: Scope }>;
  readonly invoke: (callee: Value, given: readonly Given[], machine: Machine) => Value;
  /** Runs the statements of a function; what they return. */
  readonly body: (statements: readonly Statement[], scope: Scope, machine: Machine) => Value;
  /** Runs a text in the scope of the module; its last expression's value. */
  readonly run: (text: string) => Value;
}

/** Thrown where the budget of steps ends; the program is then not read whole. */
export class OutOfSteps extends Error {}

export function step(machine: Machine, characters = 0): void {
  machine.left.steps -= 1;
  machine.left.characters -= characters;
  if (machine.left.steps < 0 || machine.left.characters < 0) throw new OutOfSteps();
}

/** Fewer than any stack holds, so that it is never the machine that decides what is read. */
const MOST_INSIDE = 300;

/** Whoever enters leaves by taking one off again. */
export function enter(machine: Machine): void {
  step(machine);
  machine.now.inside += 1;
  if (machine.now.inside > MOST_INSIDE) throw new OutOfSteps();
}

export function lookUp(name: string, scope: Scope): Value | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
