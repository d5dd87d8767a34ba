import { forEachChild } from 'unbash';
import type { ParameterExpansionPart, SyntaxNode, Word } from 'unbash';
import type { Nested } from './substitution.ts';

/** What reading the places needs that Bash evaluates. */
export interface Evaluation {
  readonly substitute: (part: Nested) => void;
  readonly expand: (word: Word) => string;
  /** The values a name may hold. */
  readonly held: (name: string) => readonly string[];
  /** Reads a text that Bash expands once more. */
  readonly again: (text: string) => void;
  /** Says that expansions lie deeper in each other than is followed. */
  readonly deep: () => void;
}

const DEEPEST = 16;

/** Operators of `[[` whose sides are arithmetic, and those that take a name with a subscript. */
const ARITHMETIC = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);
const NAMED = new Set(['-v', '-R']);

/**
 * Everything that runs inside a word, an assignment or an expression, wherever the grammar lets it stand: substitutions, and texts that arithmetic,
 * a subscript or a transformation expands once more.
 */
export function evaluate(node: SyntaxNode, how: Evaluation, depth = 0): void {
  switch (node.type) {
    case 'CommandExpansion':
    case 'ProcessSubstitution':
    case 'ArithmeticCommandExpansion':
      how.substitute(node);
      return;
    case 'ArithmeticWord':
      arithmetic(node.value, how);
      break;
    case 'TestBinary':
      if (ARITHMETIC.has(node.operator)) for (const side of [node.left, node.right]) anew(how.expand(side), how);
      break;
    case 'TestUnary':
      if (NAMED.has(node.operator)) anew(how.expand(node.operand), how);
      break;
    case 'ParameterExpansion':
      ofParameter(node, how);
      break;
    case 'Assignment':
      if (node.index !== undefined) arithmetic(node.index.value, how);
      break;
    default:
  }
  const inner = depth + (node.type === 'ParameterExpansion' || node.type === 'ArithmeticExpansion' ? 1 : 0);
  if (inner > DEEPEST) how.deep();
  else forEachChild(node, (child) => evaluate(child, how, inner));
}

/** Its subscript, its offsets, and what it names or holds where that is expanded again. */
function ofParameter(node: ParameterExpansionPart, how: Evaluation): void {
  if (node.index !== undefined) arithmetic(node.index.value, how);
  if (node.operation?.type === 'Slice') {
    arithmetic(node.operation.offset.value, how);
    if (node.operation.length !== undefined) arithmetic(node.operation.length.value, how);
  }
  const reread = node.prefix === '!' || (node.operation?.type === 'Transform' && node.operation.operand.value === 'P');
  if (reread) for (const value of how.held(node.parameter)) anew(value, how);
}

/** A name in an expression stands for its value, which is an expression again. */
function arithmetic(text: string, how: Evaluation): void {
  if (text.length > 4096) return;
  for (const name of new Set(text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [])) for (const value of how.held(name)) anew(value, how);
}

function anew(text: string, how: Evaluation): void {
  if (/[$`]/.test(text)) how.again(text);
}

/** A line that expands a text as Bash expands a here-document: substitutions run, quotes are plain. */
export function asBody(text: string): string {
  let mark = 'AGAIN';
  while (text.includes(mark)) mark += '_';
  return `: <<${mark}\n${text}\n${mark}\n`;
}
