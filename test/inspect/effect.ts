import { shippedPolicy } from '../../eval/effect.ts';
import { createInspect } from '../../src/inspect/create-inspect.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { ToolDeclaration } from '../../src/kernel/finding.ts';

/** What the shipped policy says of one call of a tool. */
export type Says = (name: string, args: JsonObject, declaration?: ToolDeclaration) => string;

export async function shippedSays(): Promise<Says> {
  const inspect = await createInspect();
  const effectOf = await shippedPolicy();
  return (name, args, declaration) => {
    const call = { kind: 'tool', name, args, ...(declaration === undefined ? {} : { declaration }) } as const;
    return effectOf(call, inspect(call));
  };
}
