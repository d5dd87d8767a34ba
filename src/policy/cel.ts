import { Environment, serialize, type ASTNode } from '@marcbachmann/cel-js';
import { ACTION_KINDS, DOORS, ENFORCEMENTS } from '../kernel/action.ts';
import { CATEGORIES, DETECTORS, OPERATIONS, RISKS } from '../kernel/finding.ts';
import { LINEAR_MATCH, meter } from './cel-cost.ts';
import { asCelSays } from './cel-meaning.ts';
import type { Context } from './facts.ts';
import { withVocabulary } from './facts.ts';
import type { FaultCode } from './fault.ts';
import { nearest } from './nearest.ts';
import { shortcut } from './shortcut.ts';
import { linearPattern, PATTERN_HINT, type LinearPattern } from './pattern.ts';

/** One way to evaluate a condition. It throws when an attribute is missing or of another type, and when it takes more than `steps`. */
export interface Evaluation {
  readonly test: (context: Context, steps?: number) => boolean;
  /** Its two halves: what the short cut says, and what the library says when that is unsure. */
  readonly quick: ReturnType<typeof shortcut>;
  readonly whole: (context: Context, steps?: number) => boolean;
}

/** A compiled condition, evaluated as CEL says. */
export interface Condition extends Evaluation {
  /** As it was evaluated before semantics 3, which recorded decisions are made again by: as the library does. */
  readonly before: () => Evaluation;
  /** Normalised text: two conditions with the same are the same. */
  readonly normal: string;
  /** `true` or `false` when the condition does not depend on anything. */
  readonly constant: boolean | null;
  /** Equalities every match must meet; the compiled rule checks them before it pays for CEL. */
  readonly guards: readonly Guard[];
}

export const GUARDED = ['name', 'category', 'operation', 'agent', 'kind'] as const;

export interface Guard {
  readonly field: (typeof GUARDED)[number];
  readonly values: ReadonlySet<string>;
}

export interface ConditionFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint: string;
  /** Characters into the condition. */
  readonly offset: number;
}

const MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const MAX_NESTED_MACROS = 2;
const MATCHES = 'matches';

const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  category: CATEGORIES,
  categories: CATEGORIES,
  operation: ['', ...OPERATIONS],
  operations: OPERATIONS,
  kind: ACTION_KINDS,
  door: DOORS,
  risk: RISKS,
  detector: DETECTORS,
  enforcement: ENFORCEMENTS,
};

/** One environment per document: patterns are compiled once per load, never at decision time. */
export function conditionCompiler(): (text: string) => Condition | readonly ConditionFault[] {
  const patterns = new Map<string, LinearPattern>();
  const environment = vocabulary(patterns, false);
  let library: Environment | null = null;
  const before = (rewritten: string): Evaluation => {
    const parsed = (library ??= vocabulary(patterns, true)).parse(rewritten);
    const checked = parsed.check();
    if (!checked.valid) throw new Error('the condition was no condition before semantics 3');
    return evaluation(parsed, 'library');
  };
  return (text) => {
    try {
      return compile(text, { environment, patterns, before });
    } catch (error) {
      return [faultOf(error, 'CEL_SYNTAX')];
    }
  };
}

function vocabulary(patterns: ReadonlyMap<string, LinearPattern>, homogeneousAggregateLiterals: boolean): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals, limits: { maxAstNodes: 2000, maxDepth: 48, maxListElements: 1000 } });
  // CEL `matches` of the library is a backtracking RegExp: replaced by RE2.
  environment.registerFunction(`string.${LINEAR_MATCH}(string): bool`, (text: string, pattern: string) => {
    const compiled = patterns.get(pattern);
    if (compiled === undefined) throw new Error('a pattern that was not compiled at load');
    return compiled(text);
  });
  for (const operator of ['+', '-', '*', '/']) {
    const apply = ARITHMETIC[operator];
    if (apply === undefined) continue;
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  environment.registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  return withVocabulary(environment);
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

interface Compiling {
  readonly environment: Environment;
  readonly patterns: Map<string, LinearPattern>;
  readonly before: (rewritten: string) => Evaluation;
}

function compile(text: string, { environment, patterns, before }: Compiling): Condition | readonly ConditionFault[] {
  const first = environment.parse(text).ast;
  const faults: ConditionFault[] = [];
  examine(first, 0, faults);
  const rewritten = rewriteMatches(text, first, patterns, faults);
  if (faults.some((fault) => fault.code !== 'UNKNOWN_VALUE')) return faults;
  const parsed = environment.parse(rewritten);
  const checked = parsed.check();
  if (!checked.valid) return [...faults, faultOf(checked.error, 'CEL_TYPE')];
  if (faults.length > 0) return faults;
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    return [
      {
        code: 'CEL_TYPE',
        message: `The condition is ${checked.type ?? 'not a truth value'}, not true or false`,
        hint: 'Compare it with something.',
        offset: 0,
      },
    ];
  }
  let old: Evaluation | null = null;
  const normal = serialize(parsed.ast);
  const rest = { normal, constant: constantOf(parsed.ast), guards: guardsOf(parsed.ast) };
  return { ...evaluation(parsed, 'cel'), ...rest, before: () => (old ??= before(rewritten)) };
}

/** `parsed` was checked. `cel`: as the language says, also where the library does not (POLICY-16, POLICY-17). */
function evaluation(parsed: ReturnType<Environment['parse']>, as: 'cel' | 'library'): Evaluation {
  if (as === 'cel') asCelSays(parsed.ast);
  const counted = meter(parsed.ast);
  const whole = (context: Context, steps = Number.POSITIVE_INFINITY): boolean => {
    const answer: unknown = counted.run(steps, () => parsed(context));
    if (typeof answer !== 'boolean') throw new Error('the condition is neither true nor false');
    return answer;
  };
  const quick = shortcut(parsed.ast, as);
  const test = (context: Context, steps?: number): boolean => {
    const answer = quick(context);
    return typeof answer === 'boolean' ? answer : whole(context, steps);
  };
  return { test, quick, whole };
}

/** A condition that reads nothing is a constant. */
function constantOf(ast: ASTNode): boolean | null {
  if (ast.op === 'value') return typeof ast.args === 'boolean' ? ast.args : null;
  if (ast.op === '!_') {
    const inner = constantOf(ast.args);
    return inner === null ? null : !inner;
  }
  if (ast.op === '&&' || ast.op === '||') {
    const [left, right] = ast.args.map(constantOf);
    const ruling = ast.op === '||';
    if (left === ruling || right === ruling) return ruling;
    return left === null || right === null || left === undefined || right === undefined ? null : !ruling;
  }
  if ((ast.op === '==' || ast.op === '!=') && ast.args.every((side) => side.op === 'value')) {
    const [left, right] = [ast.args[0].args, ast.args[1].args];
    // Numbers of two types may be equal all the same.
    if (typeof left !== typeof right || typeof left === 'object') return null;
    return (left === right) === (ast.op === '==');
  }
  return null;
}

/** Conjuncts at the top that fix a plain field. In CEL `a && b` is false when either side is, even if the other errors: skipping is sound. */
function guardsOf(ast: ASTNode): Guard[] {
  if (ast.op === '&&') return ast.args.flatMap(guardsOf);
  if (ast.op === '==') {
    const [left, right] = ast.args;
    return guard(fieldOf(left), literals(right)) ?? guard(fieldOf(right), literals(left)) ?? [];
  }
  if (ast.op === 'in') return guard(fieldOf(ast.args[0]), listed(ast.args[1])) ?? [];
  return [];
}

function guard(field: Guard['field'] | null, values: readonly string[] | null): Guard[] | null {
  return field === null || values === null ? null : [{ field, values: new Set(values) }];
}

function fieldOf(node: ASTNode): Guard['field'] | null {
  const name = actionField(node);
  return GUARDED.find((field) => field === name) ?? null;
}

function actionField(node: ASTNode): string | null {
  if (node.op !== '.') return null;
  const [object, name] = node.args;
  return object.op === 'id' && object.args === 'action' ? name : null;
}

function literals(node: ASTNode): readonly string[] | null {
  return node.op === 'value' && typeof node.args === 'string' ? [node.args] : null;
}

function listed(node: ASTNode): readonly string[] | null {
  if (node.op !== 'list') return null;
  const values = node.args.flatMap((item) => literals(item) ?? []);
  return values.length === node.args.length ? values : null;
}

/** Every node below, for checks the type checker does not make: unknown words, nested comprehensions. */
function examine(node: ASTNode, macros: number, faults: ConditionFault[]): void {
  const inside = node.op === 'rcall' && MACROS.has(node.args[0]) ? macros + 1 : macros;
  if (inside > MAX_NESTED_MACROS) {
    faults.push({ code: 'CEL_COST', message: 'Comprehensions are nested more than two deep', hint: 'Split the rule in two.', offset: node.start });
    return;
  }
  if (node.op === '==' || node.op === '!=') {
    unknownWord(node.args[0], node.args[1], faults);
    unknownWord(node.args[1], node.args[0], faults);
  }
  if (node.op === 'in') {
    unknownWord(node.args[0], node.args[1], faults);
    unknownWord(node.args[1], node.args[0], faults);
  }
  for (const child of children(node)) examine(child, inside, faults);
}

function unknownWord(side: ASTNode, other: ASTNode, faults: ConditionFault[]): void {
  const field = side.op === '.' ? side.args[1] : null;
  const words = field !== null && ofOurs(side) && Object.hasOwn(VOCABULARY, field) ? VOCABULARY[field] : undefined;
  if (words === undefined) return;
  for (const item of other.op === 'list' ? other.args : [other]) {
    const word = item.op === 'value' && typeof item.args === 'string' ? item.args : null;
    if (word === null || words.includes(word)) continue;
    const near = nearest(word, words);
    const hint = near ? `Did you mean "${near}"?` : `Known: ${words.filter((known) => known !== '').join(', ')}.`;
    faults.push({ code: 'UNKNOWN_VALUE', message: `No action ever has the ${field ?? ''} "${word}"`, hint, offset: item.start });
  }
}

/** Fields of `action` and of comprehension variables over its findings; `action.args.category` is the tool's own business. */
function ofOurs(node: ASTNode): boolean {
  return node.op === '.' && node.args[0].op === 'id';
}

function children(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item);
    else if (typeof value === 'object' && value !== null && 'op' in value && 'start' in value) found.push(value as ASTNode);
  };
  collect(node.args);
  return found;
}

function rewriteMatches(text: string, ast: ASTNode, patterns: Map<string, LinearPattern>, faults: ConditionFault[]): string {
  let rewritten = text;
  const visit = (node: ASTNode): void => {
    if (node.op === 'call' && node.args[0] === LINEAR_MATCH) faults.push(unknownFunction(node));
    if (node.op === 'rcall' && node.args[0] === LINEAR_MATCH) faults.push(unknownFunction(node));
    if (node.op === 'rcall' && node.args[0] === MATCHES) {
      const [, receiver, given] = node.args;
      const place = rewritten.indexOf(MATCHES, receiver.end);
      rewritten = rewritten.slice(0, place) + LINEAR_MATCH + rewritten.slice(place + MATCHES.length);
      const fault = patternFault(given[0], patterns);
      if (fault) faults.push(fault);
    }
    for (const child of children(node)) visit(child);
  };
  visit(ast);
  return rewritten;
}

function patternFault(node: ASTNode | undefined, patterns: Map<string, LinearPattern>): ConditionFault | null {
  if (node === undefined || node.op !== 'value' || typeof node.args !== 'string') {
    const message = 'matches() takes a pattern written in the rule, not one computed from the action';
    return {
      code: 'REGEX_INVALID',
      message,
      hint: 'Write the pattern as a literal, or use startsWith, endsWith, contains.',
      offset: node?.start ?? 0,
    };
  }
  const compiled = linearPattern(node.args);
  if (typeof compiled === 'string')
    return { code: 'REGEX_INVALID', message: `The pattern cannot be used: ${compiled}`, hint: PATTERN_HINT, offset: node.start };
  patterns.set(node.args, compiled);
  return null;
}

function unknownFunction(node: ASTNode): ConditionFault {
  return { code: 'CEL_TYPE', message: `There is no function ${LINEAR_MATCH}`, hint: 'Use matches().', offset: node.start };
}

function faultOf(error: unknown, code: 'CEL_SYNTAX' | 'CEL_TYPE'): ConditionFault {
  const known = error as { readonly summary?: unknown; readonly message?: unknown; readonly range?: { readonly start?: unknown } } | undefined;
  const said = typeof known?.summary === 'string' ? known.summary : typeof known?.message === 'string' ? known.message : 'not a condition';
  const offset = typeof known?.range?.start === 'number' ? known.range.start : 0;
  const hint = code === 'CEL_SYNTAX' ? 'Conditions are CEL; text goes in quotes.' : 'See docs/reference/policy.md for what a condition may read.';
  return { code, message: said.split('\n')[0] ?? said, hint, offset };
}
