import type { Token } from '../lex.ts';
import { isAnyFunction } from './lexicon.ts';
import { COMPARING } from './operators.ts';

/** What a run of tokens is, read as an SQL expression. */
export interface Expression {
  /** Index behind the last token that belongs to it. */
  readonly end: number;
  readonly operators: number;
  /** Calls of functions the lexicon knows. */
  readonly calls: number;
  /** Calls without arguments that tell about the server: `version()`, `user()`. */
  readonly informs: boolean;
  readonly literals: number;
  readonly variables: number;
  /** Names that are no operand of a symbol, call or dot: prose joined by and/or has them. */
  readonly loose: number;
  /** All names. */
  readonly names: number;
  /** Operators other than plus and minus, which search engines have too. */
  readonly telling: number;
  readonly whole: boolean;
}

const BINARY_SYMBOL: ReadonlySet<string> = new Set([...COMPARING, ...'^= + - * / % ^ & | || && << >> ** := !~* -> ->> #> #>>'.split(' ')]);
const BINARY_WORD = new Set(
  'OR AND XOR LIKE ILIKE RLIKE REGEXP GLOB SIMILAR MATCH OVERLAPS DIV MOD IS IN BETWEEN COLLATE ESCAPE EQV IMP AGAINST'.split(' '),
);
const PREFIX_WORD = new Set('NOT BINARY DISTINCT ALL ANY SOME ROW SELECT TO ARRAY'.split(' '));
const CONSTANT = new Set(
  'TRUE FALSE NULL UNKNOWN CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP UTC_DATE UTC_TIME LOCALTIME SYSDATE DEFAULT'.split(' '),
);
const INFORMS = new Set(
  'VERSION USER DATABASE SCHEMA CURRENT_USER SESSION_USER SYSTEM_USER SQLITE_VERSION CURRENT_DATABASE DB_NAME CONNECTION_ID'.split(' '),
);
/** Words between the arguments of functions with a grammar of their own. */
const WITHIN = new Set('FROM FOR AS USING WHEN THEN ELSE SEPARATOR ORDER BY'.split(' '));

interface Run {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
  operand: boolean;
  operators: number;
  calls: number;
  informs: boolean;
  literals: number;
  variables: number;
  loose: number;
  names: number;
  telling: number;
}

/**
 * Reads operands and operators in turn from `from` on; a flat walk, linear. `operand`: what is expected first. Brackets may close
 * what the surrounding query has opened.
 */
export function readExpression(tokens: readonly Token[], from: number, operand: boolean): Expression {
  const run: Run = {
    tokens,
    at: from,
    depth: 0,
    operand,
    operators: 0,
    calls: 0,
    informs: false,
    literals: 0,
    variables: 0,
    loose: 0,
    names: 0,
    telling: 0,
  };
  while (run.at < tokens.length) {
    const token = tokens[run.at];
    if (token === undefined || token.kind === 'semi') break;
    if (!(run.operand ? takeOperand(run, token) : takeOperator(run, token))) break;
  }
  const { at: end, operators, calls, informs, literals, variables, loose, names, telling } = run;
  return { end, operators, calls, informs, literals, variables, loose, names, telling, whole: end >= tokens.length && !run.operand };
}

function takeOperand(run: Run, token: Token): boolean {
  const { at, tokens } = run;
  run.at += 1;
  if (token.kind === 'open') {
    run.depth += 1;
    return true;
  }
  // `f()`: a call may be empty.
  if (token.kind === 'close') return ((run.operand = tokens[at - 1]?.kind !== 'open'), run.depth > 0 && !run.operand && run.depth-- > 0);
  // `?` is the place of a value.
  if (token.kind === 'op' && token.text === '?') {
    run.literals += 1;
    return !(run.operand = false);
  }
  if (token.kind === 'op') return /^(?:[-+~!@*]|!!)$/.test(token.text);
  if (token.kind === 'word' && PREFIX_WORD.has(token.text)) return true;
  if (token.kind === 'string' || token.kind === 'number' || token.kind === 'quoted') run.literals += 1;
  else if (token.kind === 'variable') run.variables += 1;
  else if (token.kind === 'word') return name(run, token, at);
  else return false;
  run.operand = false;
  return true;
}

function name(run: Run, token: Token, at: number): boolean {
  const { tokens } = run;
  if (CONSTANT.has(token.text)) {
    run.operand = false;
    if (tokens[at + 1]?.kind === 'open' && tokens[at + 2]?.kind === 'close') run.at += 2;
    return true;
  }
  if (BINARY_WORD.has(token.text)) return false;
  if (tokens[at + 1]?.kind === 'open') {
    if (!isAnyFunction(token.text)) return false;
    run.calls += 1;
    if (INFORMS.has(token.text) && tokens[at + 2]?.kind === 'close') run.informs = true;
    return true;
  }
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  run.names += 1;
  const symbol = (one: Token | undefined): boolean => one?.kind === 'dot' || (one?.kind === 'op' && /^[=<>!~|^*%]/.test(one.text));
  if (!symbol(before) && !symbol(after) && run.depth === 0) run.loose += 1;
  run.operand = false;
  return true;
}

function takeOperator(run: Run, token: Token): boolean {
  run.at += 1;
  if (token.kind === 'close') {
    run.depth -= 1;
    return true;
  }
  // `::jsonb` and `::int[]` say the type of what stands before.
  if (token.kind === 'op' && token.text === '::') {
    if (run.tokens[run.at]?.kind !== 'word') return undo(run);
    run.at += run.tokens[run.at + 1]?.text === '[' && run.tokens[run.at + 2]?.text === ']' ? 3 : 1;
    return true;
  }
  if (token.kind === 'dot' || (token.kind === 'comma' && run.depth > 0)) return (run.operand = true);
  if (token.kind === 'op' && (BINARY_SYMBOL.has(token.text) || token.text === '!')) {
    run.operators += 1;
    if (!/^[-+]$/.test(token.text)) run.telling += 1;
    return (run.operand = true);
  }
  if (token.kind !== 'word') return undo(run);
  if (/^(?:NOT|SOUNDS|ISNULL|NOTNULL)$/.test(token.text)) return true;
  if (BINARY_WORD.has(token.text)) {
    run.operators += 1;
    run.telling += 1;
    return (run.operand = true);
  }
  if (run.depth > 0 && WITHIN.has(token.text)) return (run.operand = true);
  return undo(run);
}

function undo(run: Run): false {
  run.at -= 1;
  return false;
}
