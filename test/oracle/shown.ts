import type { Action } from '../../src/kernel/action.ts';
import type { World } from '../../src/kernel/world.ts';

/** MCP-2, read a second time. */
export function shown({ agent, server, name, toolDigest }: Action, world: World): { effect: 'deny'; code: string }[] {
  if (server === undefined) return [];
  const tools = (world.tools.get(agent) ?? []).filter((one) => one.server === server && one.tool === name);
  return tools.some(({ pinned, doubted }) => doubted === null && pinned?.digest === toolDigest) ? [] : [{ effect: 'deny', code: 'TOOL_QUARANTINED' }];
}
