import type { ShownTool } from '../entry.ts';
import type { AgentId } from '../ids.ts';
import type { ToolState, World } from '../world.ts';
import type { Handlers } from './handlers.ts';

/** Tools one agent may have been shown at all (DEC-16). */
export const MOST_TOOLS = 1_024;

function change(world: World, agent: AgentId | undefined, shown: ShownTool, to: (known: ToolState | undefined) => ToolState): World {
  if (agent === undefined) return world;
  const mine = world.tools.get(agent) ?? [];
  const at = mine.findIndex((one) => one.server === shown.server && one.tool === shown.tool);
  if (at < 0 && mine.length >= MOST_TOOLS) return world;
  const next = to(mine[at]);
  return { ...world, tools: world.tools.set(agent, at < 0 ? [...mine, next] : mine.with(at, next)) };
}

function stateOf({ identity, program, digest, fingerprint }: ShownTool): NonNullable<ToolState['pinned']> {
  return { identity, ...(program === undefined ? {} : { program }), digest, fingerprint };
}

/** MCP-2, MCP-3: what is pinned ends every doubt; a doubt leaves the pin as it was; what is forgotten was never there (MCP-17). */
export const toolHandlers: Handlers = {
  'tool-pinned': (world, body, entry) => {
    const { server, tool } = body;
    return change(world, entry.agent, body, () => ({ server, tool, pinned: stateOf(body), doubted: null }));
  },
  'tool-quarantined': (world, body, entry) => {
    const { server, tool, doubts } = body;
    return change(world, entry.agent, body, (known) => ({
      server,
      tool,
      pinned: known?.pinned ?? null,
      doubted: { ...stateOf(body), doubts },
    }));
  },
  'tool-forgotten': (world, { server, tool }, { agent }) => {
    const mine = agent === undefined ? undefined : world.tools.get(agent);
    if (agent === undefined || mine === undefined) return world;
    const left = mine.filter((one) => one.server !== server || one.tool !== tool);
    return { ...world, tools: left.length === 0 ? world.tools.delete(agent) : world.tools.set(agent, left) };
  },
};
