import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { ACTION_KINDS } from '../src/kernel/action.ts';
import { UNAVAILABLE_MODES } from '../src/kernel/agent.ts';
import { EFFECTS, LABELS } from '../src/kernel/decision.ts';
import { OUTCOME_STATUSES } from '../src/kernel/entry.ts';
import { RISKS } from '../src/kernel/finding.ts';

/** A list of words as the source spells it: an array, a union of literal types, or the arguments of `oneOf`. */
interface List {
  readonly file: string;
  readonly line: number;
  readonly words: readonly string[];
  /** The exported `as const` array it is, when it is one. */
  readonly name: string | null;
}

function wordOf(node: ts.Node): string | null {
  if (ts.isLiteralTypeNode(node)) return ts.isStringLiteral(node.literal) ? node.literal.text : null;
  return ts.isStringLiteralLike(node) ? node.text : null;
}

function partsOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isArrayLiteralExpression(node)) return node.elements;
  if (ts.isUnionTypeNode(node)) return node.types;
  return ts.isCallExpression(node) && node.expression.getText() === 'oneOf' ? node.arguments : [];
}

function nameOf(node: ts.Node): string | null {
  const constant = ts.isAsExpression(node.parent) ? node.parent : null;
  const outer = constant !== null && ts.isSatisfiesExpression(constant.parent) ? constant.parent.parent : constant?.parent;
  return outer !== undefined && ts.isVariableDeclaration(outer) ? outer.name.getText() : null;
}

function listsIn(file: string): readonly List[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: List[] = [];
  const visit = (node: ts.Node): void => {
    const words = partsOf(node).map(wordOf);
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (words.length > 1 && words.every((word) => word !== null)) found.push({ file, line, words, name: nameOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const keyOf = ({ words }: List): string => [...new Set(words)].toSorted().join(' ');

test('every closed vocabulary of the kernel is listed in one place', () => {
  const lists = globSync('src/**/*.ts').flatMap(listsIn);
  const kernel = lists.filter(({ file, name }) => file.startsWith('src/kernel/') && name !== null);
  assert.ok(kernel.length > 20, 'the vocabularies are found');
  const homes = Map.groupBy(kernel, keyOf);
  const copies = lists.filter((list) => homes.has(keyOf(list)) && homes.get(keyOf(list))?.includes(list) !== true);
  assert.deepEqual(
    copies.map((list) => `${list.file}:${String(list.line)} repeats ${homes.get(keyOf(list))?.[0]?.name ?? ''}`),
    [],
  );
});

test('the words of the TypeScript SDK, which imports nothing of src, are those of the kernel', () => {
  const said = globSync('sdk/typescript/src/**/*.ts').flatMap(listsIn);
  const vocabularies: readonly (readonly string[])[] = [RISKS, EFFECTS, LABELS, ACTION_KINDS, OUTCOME_STATUSES, UNAVAILABLE_MODES];
  const equal = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((word) => b.includes(word));
  const missing = vocabularies.filter((vocabulary) => !said.some(({ words }) => equal(words, vocabulary)));
  assert.deepEqual(missing, []);
  const alike = (words: readonly string[], vocabulary: readonly string[]): boolean => words.filter((word) => vocabulary.includes(word)).length > 1;
  const strays = said.filter(
    ({ words }) => words.length > 2 && vocabularies.some((one) => alike(words, one)) && !vocabularies.some((one) => equal(words, one)),
  );
  assert.deepEqual(
    strays.map(({ file, line, words }) => `${file}:${String(line)} ${words.join(', ')}`),
    [],
  );
});
