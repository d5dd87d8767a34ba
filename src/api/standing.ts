import { Type } from 'typebox';
import type { ActionGate } from '../gate/action-gate.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer, jsonObject, name, ReceiptReply } from '../http/shapes.ts';
import { present } from '../http/present.ts';
import type { AgentId, SessionId, TenantId } from '../kernel/ids.ts';
import { DECIDERS, EVERYONE, PEOPLE } from '../kernel/role.ts';
import { statusOf } from './agents.ts';
import type { ApiParts } from './deps.ts';
import { inFlightIn } from './in-flight.ts';
import type { Tally } from '../views/tally.ts';

type Parts = ApiParts<Pick<ActionGate, 'budgets'> & Pick<OperatorGate, 'pending'> & LogGate, 'store' | 'version' | 'daemons' | 'pendingReset'>;

const doc = (summary: string) => ({ summary, tag: 'standing' });
const READ = { method: 'GET', auth: 'key', tenant: 'key', audited: [] } as const;
const amount = () => Type.Optional(integer(0, Number.MAX_SAFE_INTEGER));

/** What stands now: limits and what is taken of them, and counts. */
export function standingRoutes(deps: Parts, tally: Tally): readonly Route[] {
  return [budgetsRoute(deps), setBudgetRoute(deps), spendRoute(deps), statsRoute(deps, tally)];
}

const budgetsRoute = ({ gate }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/budgets',
    role: EVERYONE,
    doc: doc(
      'Limits on dollars that stand against an agent in a session, and what is taken; without names, the limits set over and above the policy',
    ),
    query: Type.Object({ agent: Type.Optional(name()), session: Type.Optional(name()) }, CLOSED),
    response: Type.Object({ budgets: Type.Array(jsonObject()) }),
    handle: ({ principal, query }) => {
      const { tenant } = principal;
      const agent = principal.role === 'agent' ? principal.agent : (query.agent as AgentId | undefined);
      if (agent !== undefined) return { budgets: gate.budgets(tenant, agent, (query.session ?? 'none') as SessionId) };
      return { budgets: [...gate.world(tenant).limits.entries()].map(([ledger, limit]) => ({ ledger, limit })) };
    },
  });

const setBudgetRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/budgets',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['budget-set'],
    doc: doc(
      'Set a limit on a ledger (`session/a1~s1`, `session/s1` for everybody’s session of that name, `agent/a1/day`, `tenant`), over and above the policy’s',
    ),
    body: Type.Object(
      {
        ledger: Type.String({ pattern: '^(?:tenant|(?:session|agent|team)/[^/]{1,800})(?:/(?:hour|day|month)(?:/[0-9T-]{7,13})?)?$' }),
        limit: Type.Object({ usdMicros: amount(), tokens: amount(), toolCalls: amount(), modelCalls: amount(), steps: amount() }, CLOSED),
        reason: Type.String({ minLength: 1, maxLength: 1024 }),
      },
      CLOSED,
    ),
    response: ReceiptReply,
    handle: ({ principal, body }) => gate.record(principal.tenant, 'budget-set', { ...body, limit: present(body.limit) }, principal),
  });

const spendRoute = ({ gate }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/spend',
    role: PEOPLE,
    doc: doc('Every ledger: what is spent and what is reserved'),
    response: Type.Object({ ledgers: Type.Array(jsonObject()) }),
    handle: ({ principal }) => ({ ledgers: [...gate.world(principal.tenant).ledgers.entries()].map(([ledger, state]) => ({ ledger, ...state })) }),
  });

const statsRoute = (deps: Parts, tally: Tally): Route =>
  route({
    ...READ,
    path: '/v1/stats',
    role: PEOPLE,
    doc: doc('How things stand, and counts over the whole log by effect, reason, risk and agent'),
    response: jsonObject(),
    handle: async ({ principal }) => {
      const { count, actions } = await inFlightIn(deps, principal, { kind: 'all' });
      return { ...(await stats(deps, tally, principal.tenant)), inFlight: { count, actions } };
    },
  });

function resetText(reset: Awaited<ReturnType<Parts['pendingReset']>>): object | null {
  return reset === null ? null : { operator: reset.body.operator, by: reset.body.by, at: reset.at, index: reset.index };
}

async function stats({ gate, version, daemons, pendingReset }: Parts, tally: Tally, tenant: TenantId): Promise<object> {
  const counts = await tally.of(tenant);
  const world = gate.world(tenant);
  const agents = [...world.agents.entries()];
  const { actions24h, denied24h } = counts.since(gate.now(tenant) - 86_400_000);
  return {
    version,
    agents: agents.length,
    halted: agents.filter(([id, state]) => statusOf(world, id, state) !== 'active').length,
    pendingApprovals: (await gate.pending(tenant)).length,
    actions24h,
    denied24h,
    logSize: world.size,
    gate: gate.state(),
    daemons: daemons(),
    adminReset: resetText(await pendingReset(tenant)),
    policy: { name: counts.policyName ?? '', digest: world.policy ?? '' },
    counts: counts.totals,
  };
}
