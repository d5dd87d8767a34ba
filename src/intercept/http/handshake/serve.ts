import { Type } from 'typebox';
import { AegisError } from '../../../errors.ts';
import type { ActionGate } from '../../../gate/action-gate.ts';
import type { LogGate } from '../../../gate/log-gate.ts';
import type { Principal } from '../../../gate/nouns.ts';
import { loggedResource } from '../../../gate/sealing/resource-name.ts';
import type { AgentId, SessionId } from '../../../kernel/ids.ts';
import type { Claims } from '../../../kernel/action.ts';
import { EVERYONE, ACTING } from '../../../kernel/role.ts';
import type { GasPrices } from '../../../ports.ts';
import { agentOf } from '../../../http/keys.ts';
import type { AgentPrincipal } from '../../../http/keys.ts';
import { DECIDING, route } from '../../../http/route.ts';
import type { Route } from '../../../http/route.ts';
import { CLOSED, name, WaitQuery } from '../../../http/shapes.ts';
import { permissionReply, remaining } from './enforce.ts';
import { gasAskOf, priced } from './gas-ask.ts';
import { handshakeTerms, lockName, notTaken, permissionProposal, sessionOf } from './normalise.ts';
import { HandshakeBody, PermissionBody, PermissionReply, ReleaseBody } from './shapes.ts';

const doc = (summary: string) => ({ summary, tag: 'handshake' });

/** An id nobody registered is 403, as the protocol has it; another agent's id is refused by the key. */
function callerOf(gate: ActionGate & LogGate, principal: Principal, agent: string): AgentPrincipal {
  if (!gate.world(principal.tenant).agents.has(agent as AgentId)) throw new AegisError('UNKNOWN_AGENT', { agent });
  const caller = agentOf(principal);
  if (caller.agent !== agent) throw new AegisError('AGENT_MISMATCH', { agent: caller.agent }, '/agent_id');
  return caller;
}

/** The handshake protocol: register, ask for a resource, give a lock back. */
export function handshakeRoutes(gate: ActionGate & LogGate, gas: GasPrices): readonly Route[] {
  return [handshakeRoute(gate), permissionRoute(gate, gas), budgetRoute(gate), releaseRoute(gate)];
}

const handshakeRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/api/v1/handshake',
    auth: 'key',
    role: ACTING,
    tenant: 'key',
    audited: ['agent-registered'],
    doc: doc('An agent says what it is; an operator may register it so. It never widens what an operator allowed'),
    body: HandshakeBody,
    response: Type.Object({
      status: Type.Literal('registered'),
      agent_id: Type.String(),
      message: Type.String(),
      max_priority: Type.Integer({ description: 'What holds: the smaller of what was asked and what an operator set' }),
      session_budget_usd: Type.Optional(Type.Number()),
      capabilities: Type.Array(Type.String()),
    }),
    handle: async ({ principal, body }) => {
      const { tenant } = principal;
      const agent = body.agent_id as AgentId;
      const known = gate.world(tenant).agents.get(agent);
      const own = principal.role === 'agent';
      if (own) callerOf(gate, principal, agent);
      const terms = handshakeTerms(body, known, own);
      await gate.register(tenant, agent, terms, principal);
      const hint = known?.registered.keyDigest === undefined ? ['It has no key yet: POST /v1/agents makes one.'] : [];
      const message = [`The agent ${agent} is registered.`, ...notTaken(body, terms), ...hint].join(' ');
      const { sessionBudgetUsdMicros: budget, maxPriority, capabilities } = terms;
      const held = { max_priority: maxPriority, capabilities, ...(budget === undefined ? {} : { session_budget_usd: budget / 1_000_000 }) };
      return { status: 'registered', agent_id: agent, message, ...held };
    },
  });

const permissionRoute = (gate: ActionGate & LogGate, gas: GasPrices): Route =>
  route({
    method: 'POST',
    path: '/api/v1/request-permission',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: DECIDING,
    doc: doc('Ask for tokens, gas, a call, a lock or compute; `wait` holds the connection while it is PENDING'),
    query: WaitQuery,
    body: PermissionBody,
    response: PermissionReply,
    handle: async ({ principal, query, body, signal }) => {
      const caller = callerOf(gate, principal, body.agent_id);
      const wait = query.wait ?? 0;
      const most = gate.world(caller.tenant).agents.get(caller.agent)?.registered.maxPriority;
      const proposal = permissionProposal(body, caller, most);
      const claims = body.resource_type === 'gas_budget' ? await pricedByItsChain(proposal.claims, body, gas) : proposal.claims;
      const decision = await gate.admit({ ...proposal, claims }, wait, wait === 0 ? undefined : signal());
      const session = (body.session_id ?? sessionOf(caller.agent)) as SessionId;
      const at = gate.world(caller.tenant).at;
      return permissionReply(decision, { agent: caller.agent, budgets: gate.budgets(caller.tenant, caller.agent, session), at, gas: claims.gas });
    },
  });

async function pricedByItsChain(claims: Claims, body: PermissionBody, gas: GasPrices): Promise<Claims> {
  const ask = gasAskOf(body);
  return priced(claims, ask === null ? { fault: 'unknown-chain' } : await gas.price(ask));
}

const budgetRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'GET',
    path: '/api/v1/budget/:agent',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [],
    doc: doc('The dollars an agent has left where it has least; null where nothing limits them. An agent sees its own'),
    params: Type.Object({ agent: name() }, CLOSED),
    query: Type.Object({ session_id: Type.Optional(name()) }, CLOSED),
    response: Type.Object({ agent_id: Type.String(), remaining_budget_usd: Type.Union([Type.Number(), Type.Null()]) }),
    handle: ({ principal, params, query }) => {
      const agent = params.agent as AgentId;
      const hidden = principal.role === 'agent' && agentOf(principal).agent !== agent;
      if (hidden || !gate.world(principal.tenant).agents.has(agent)) throw new AegisError('NOT_FOUND', { what: 'agent' });
      const session = (query.session_id ?? sessionOf(agent)) as SessionId;
      return { agent_id: agent, remaining_budget_usd: remaining(gate.budgets(principal.tenant, agent, session)) };
    },
  });

const releaseRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/api/v1/release-lock',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['lock-released'],
    doc: doc('Give a lock back; only the holder of the token can'),
    body: ReleaseBody,
    response: Type.Object({ success: Type.Boolean(), message: Type.String() }),
    handle: async ({ principal, body }) => {
      const caller = callerOf(gate, principal, body.agent_id);
      const fence = Number(body.lock_token.slice('fence-'.length));
      const resource = heldName(gate, caller, body.resource);
      await gate.record(caller.tenant, 'lock-released', { resource, fence }, caller);
      return { success: true, message: `${resource} is free again.` };
    },
  });

/** The protocol lets a client name the resource as it asked for it, without our scheme. */
function heldName(gate: ActionGate & LogGate, { tenant }: AgentPrincipal, resource: string): string {
  const world = gate.world(tenant);
  const held = (name: string): boolean => world.locks.has(loggedResource(world, tenant, name));
  return [resource, lockName(resource, 'wallet'), lockName(resource, 'file')].find(held) ?? resource;
}
