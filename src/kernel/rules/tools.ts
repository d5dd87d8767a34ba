import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';

function deny(message: string): readonly RuleOpinion[] {
  const hint = 'A person looks with `aegis mcp tools` and accepts with `aegis mcp accept`; the agent cannot.';
  return [{ rule: 'tools', effect: 'deny', code: 'TOOL_QUARANTINED', message, hint, risk: 'HIGH' }];
}

/** MCP-2: a tool of an MCP server runs only by the definition that is pinned for this agent, and only while nothing else was shown. */
export const tools: Rule = {
  name: 'tools',
  speak({ action, world }) {
    if (action.server === undefined) return SILENCE;
    const known = world.tools.get(action.agent)?.find((one) => one.server === action.server && one.tool === action.name);
    if (known === undefined) return deny(`The server ${action.server} never showed a tool ${action.name} to this agent.`);
    if (known.doubted !== null) return deny(`The tool ${action.name} of ${action.server} is in quarantine: ${known.doubted.doubts.join(', ')}.`);
    if (known.pinned === null || known.pinned.digest !== action.toolDigest)
      return deny(`The tool ${action.name} of ${action.server} is not defined as it was pinned.`);
    return SILENCE;
  },
};
