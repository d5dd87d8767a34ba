import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { ToolGate } from '../../gate/tool-gate.ts';
import type { ActionId, AgentId, SessionId, TenantId } from '../../kernel/ids.ts';
import { recordOutcome } from './outcome-queue.ts';
import type { DecisionPoint, EndedAction } from './decision-point.ts';

export interface Caller {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
}

/** What of the gate the MCP proxy sees. */
export type McpGate = ActionGate & ToolGate & LogGate;

/** The decision point inside the daemon: the gate itself. */
export function gateDecisionPoint(gate: McpGate, caller: Caller): DecisionPoint {
  const { agent, tenant } = caller;
  /** Ends the gate could not record when they came. */
  const missed = new Set<EndedAction>();
  const settle: DecisionPoint['settle'] = async ({ action, source = 'tool_output', ...ended }) => {
    const { findings } = await gate.settle({ ...ended, tenant, agent, action: action as ActionId, usage: {}, source, trusted: false });
    return findings;
  };
  return {
    most: 1_000_000,
    decide: async ({ id, ...proposed }, waitMs, signal) => {
      for (const one of [...missed]) {
        await recordOutcome(settle, one);
        missed.delete(one);
      }
      return gate.admit({ ...caller, ...proposed, id: id as ActionId, claims: {}, door: 'mcp', enforcement: 'enforcing' }, waitMs, signal);
    },
    settle,
    end: (ended) => {
      // After the answer was written and before any other request is read: the end stands in the gate's ordered queue before all of them.
      process.nextTick(() => recordOutcome(settle, ended).catch(() => missed.add(ended)));
      return Promise.resolve();
    },
    label: async (source, value) => {
      await gate.label({ ...caller, source, trusted: false, value });
    },
    show: ({ name, identity, program }, tools) =>
      gate.showTools({ ...caller, server: name, identity, tools, ...(program === undefined ? {} : { program }) }),
    refused: async (code) => {
      await gate.record(tenant, 'request-refused', { code, door: 'mcp' }, { role: 'agent', tenant, agent }, { agent });
    },
  };
}
