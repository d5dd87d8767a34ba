import { Type } from 'typebox';
import type { ActionGate } from '../gate/action-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { LimitUse } from '../gate/nouns.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, name, oneOf } from '../http/shapes.ts';
import { AMOUNT_FIELDS } from '../kernel/amounts.ts';
import type { AgentId, Millis } from '../kernel/ids.ts';
import { LEDGER_SCOPES } from '../kernel/policy.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { World } from '../kernel/world.ts';
import { exhaustedAt } from '../views/pace.ts';
import type { PaceView } from '../views/pace.ts';
import type { Views } from '../views/views.ts';
import type { ApiParts } from './deps.ts';
import { limit, SEEN } from './view-shapes.ts';
import { seen } from './views.ts';

type Parts = ApiParts<Pick<ActionGate, 'limits'> & Pick<LogGate, 'world' | 'now'>> & { readonly views: Views };

const BudgetRowReply = Type.Object({
  id: Type.String({ description: 'The policy’s id of the budget, or the ledger that `POST /v1/budgets` named.' }),
  scope: oneOf(...LEDGER_SCOPES),
  of: Type.String({ description: 'The agent or team; empty for the tenant and a session.' }),
  ledger: Type.String(),
  field: oneOf(...AMOUNT_FIELDS),
  limit: Type.Integer(),
  spent: Type.Integer(),
  reserved: Type.Integer(),
  resetsAt: Type.Optional(Type.Integer({ description: 'When its period ends (UTC).' })),
  exhaustedAt: Type.Optional(
    Type.Integer({ description: 'When it is used up at the pace of the last hour, where that is before it resets; dollars and tokens only.' }),
  ),
});

/** Limits with what stands against them, the fullest first. */
export function budgetViewRoute(deps: Parts): Route {
  return route({
    method: 'GET',
    path: '/v1/views/budgets',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: {
      summary: 'Limits of agents, teams and the tenant with what is spent and reserved, the fullest first, and when each is used up at this pace',
      tag: 'dashboard',
    },
    query: Type.Object({ agent: Type.Optional(name()), limit: Type.Optional(limit()) }, CLOSED),
    response: Type.Object({ budgets: Type.Array(BudgetRowReply), more: Type.Integer({ description: 'Limits left out.' }), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { agent, limit: most = 100 } }) => {
      const { views, told } = await seen(deps, tenant);
      const [world, at] = [deps.gate.world(tenant), deps.gate.now(tenant)];
      const found = deps.gate
        .limits(tenant)
        .filter((use) => agent === undefined || holdsFor(use, agent, world))
        .toSorted((a, b) => share(b) - share(a));
      const budgets = found.slice(0, most).map((use) => forecast(use, { world, at, pace: views.pace }));
      return { budgets, more: found.length - budgets.length, ...told };
    },
  });
}

const share = ({ spent, reserved, limit: bound }: LimitUse): number => (spent + reserved) / Math.max(1, bound);

/** Whether what this agent spends counts against the limit; of a session nobody knows from its name alone. */
function holdsFor({ scope, of }: LimitUse, agent: string, world: World): boolean {
  if (scope === 'agent') return of === agent;
  if (scope === 'team') return teamOf(world, agent) === of;
  return scope === 'tenant';
}

const teamOf = (world: World, agent: string): string | undefined => world.agents.get(agent as AgentId)?.registered.team;

function forecast(
  use: LimitUse,
  { world, at, pace }: { readonly world: World; readonly at: Millis; readonly pace: PaceView },
): LimitUse & { readonly exhaustedAt?: Millis } {
  const { field, scope, spent, reserved, limit: bound } = use;
  if ((field !== 'usdMicros' && field !== 'tokens') || scope === 'session') return use;
  const speed = pace.of(scope === 'agent' ? use.of : (agent) => holdsFor(use, agent, world), field, at);
  const end = exhaustedAt({ left: bound - spent - reserved, pace: speed, at, ...(use.resetsAt === undefined ? {} : { resetsAt: use.resetsAt }) });
  return end === null ? use : { ...use, exhaustedAt: end };
}
