import { forEachChild } from 'unbash';
import type { CommandNode, SyntaxNode } from 'unbash';

/** Nodes of one body that are looked at: a bomb is short. */
const MOST_NODES = 2_000;

/** A function whose body starts itself in the background or in a pipeline: `:(){ :|:& };:` whatever its name. */
export function callsItself({ name, body }: Extract<CommandNode, { type: 'Function' }>): boolean {
  const waiting: { readonly node: SyntaxNode; readonly spawning: boolean }[] = [{ node: body, spawning: false }];
  for (let seen = 0; seen < MOST_NODES; seen++) {
    const next = waiting.pop();
    if (next === undefined) return false;
    const { node, spawning } = next;
    if (node.type === 'Command' && spawning && node.name?.value === name.value) return true;
    const inner = spawning || (node.type === 'Statement' && node.background === true) || node.type === 'Pipeline';
    forEachChild(node, (child) => void waiting.push({ node: child, spawning: inner }));
  }
  return false;
}
