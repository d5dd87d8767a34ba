import { Type } from 'typebox';
import { agentOf } from '../../http/keys.ts';
import { route } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { CLOSED, integer, jsonObject, oneOf } from '../../http/shapes.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import { UNAVAILABLE_MODES } from '../../kernel/agent.ts';
import { JOURNALLED_EFFECTS } from '../../kernel/entry.ts';

const Body = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          action: jsonObject(),
          effect: oneOf(...JOURNALLED_EFFECTS),
          mode: oneOf(...UNAVAILABLE_MODES),
          decidedAt: integer(0, Number.MAX_SAFE_INTEGER),
        },
        CLOSED,
      ),
      { minItems: 1, maxItems: 1_000 },
    ),
  },
  CLOSED,
);

/** What an agent decided by itself while Aegis was away: recorded as its word, after the fact. */
export function journalRoutes(gate: Pick<LogGate, 'record'>): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/journal',
      auth: 'key',
      role: ['agent'],
      tenant: 'key',
      audited: ['action-journalled'],
      doc: { summary: 'Report decisions made while Aegis could not be reached', tag: 'actions' },
      body: Body,
      response: Type.Object({ recorded: Type.Integer() }),
      handle: async ({ principal, body }) => {
        const { tenant, agent } = agentOf(principal);
        for (const entry of body.entries) await gate.record(tenant, 'action-journalled', entry, principal, { agent });
        return { recorded: body.entries.length };
      },
    }),
  ];
}
