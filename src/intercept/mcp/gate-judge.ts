import type { Gate } from '../../gate/gate.ts';
import type { ActionId, AgentId, SessionId, TenantId } from '../../kernel/ids.ts';
import type { Judge } from './judge.ts';

export interface Seat {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
}

/** The judge inside the daemon. */
export function gateJudge(gate: Gate, seat: Seat): Judge {
  const { agent, tenant } = seat;
  return {
    most: 1_000_000,
    decide: ({ id, ...wanted }, waitMs, signal) =>
      gate.admit({ ...seat, ...wanted, id: id as ActionId, claims: {}, door: 'mcp', enforcement: 'enforcing' }, waitMs, signal),
    settle: async ({ action, source = 'tool_output', ...ended }) => {
      await gate.settle({ ...ended, tenant, agent, action: action as ActionId, usage: {}, source, trusted: false });
    },
    label: async (source, value) => {
      await gate.label({ ...seat, source, trusted: false, value });
    },
    show: ({ name, identity }, tools) => gate.showTools({ ...seat, server: name, identity, tools }),
    refused: async (code) => {
      await gate.record(tenant, 'request-refused', { code, door: 'mcp' }, { role: 'agent', tenant, agent }, { agent });
    },
  };
}
