import { isUnder } from '../../../kernel/halt-scope.ts';
import type { Caller, McpGate } from '../gate-decision-point.ts';

/** Whether what this agent does in this session is halted, or the agent was revoked. */
export function isHalted(gate: McpGate, { tenant, agent, session }: Caller): boolean {
  const { halts, agents } = gate.world(tenant);
  return agents.get(agent)?.revoked === true || halts.some(({ scope }) => isUnder(scope, { agent, session }));
}

/** Ends a stream as soon as its agent or session is halted, whichever daemon wrote that (MCP-29). Call what is returned when the stream ended. */
export function endWhenHalted(gate: McpGate, caller: Caller, end: () => void): () => void {
  return gate.follow((tenant) => {
    if (tenant === caller.tenant && isHalted(gate, caller)) end();
  });
}
