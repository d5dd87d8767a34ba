import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { ActionGate } from '../gate/action-gate.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer, name, NameParams, oneOf, ReceiptReply } from '../http/shapes.ts';
import type { EntryBodies } from '../kernel/entry.ts';
import type { AgentId } from '../kernel/ids.ts';
import { DECIDERS, EVERYONE } from '../kernel/role.ts';
import { violationCount } from '../kernel/violations.ts';
import type { AgentState, World } from '../kernel/world.ts';
import type { ApiParts } from './deps.ts';
import { mintKey } from '../http/keys.ts';
import { protections } from './protection.ts';
import type { Protection } from './protection.ts';
import type { AgentStatus } from '../kernel/agent.ts';
import { AGENT_STATUSES, PROTECTIONS, UNAVAILABLE_MODES } from '../kernel/agent.ts';

type Parts = ApiParts<Pick<ActionGate, 'register'> & OperatorGate & LogGate, 'store' | 'random'>;

const doc = (summary: string) => ({ summary, tag: 'agents' });

const AgentReply = Type.Object({
  agent: Type.String(),
  status: oneOf(...AGENT_STATUSES),
  framework: Type.Optional(Type.String()),
  capabilities: Type.Array(Type.String()),
  maxPriority: Type.Integer(),
  sessionBudgetUsdMicros: Type.Optional(Type.Integer()),
  team: Type.Optional(Type.String()),
  onUnavailable: oneOf(...UNAVAILABLE_MODES),
  firstSeen: Type.Integer(),
  violations: Type.Integer(),
  pendingApprovals: Type.Integer(),
  hasKey: Type.Boolean(),
  readOnlyTools: Type.Array(Type.String({ description: 'Tools that may run under allow_readonly' })),
  protection: Type.Optional(oneOf(...PROTECTIONS)),
});

const RegisterBody = Type.Object(
  {
    agent: name(),
    framework: Type.Optional(Type.String({ maxLength: 128 })),
    capabilities: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 256 })),
    maxPriority: Type.Optional(integer(1, 10)),
    sessionBudgetUsdMicros: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)),
    team: Type.Optional(name()),
    onUnavailable: Type.Optional(oneOf(...UNAVAILABLE_MODES)),
    rotate: Type.Optional(Type.Boolean({ description: 'Replace the key of an agent that is registered already' })),
  },
  CLOSED,
);

const ReasonBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 1024 }) }, CLOSED);

/** An agent's standing in words: revoked is for good, halted until somebody resumes it. */
export function statusOf(world: World, id: AgentId, state: AgentState): AgentStatus {
  if (state.revoked) return 'revoked';
  return world.halts.some(({ scope }) => scope.kind === 'all' || (scope.kind === 'agent' && scope.id === id)) ? 'halted' : 'active';
}

const READ_ONLY = 'readonly:';

function view(
  world: World,
  agent: AgentId,
  { state, protection }: { readonly state: AgentState; readonly protection: Protection | undefined },
): object {
  const { keyDigest, ...registered } = state.registered;
  const { firstSeen, pendingApprovals } = state;
  const readOnlyTools = registered.capabilities.filter((one) => one.startsWith(READ_ONLY)).map((one) => one.slice(READ_ONLY.length));
  const counts = { firstSeen, violations: violationCount(world, agent), pendingApprovals, hasKey: keyDigest !== undefined };
  const proved = protection === undefined ? {} : { protection };
  return { agent, status: statusOf(world, agent, state), ...registered, ...counts, readOnlyTools, ...proved };
}

/** @throws AegisError NOT_FOUND, also when an agent asks about another one */
function agentIn(world: World, principal: Principal, id: string): AgentState {
  const state = world.agents.get(id as AgentId);
  if (state === undefined || (principal.role === 'agent' && principal.agent !== id)) throw new AegisError('NOT_FOUND', { what: 'agent' });
  return state;
}

export function agentRoutes(deps: Parts): readonly Route[] {
  return [...readRoutes(deps), registerRoute(deps), ...stopRoutes(deps)];
}

const readRoutes = ({ gate, store }: Parts): readonly Route[] => [
  route({
    method: 'GET',
    path: '/v1/agents',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [],
    doc: doc('Agents of the tenant; an agent sees itself'),
    response: Type.Object({ agents: Type.Array(AgentReply) }),
    handle: async ({ principal }) => {
      const proved = await protections(store, principal.tenant);
      const world = gate.world(principal.tenant);
      const seen = [...world.agents.entries()].filter(([id]) => principal.role !== 'agent' || principal.agent === id);
      const sorted = seen.sort(([a], [b]) => (a < b ? -1 : 1));
      return { agents: sorted.map(([id, state]) => view(world, id, { state, protection: proved.get(id) })) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/agents/:id',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [],
    doc: doc('One agent; `self` is the agent of the key'),
    params: NameParams,
    response: AgentReply,
    handle: async ({ principal, params }) => {
      const world = gate.world(principal.tenant);
      const id = params.id === 'self' && principal.role === 'agent' ? principal.agent : (params.id as AgentId);
      const state = agentIn(world, principal, id);
      const proved = await protections(store, principal.tenant, id);
      return view(world, id, { state, protection: proved.get(id) });
    },
  }),
];

const registerRoute = ({ gate, random }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/agents',
    auth: 'key',
    role: ['admin'],
    tenant: 'key',
    audited: ['agent-registered'],
    doc: doc('Register an agent, or rotate its key; the key is shown this once'),
    status: 201,
    body: RegisterBody,
    response: Type.Object({ agent: Type.String(), key: Type.String(), index: Type.Integer() }),
    handle: async ({ principal, body }) => {
      const { tenant } = principal;
      const id = body.agent as AgentId;
      if (body.agent === 'self')
        throw new AegisError('REQUEST_INVALID', { detail: '`self` cannot be an agent’s id: it stands for the caller' }, '/agent');
      const known = gate.world(tenant).agents.get(id);
      if (known !== undefined && body.rotate !== true)
        throw new AegisError('CONFLICT', { detail: `The agent ${id} is registered already; send \`rotate: true\` to replace its key` });
      const { key, digest } = mintKey(random, 'agent', tenant);
      const { index } = await gate.register(tenant, id, { ...termsOf(body, known), keyDigest: digest }, principal);
      return { agent: id, key, index };
    },
  });

type RegisterTerms = EntryBodies['agent-registered'];

function termsOf(body: Partial<RegisterTerms>, known: AgentState | undefined): RegisterTerms {
  const before = known?.registered;
  const framework = body.framework ?? before?.framework;
  const team = body.team ?? before?.team;
  const budget = body.sessionBudgetUsdMicros ?? before?.sessionBudgetUsdMicros;
  return {
    capabilities: body.capabilities ?? before?.capabilities ?? [],
    maxPriority: body.maxPriority ?? before?.maxPriority ?? 5,
    onUnavailable: body.onUnavailable ?? before?.onUnavailable ?? 'deny',
    ...(framework === undefined ? {} : { framework }),
    ...(team === undefined ? {} : { team }),
    ...(budget === undefined ? {} : { sessionBudgetUsdMicros: budget }),
  };
}

const stopRoutes = ({ gate }: Parts): readonly Route[] => {
  const one = (verb: 'halt' | 'resume' | 'revoke', summary: string, terms: Pick<Route, 'role' | 'audited'>): Route =>
    route({
      method: 'POST',
      path: `/v1/agents/:id/${verb}`,
      auth: 'key',
      tenant: 'key',
      ...terms,
      doc: doc(summary),
      params: NameParams,
      body: ReasonBody,
      response: ReceiptReply,
      handle: ({ principal, params, body }) => {
        agentIn(gate.world(principal.tenant), principal, params.id);
        const agent = params.id as AgentId;
        if (verb === 'revoke') return gate.record(principal.tenant, 'agent-revoked', { agent, reason: body.reason }, principal, { agent });
        return gate[verb](principal.tenant, { kind: 'agent', id: agent }, body.reason, principal);
      },
    });
  return [
    one('halt', 'Stop an agent now; everything it waits for is denied', { role: DECIDERS, audited: ['agent-halted', 'approval-voided'] }),
    one('resume', 'Let a halted agent go on', { role: DECIDERS, audited: ['agent-resumed'] }),
    one('revoke', 'Take an agent’s standing for good', { role: ['admin'], audited: ['agent-revoked'] }),
  ];
};
