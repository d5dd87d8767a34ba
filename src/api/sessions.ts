import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { ActionGate } from '../gate/action-gate.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { agentOf } from '../http/keys.ts';
import { AgentQuery, CLOSED, jsonObject, name, NameParams } from '../http/shapes.ts';
import type { AgentId, SessionId } from '../kernel/ids.ts';
import { DECIDERS, EVERYONE, PEOPLE, ACTING } from '../kernel/role.ts';
import { idIn } from '../kernel/owned.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import type { SessionState } from '../kernel/world.ts';
import { inclusionReceipt, verifyInclusion } from '../log/receipt.ts';
import type { ApiParts } from './deps.ts';
import { page } from './pages.ts';
import { sessionFor } from './session-for.ts';
import type { LoggedEntry } from './pages.ts';

type Parts = ApiParts<ActionGate & OperatorGate & LogGate, 'store'>;

const doc = (summary: string) => ({ summary, tag: 'sessions' });
const READ = { method: 'GET', auth: 'key', tenant: 'key', audited: [] } as const;
/** Entries of one session that verify and replay read at most; more are asked for with `from`. */
const MOST = 10_000;

const SessionReply = Type.Object({
  id: Type.String(),
  agent: Type.String(),
  parent: Type.Optional(Type.String()),
  parentAgent: Type.Optional(Type.String({ description: 'Whose session the parent is, when it was handed over' })),
  openedAt: Type.Integer(),
  closed: Type.Boolean(),
  recentCalls: Type.Integer(),
  prints: Type.Integer(),
  overflowed: Type.Boolean(),
});

function view(id: SessionId, { agent, parent, parentAgent, openedAt, closed, calls, prints, overflowed }: SessionState): object {
  const from = { ...(parent === undefined ? {} : { parent }), ...(parentAgent === undefined ? {} : { parentAgent }) };
  return { id, agent, ...from, openedAt, closed, recentCalls: calls.length, prints: prints.size, overflowed };
}

export function sessionRoutes(deps: Parts): readonly Route[] {
  return [listRoute(deps), showRoute(deps), verifyRoute(deps), openRoute(deps), closeRoute(deps), endorseRoute(deps)];
}

const listRoute = ({ gate }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/sessions',
    role: EVERYONE,
    doc: doc('Sessions the world still holds; an agent sees its own'),
    response: Type.Object({ sessions: Type.Array(SessionReply) }),
    handle: ({ principal }) => {
      const world = gate.world(principal.tenant);
      const seen = [...world.sessions.entries()].filter(([, state]) => principal.role !== 'agent' || state.agent === principal.agent);
      const newest = seen.sort(([, a], [, b]) => b.openedAt - a.openedAt);
      return { sessions: newest.map(([key, state]) => view(idIn<SessionId>(world, key, state.agent), state)) };
    },
  });

const showRoute = ({ gate, store }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/sessions/:id',
    role: EVERYONE,
    doc: doc('One session and its entries, oldest first'),
    params: NameParams,
    query: AgentQuery,
    response: Type.Object({ session: SessionReply, entries: Type.Array(jsonObject()), next: Type.Optional(Type.Integer()) }),
    handle: async ({ principal, params, query }) => {
      const { agent, session, state } = sessionFor(principal, { ...params, ...query }, gate.world(principal.tenant));
      const { entries, next } = await page(store, principal.tenant, { agent, session, limit: 1000 });
      return { session: view(session, state), entries, ...(next === undefined ? {} : { next }) };
    },
  });

async function everything({ store }: Parts, principal: Principal, { agent, session }: SessionPlace): Promise<readonly LoggedEntry[]> {
  const found: LoggedEntry[] = [];
  for (let from: number | undefined = 0; from !== undefined && found.length < MOST;) {
    const read = await page(store, principal.tenant, { agent, session, from, limit: 1000 });
    found.push(...read.entries);
    from = read.next;
  }
  return found;
}

const verifyRoute = (deps: Parts): Route =>
  route({
    ...READ,
    path: '/v1/sessions/:id/verify',
    role: PEOPLE,
    doc: doc('Every entry of the session proved to be in the tree as it stands'),
    params: NameParams,
    query: AgentQuery,
    response: Type.Object({ session: Type.String(), entries: Type.Integer(), size: Type.Integer(), root: Type.String(), valid: Type.Boolean() }),
    handle: async ({ principal, params, query }) => {
      const place = sessionFor(principal, { ...params, ...query }, deps.gate.world(principal.tenant));
      const { size } = await deps.store.head(principal.tenant);
      let root = '';
      let valid = true;
      const entries = await everything(deps, principal, place);
      for (const { index } of entries) {
        if (index >= size) continue;
        const receipt = await inclusionReceipt(deps.store, principal.tenant, { index, size });
        root = receipt.root;
        valid &&= verifyInclusion(receipt);
      }
      return { session: params.id, entries: entries.length, size, root, valid };
    },
  });

const openRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/sessions',
    auth: 'key',
    role: ACTING,
    tenant: 'key',
    audited: ['session-opened'],
    doc: doc(
      'Open a session; with `parent` it goes on with what the parent knows of its values. An agent has parents of its own only; an operator hands over from one agent to another',
    ),
    status: 201,
    body: Type.Object(
      {
        session: name(),
        parent: Type.Optional(name()),
        parentAgent: Type.Optional(name()),
        agent: Type.Optional(name()),
      },
      CLOSED,
    ),
    response: Type.Object({ session: Type.String(), index: Type.Integer(), leaf: Type.String() }),
    handle: async ({ principal, body }) => {
      const session = body.session as SessionId;
      const agent = principal.role === 'agent' ? agentOf(principal, body.agent).agent : (body.agent as AgentId | undefined);
      if (agent === undefined) throw new AegisError('REQUEST_INVALID', { detail: 'agent must name the agent of the session' }, '/agent');
      if (body.parent === undefined && principal.role !== 'agent')
        throw new AegisError('REQUEST_INVALID', { detail: 'parent must name the session that is handed over' }, '/parent');
      const { tenant } = principal;
      if (body.parent === undefined) return { session, ...(await gate.openSession(tenant, agent, session)) };
      const handed = { parent: body.parent as SessionId, parentAgent: body.parentAgent as AgentId | undefined };
      return { session, ...(await gate.handOver(tenant, { agent, session, ...handed }, principal)) };
    },
  });

const closeRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/sessions/:id/close',
    auth: 'key',
    role: ACTING,
    tenant: 'key',
    audited: ['session-closed'],
    doc: doc('Close a session; nothing more is decided in it'),
    params: NameParams,
    query: AgentQuery,
    body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 1024 }) }, CLOSED),
    response: Type.Object({ index: Type.Integer(), leaf: Type.String() }),
    handle: ({ principal, params, query, body }) => {
      const { agent, session } = sessionFor(principal, { ...params, ...query }, gate.world(principal.tenant));
      return gate.closeSession(principal.tenant, { agent, session }, body.reason, principal);
    },
  });

const endorseRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/sessions/:id/endorse',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['value-endorsed'],
    doc: doc('Vouch for one value in one session: from then on it may stand where a quotation of an untrusted origin may not'),
    params: NameParams,
    query: AgentQuery,
    body: Type.Object(
      {
        value: Type.Union([Type.String({ minLength: 1, maxLength: 4096 }), Type.Number(), Type.Boolean()]),
        reason: Type.String({ minLength: 1, maxLength: 1024 }),
      },
      CLOSED,
    ),
    response: Type.Object({ index: Type.Integer(), leaf: Type.String() }),
    handle: ({ principal, params, query, body }) =>
      gate.endorse(principal.tenant, { session: params.id as SessionId, agent: query.agent as AgentId | undefined, ...body }, principal),
  });
