import { Type } from 'typebox';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, name, oneOf } from '../http/shapes.ts';
import { APPROVAL_STATUSES } from '../kernel/approval.ts';
import type { AgentId, TenantId } from '../kernel/ids.ts';
import { PEOPLE } from '../kernel/role.ts';
import { createTurns } from '../log/in-turns.ts';
import type { Step } from '../views/timeline.ts';
import type { Seen, Views } from '../views/views.ts';
import { statusOf } from './agents.ts';
import type { ApiParts } from './deps.ts';
import {
  ActionRowReply,
  AgentRowReply,
  ApprovalRowReply,
  before,
  limit,
  ReasonRowReply,
  RowQuery,
  search,
  SEEN,
  SessionRowReply,
  SpendReply,
  time,
  TimelineRowReply,
} from './view-shapes.ts';

type Parts = ApiParts<Pick<LogGate, 'world' | 'now'>> & { readonly views: Views };

const READ = { method: 'GET', auth: 'key', role: PEOPLE, tenant: 'key', audited: [] } as const;
const doc = (summary: string) => ({ summary, tag: 'dashboard' });
const optional = Type.Optional;
const DAY = 86_400_000;
const SPAN = { since: optional(time()), until: optional(time()) };

/** Lists for people, out of views of the log: pages by cursor, filters by index, and no answer reads the log. */
export function viewRoutes(deps: Parts): readonly Route[] {
  return [actionsRoute(deps), agentsRoute(deps), sessionsRoute(deps), approvalsRoute(deps), ...sumRoutes(deps)];
}

/** Views as far as they have read, and how far the log goes. */
export async function seen({ gate, views }: Parts, tenant: TenantId): Promise<Seen & { readonly told: { asOf: number; size: number } }> {
  const own = await views.of(tenant);
  return { ...own, told: { asOf: own.asOf, size: Math.max(own.asOf, gate.world(tenant).size) } };
}

const actionsRoute = (deps: Parts): Route => {
  const turn = createTurns();
  return route({
    ...READ,
    path: '/v1/views/actions',
    doc: doc('Decisions, newest first, by any of these; of very many the newest million'),
    query: Type.Object({ ...RowQuery, before: optional(before()), limit: optional(limit()) }, CLOSED),
    response: Type.Object({ actions: Type.Array(ActionRowReply), next: optional(Type.Integer()), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { limit: most = 100, ...filter } }) => {
      const { views, told } = await seen(deps, tenant);
      return { ...(await views.actions.page(filter, most, () => turn(tenant))), ...told };
    },
  });
};

const agentsRoute = (deps: Parts): Route =>
  route({
    ...READ,
    path: '/v1/views/agents',
    doc: doc('Agents in numbers, by name'),
    query: Type.Object({ agent: optional(name()), q: optional(search()), after: optional(name()), limit: optional(limit()) }, CLOSED),
    response: Type.Object({ agents: Type.Array(AgentRowReply), next: optional(Type.String()), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { limit: most = 100, ...terms } }) => {
      const { views, told } = await seen(deps, tenant);
      const { agents, ...rest } = views.agents.page({ ...terms, limit: most });
      const world = deps.gate.world(tenant);
      const standing = agents.map((row) => {
        const state = world.agents.get(row.agent as AgentId);
        return state === undefined ? row : { ...row, status: statusOf(world, row.agent as AgentId, state) };
      });
      return { agents: standing, ...rest, ...told };
    },
  });

const sessionsRoute = (deps: Parts): Route =>
  route({
    ...READ,
    path: '/v1/views/sessions',
    doc: doc('Sessions in numbers, the last of use first'),
    query: Type.Object({ agent: optional(name()), q: optional(search()), before: optional(before()), limit: optional(limit()) }, CLOSED),
    response: Type.Object({ sessions: Type.Array(SessionRowReply), next: optional(Type.Integer()), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { limit: most = 100, ...terms } }) => {
      const { views, told } = await seen(deps, tenant);
      return { ...views.sessions.page({ ...terms, limit: most }), ...told };
    },
  });

const approvalsRoute = (deps: Parts): Route =>
  route({
    ...READ,
    path: '/v1/views/approvals',
    doc: doc('Questions to people and what became of each, newest first; what is waiting is at /v1/approvals with its bytes'),
    query: Type.Object(
      {
        status: optional(oneOf(...APPROVAL_STATUSES)),
        agent: optional(name()),
        session: optional(name()),
        before: optional(before()),
        limit: optional(limit()),
      },
      CLOSED,
    ),
    response: Type.Object({ approvals: Type.Array(ApprovalRowReply), next: optional(Type.Integer()), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { limit: most = 100, ...terms } }) => {
      const { views, told } = await seen(deps, tenant);
      return { ...views.approvals.page({ ...terms, limit: most }), ...told };
    },
  });

/** The span that is asked for, of the last day where nothing is said. */
function spanOf(
  { gate }: Parts,
  tenant: TenantId,
  query: { readonly since?: number; readonly until?: number },
): readonly [since: number, until: number] {
  const until = query.until ?? gate.now(tenant) + 1;
  return [query.since ?? Math.max(0, until - DAY), until];
}

const sumRoutes = (deps: Parts): readonly Route[] => [
  route({
    ...READ,
    path: '/v1/views/reasons',
    doc: doc('What decided how often, the most frequent first; the hour a limit falls in counts whole, thirty days are kept'),
    query: Type.Object(SPAN, CLOSED),
    response: Type.Object({ reasons: Type.Array(ReasonRowReply), ...SEEN }),
    handle: async ({ principal: { tenant }, query }) => {
      const { views, told } = await seen(deps, tenant);
      return { reasons: views.reasons.read(...spanOf(deps, tenant, query)), ...told };
    },
  }),
  route({
    ...READ,
    path: '/v1/views/timeline',
    doc: doc('Decisions by effect and what they cost, by minute (two days are kept), hour (ninety) or day; empty stretches are left out'),
    query: Type.Object({ ...SPAN, step: optional(oneOf('minute', 'hour', 'day')) }, CLOSED),
    response: Type.Object({ step: Type.Integer(), buckets: Type.Array(TimelineRowReply), ...SEEN }),
    handle: async ({ principal: { tenant }, query: { step: word = 'hour', ...span } }) => {
      const { views, told } = await seen(deps, tenant);
      const step = STEP[word];
      return { step, buckets: views.timeline.read(step, ...spanOf(deps, tenant, span)), ...told };
    },
  }),
  route({
    ...READ,
    path: '/v1/views/spend',
    doc: doc('What was settled, by agent, model and day (UTC); the day a limit falls in counts whole'),
    query: Type.Object(SPAN, CLOSED),
    response: Type.Object({ ...SpendReply, ...SEEN }),
    handle: async ({ principal: { tenant }, query }) => {
      const { views, told } = await seen(deps, tenant);
      return { ...views.spend.read(...spanOf(deps, tenant, query)), ...told };
    },
  }),
];

const STEP: Readonly<Record<'minute' | 'hour' | 'day', Step>> = { minute: 60_000, hour: 3_600_000, day: DAY };
