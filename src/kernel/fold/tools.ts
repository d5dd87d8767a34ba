import type { Draft } from '../draft.ts';
import type { ShownTool } from '../entry.ts';
import type { AgentId } from '../ids.ts';
import type { ToolState, World } from '../world.ts';
import type { Handlers } from './handlers.ts';

/** Tools one agent may have been shown at all (DEC-16), by the number of the behaviour. */
export function mostTools({ semantics }: Pick<World, 'semantics'>): number {
  return semantics >= 3 ? 4_096 : 1_024;
}

interface Shown {
  readonly agent: AgentId | undefined;
  readonly tool: ShownTool;
}

function change({ world, edition }: Draft, { agent, tool }: Shown, to: (known: ToolState | undefined) => ToolState): void {
  if (agent === undefined) return;
  const mine = world.tools.get(agent) ?? [];
  const at = mine.findIndex((one) => one.server === tool.server && one.tool === tool.tool);
  if (at < 0 && mine.length >= mostTools(world)) return;
  const next = to(mine[at]);
  world.tools = world.tools.set(agent, at < 0 ? [...mine, next] : mine.with(at, next), edition);
}

function stateOf({ identity, program, digest, fingerprint }: ShownTool): NonNullable<ToolState['pinned']> {
  return { identity, ...(program === undefined ? {} : { program }), digest, fingerprint };
}

/** MCP-2, MCP-3: what is pinned ends every doubt; a doubt leaves the pin as it was; what is forgotten was never there (MCP-17). */
export const toolHandlers: Handlers = {
  'tool-pinned': (draft, body, { agent }) => {
    const { server, tool } = body;
    change(draft, { agent, tool: body }, () => ({ server, tool, pinned: stateOf(body), doubted: null }));
  },
  'tool-quarantined': (draft, body, { agent }) => {
    const { server, tool, doubts } = body;
    change(draft, { agent, tool: body }, (known) => ({ server, tool, pinned: known?.pinned ?? null, doubted: { ...stateOf(body), doubts } }));
  },
  'tool-forgotten': ({ world, edition }, { server, tool }, { agent }) => {
    const mine = agent === undefined ? undefined : world.tools.get(agent);
    if (agent === undefined || mine === undefined) return;
    const left = mine.filter((one) => one.server !== server || one.tool !== tool);
    world.tools = left.length === 0 ? world.tools.delete(agent, edition) : world.tools.set(agent, left, edition);
  },
};
