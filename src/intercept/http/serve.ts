import { Type } from 'typebox';
import { AegisError } from '../../errors.ts';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { Principal } from '../../gate/nouns.ts';
import { ownerOf } from '../../gate/owner.ts';
import type { ActionId, AgentId } from '../../kernel/ids.ts';
import { actionOf } from '../../kernel/owned.ts';
import { EVERYONE } from '../../kernel/role.ts';
import type { ActionState } from '../../kernel/world.ts';
import { readsPayloads } from '../../http/payload-readers.ts';
import { wireDecision } from '../../http/wire-decision.ts';
import { contentOf, outcomeOf, proposalOf } from './normalise.ts';
import { agentOf } from '../../http/keys.ts';
import { DECIDING, route } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import {
  ActionParams,
  AgentQuery,
  CLOSED,
  AskBody,
  BatchBody,
  ContentBody,
  ContentReply,
  DecisionReply,
  NameParams,
  OutcomeBody,
  WaitQuery,
  jsonObject,
} from '../../http/shapes.ts';

const doc = (summary: string) => ({ summary, tag: 'actions' });

/** An action the principal may see: an agent its own, people their tenant's. Anything else does not exist (AUTH-5). */
export function actionFor(
  gate: ActionGate & LogGate,
  principal: Principal,
  named: { readonly id: string; readonly agent?: string | undefined },
): ActionState {
  const world = gate.world(principal.tenant);
  const id = named.id as ActionId;
  const agent = ownerOf(principal, { what: 'action', id, agent: named.agent as AgentId | undefined }, world);
  const state = actionOf(world, agent, id);
  if (state === undefined) throw new AegisError('NOT_FOUND', { what: 'action' });
  return state;
}

const summary = (id: string, { agent, session, name, argsDigest, index }: ActionState) => ({ id, agent, session, name, argsDigest, index });

/** The HTTP door: decide, batch, wait, settle, label. */
export function actionRoutes(gate: ActionGate & LogGate): readonly Route[] {
  return [decideRoute(gate), batchRoute(gate), readRoute(gate), settleRoute(gate), contentRoute(gate)];
}

const decideRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/v1/actions',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: [...DECIDING, 'action-settled', 'lock-released'],
    doc: doc('Decide one action; `wait` holds the connection while a person or a resource is waited for'),
    query: WaitQuery,
    body: AskBody,
    response: DecisionReply,
    handle: async ({ principal, query, body, signal }) => {
      const wait = query.wait ?? 0;
      const { ended = [], ...asked } = body;
      const proposal = proposalOf(asked, principal);
      const outcomes = ended.map(({ action, ...outcome }) => {
        actionFor(gate, principal, { id: action });
        return outcomeOf(outcome, action, agentOf(principal));
      });
      // Not awaited one by one: they stand in the gate's queue first, and in the same append.
      const settled = outcomes.map((outcome) => gate.settle(outcome));
      const decided = wait === 0 ? gate.admit(proposal) : gate.admit(proposal, wait, signal());
      const [decision] = await Promise.all([decided, ...settled]);
      return wireDecision(decision);
    },
  });

const batchRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/v1/actions/batch',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: DECIDING,
    doc: doc('Decide a parallel set against one moving world, in order'),
    body: BatchBody,
    response: Type.Object({ decisions: Type.Array(DecisionReply) }),
    handle: async ({ principal, body }) => {
      const proposals = body.actions.map((action) => proposalOf(action, principal));
      return { decisions: (await gate.admitAll(proposals)).map(wireDecision) };
    },
  });

const readRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'GET',
    path: '/v1/actions/:id',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [...DECIDING, 'action-settled'],
    doc: doc(
      'The last decision on an action; `wait` holds until it is final. A release whose files changed before its agent asks is taken back and asked about again',
    ),
    params: ActionParams,
    query: Type.Object({ ...WaitQuery.properties, ...AgentQuery.properties }, CLOSED),
    response: Type.Object({ action: jsonObject(), decision: DecisionReply, settled: Type.Boolean() }),
    handle: async ({ principal, params, query, signal }) => {
      const { agent } = actionFor(gate, principal, { ...params, agent: query.agent });
      const { wait = 0 } = query;
      const place = {
        tenant: principal.tenant,
        agent,
        action: params.id as ActionId,
        ...(principal.role === 'agent' ? {} : { looks: true as const }),
      };
      const decision = await (wait === 0 ? gate.wait(place, 0) : gate.wait(place, wait, signal()));
      const state = actionFor(gate, principal, { ...params, agent });
      const told = readsPayloads(principal, state.agent) ? decision : state.decision;
      return { action: summary(params.id, state), decision: wireDecision(told), settled: state.settled };
    },
  });

const settleRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/v1/actions/:id/outcome',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['action-settled', 'lock-released', 'approval-voided', 'action-decided'],
    doc: doc('Record what really happened; `cancelled` of an action that waits for a person withdraws the question'),
    params: ActionParams,
    body: OutcomeBody,
    response: ContentReply,
    handle: ({ principal, params, body }) => {
      const agent = agentOf(principal);
      actionFor(gate, principal, params);
      return gate.settle(outcomeOf(body, params.id, agent));
    },
  });

const contentRoute = (gate: ActionGate & LogGate): Route =>
  route({
    method: 'POST',
    path: '/v1/sessions/:id/content',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['session-opened', 'content-labelled'],
    doc: doc('Label content that entered the session outside an action'),
    params: NameParams,
    body: ContentBody,
    response: ContentReply,
    handle: ({ principal, params, body }) => {
      const agent = agentOf(principal);
      return gate.label(contentOf(body, params.id, agent));
    },
  });
