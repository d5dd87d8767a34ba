import { evaluate } from './evaluate.ts';
import { isTrue } from './functions.ts';
import type { Known, Node } from './node.ts';
import { mentionedIn, witnesses } from './witnesses.ts';

/** Evaluations of nodes that one condition may cost, and the smallest such budget. */
const PER_NODE = 64;
const LEAST = 4_096;

interface Search {
  readonly table: string;
  readonly budget: { left: number };
}

/** Whether a condition holds for every row; undefined where trying costs more than there is. */
export function alwaysTrue(node: Node, table: string, size = 1): boolean | undefined {
  const search: Search = { table, budget: { left: PER_NODE * size + LEAST } };
  const answer = certain(node, true, search);
  return search.budget.left < 0 && answer ? undefined : answer;
}

/**
 * Whether `node` is always `wanted`. What shares no variable is independent: a disjunction is always true when one independent part of it is, a
 * conjunction when all are, and the other way round for never. What is left is tried at witnesses.
 */
function certain(node: Node, wanted: boolean, search: Search): boolean {
  if (node.kind === 'constant') return isTrue(node.value) === wanted;
  if (node.kind === 'call' && node.op === 'NOT' && node.args[0] !== undefined) return certain(node.args[0], !wanted, search);
  if (node.kind === 'call' && (node.op === 'AND' || node.op === 'OR')) {
    if ((node.op === 'AND') === wanted) return node.args.every((arg) => certain(arg, wanted, search));
    return independent(node.args).some((group) =>
      group.length === 1 && group[0] !== undefined ? certain(group[0], wanted, search) : tried(node.op, group, wanted, search),
    );
  }
  return tried('', [node], wanted, search);
}

/** Parts that share a variable, together. */
function independent(parts: readonly Node[]): Node[][] {
  const groupOf = new Map<string, number>();
  const groups: Node[][] = [];
  const parent: number[] = [];
  const root = (at: number): number => {
    let i = at;
    while (parent[i] !== i) i = parent[i] = parent[parent[i] ?? i] ?? i;
    return i;
  };
  parts.forEach((_, i) => parent.push(i));
  parts.forEach((part, i) => {
    for (const name of mentionedIn([part]).variables) {
      const other = groupOf.get(name);
      if (other === undefined) groupOf.set(name, i);
      else parent[root(i)] = root(other);
    }
  });
  const placed = new Map<number, Node[]>();
  parts.forEach((part, i) => {
    const group = placed.get(root(i)) ?? [];
    if (group.length === 0) {
      placed.set(root(i), group);
      groups.push(group);
    }
    group.push(part);
  });
  return groups;
}

/** Every combination of witnesses, the unremarkable ones first, until one fails. */
function tried(op: string, parts: readonly Node[], wanted: boolean, search: Search): boolean {
  const node: Node = op === '' || parts.length === 1 ? (parts[0] ?? { kind: 'constant', value: 0 }) : { kind: 'call', op, args: parts };
  const mentioned = mentionedIn(parts);
  const names = [...mentioned.variables];
  const choices = names.map((name) => witnesses(name, mentioned, search.table));
  const at = names.map(() => 0);
  const row = new Map<string, Known>();
  for (;;) {
    names.forEach((name, i) => row.set(name, choices[i]?.[at[i] ?? 0]));
    const value = isTrue(evaluate(node, row, search.budget));
    if (search.budget.left < 0) return true;
    if (value !== wanted) return false;
    let i = 0;
    while (i < at.length && (at[i] ?? 0) + 1 >= (choices[i]?.length ?? 0)) at[i++] = 0;
    if (i >= at.length) break;
    at[i] = (at[i] ?? 0) + 1;
  }
  if (mentioned.cut) search.budget.left = -1;
  return true;
}
