import { Type } from 'typebox';
import type { LogGate } from '../gate/log-gate.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { jsonObject, oneOf } from '../http/shapes.ts';
import { EFFECT_CHOICES } from '../kernel/decision.ts';
import type { Effect } from '../kernel/decision.ts';
import { RISKS } from '../kernel/finding.ts';
import type { Risk } from '../kernel/finding.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { World } from '../kernel/world.ts';
import type { AgentRow } from '../views/agents.ts';
import type { TimelineRow } from '../views/timeline.ts';
import type { TenantViews, Views } from '../views/views.ts';
import { statusOf } from './agents.ts';
import type { ApiParts } from './deps.ts';
import { ChangeRowReply, Effects, ReasonRowReply, SEEN } from './view-shapes.ts';
import { seen } from './views.ts';

type Parts = ApiParts<Pick<OperatorGate, 'pending'> & LogGate> & { readonly views: Views };

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Rows of a part of the page. */
const TOP = 10;

const Counted = Type.Object({ actions: Type.Integer(), ...Effects.properties });

const Reply = Type.Object({
  at: Type.Integer(),
  ...SEEN,
  gate: jsonObject(),
  policy: Type.Object({ digest: Type.String(), name: Type.String() }),
  waiting: Type.Integer(),
  oldestWaiting: Type.Optional(Type.Integer({ description: 'When the oldest question that waits was asked.' })),
  agents: Type.Object({ active: Type.Integer(), halted: Type.Integer(), revoked: Type.Integer() }),
  halts: Type.Array(jsonObject()),
  perMinute: Type.Integer({ description: 'Decisions of the last whole minute.' }),
  last24h: Counted,
  spentTodayUsdMicros: Type.Number({ description: 'Settled since midnight, UTC.' }),
  risk: oneOf(...RISKS),
  topReasons: Type.Array(ReasonRowReply, { description: 'Of the last 24 hours, without those that allow.' }),
  coverage: Type.Object({ enforcing: Type.Integer(), advisory: Type.Integer(), unprotected: Type.Integer() }),
  changes: Type.Array(ChangeRowReply),
});

/** One answer for the first page a person sees. */
export function overviewRoute(deps: Parts): Route {
  return route({
    method: 'GET',
    path: '/v1/overview',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: { summary: 'How things stand: what waits, who is halted, what was decided, spent and changed', tag: 'dashboard' },
    response: Reply,
    handle: async ({ principal: { tenant } }) => {
      const { views, told } = await seen(deps, tenant);
      const { gate } = deps;
      const [at, world, pending] = [gate.now(tenant), gate.world(tenant), await gate.pending(tenant)];
      const asked = pending.map(({ action }) => action.at);
      return {
        at,
        ...told,
        gate: gate.state(),
        policy: { digest: world.policy ?? '', name: views.changes.policy },
        waiting: pending.length,
        ...(asked.length === 0 ? {} : { oldestWaiting: Math.min(...asked) }),
        agents: standing(world),
        halts: world.halts,
        ...decided(views, at),
        topReasons: views.reasons
          .read(at - DAY, at + 1)
          .filter(({ effect }) => effect !== 'allow')
          .slice(0, TOP),
        risk: worst(views, at),
        coverage: coverage(views.agents.all(), at),
        changes: views.changes.newest(TOP),
      };
    },
  });
}

function standing(world: World): { active: number; halted: number; revoked: number } {
  const counts = { active: 0, halted: 0, revoked: 0 };
  for (const [id, state] of world.agents.entries()) counts[statusOf(world, id, state)]++;
  return counts;
}

function decided({ timeline, spend }: TenantViews, at: number): object {
  const whole = Math.floor(at / MINUTE) * MINUTE;
  const sum = (rows: readonly TimelineRow[]): Record<Effect, number> & { actions: number } => {
    const counts = { actions: 0, allow: 0, deny: 0, modify: 0, ask: 0, defer: 0 };
    for (const row of rows)
      for (const effect of EFFECT_CHOICES) {
        counts[effect] += row[effect];
        counts.actions += row[effect];
      }
    return counts;
  };
  return {
    perMinute: sum(timeline.read(MINUTE, whole - MINUTE, whole)).actions,
    last24h: sum(timeline.read(HOUR, at - DAY, at + 1)),
    spentTodayUsdMicros: spend.read(Math.floor(at / DAY) * DAY, at + 1).total.usdMicros,
  };
}

/** The worst risk that a decision of the last hour had. */
function worst({ actions }: TenantViews, at: number): Risk {
  return RISKS.toReversed().find((risk) => actions.has({ risk, since: at - HOUR })) ?? 'LOW';
}

/** Agents seen in the last day, by how well they are held: one that has a way in that only advises counts as that. */
function coverage(agents: Iterable<AgentRow>, at: number): { enforcing: number; advisory: number; unprotected: number } {
  const counts = { enforcing: 0, advisory: 0, unprotected: 0 };
  for (const { integrations, protection } of agents) {
    const recent = integrations.filter(({ lastSeen }) => lastSeen >= at - DAY);
    if (protection !== undefined && protection !== 'protected') counts.unprotected++;
    else if (recent.some(({ enforcement }) => enforcement === 'advisory')) counts.advisory++;
    else if (recent.length > 0) counts.enforcing++;
  }
  return counts;
}
