import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { ToolGate } from '../../gate/tool-gate.ts';
import type { ActionId, AgentId, SessionId, TenantId } from '../../kernel/ids.ts';
import { recorded } from './ends.ts';
import type { Ended, Judge } from './judge.ts';

export interface Seat {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
}

/** The judge inside the daemon. */
export function gateJudge(gate: ActionGate & ToolGate & LogGate, seat: Seat): Judge {
  const { agent, tenant } = seat;
  /** Ends the gate could not record when they came. */
  const missed = new Set<Ended>();
  const settle: Judge['settle'] = async ({ action, source = 'tool_output', ...ended }) => {
    await gate.settle({ ...ended, tenant, agent, action: action as ActionId, usage: {}, source, trusted: false });
  };
  return {
    most: 1_000_000,
    decide: async ({ id, ...wanted }, waitMs, signal) => {
      for (const one of [...missed]) {
        await recorded(settle, one);
        missed.delete(one);
      }
      return gate.admit({ ...seat, ...wanted, id: id as ActionId, claims: {}, door: 'mcp', enforcement: 'enforcing' }, waitMs, signal);
    },
    settle,
    end: (ended) => {
      // After the answer was written and before any other request is read: the end stands in the gate's ordered queue before all of them.
      process.nextTick(() => recorded(settle, ended).catch(() => missed.add(ended)));
      return Promise.resolve();
    },
    label: async (source, value) => {
      await gate.label({ ...seat, source, trusted: false, value });
    },
    show: ({ name, identity, program }, tools) =>
      gate.showTools({ ...seat, server: name, identity, tools, ...(program === undefined ? {} : { program }) }),
    refused: async (code) => {
      await gate.record(tenant, 'request-refused', { code, door: 'mcp' }, { role: 'agent', tenant, agent }, { agent });
    },
  };
}
