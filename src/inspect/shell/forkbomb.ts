import { forEachChild } from 'unbash';
import type { CommandNode, SyntaxNode } from 'unbash';

/** A function whose body starts itself in the background or in a pipeline: `:(){ :|:& };:` whatever its name. */
export function callsItself(node: Extract<CommandNode, { type: 'Function' }>): boolean {
  const name = node.name.value;
  let found = false;
  const visit = (child: SyntaxNode, spawning: boolean): void => {
    if (found) return;
    if (child.type === 'Command' && spawning && child.name?.value === name) {
      found = true;
      return;
    }
    const inner = spawning || (child.type === 'Statement' && child.background === true) || child.type === 'Pipeline';
    forEachChild(child, (next) => visit(next, inner));
  };
  visit(node.body, false);
  return found;
}
