import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { AgentQuery, CLOSED, name, NameParams, oneOf, ReceiptReply } from '../http/shapes.ts';
import { sessionSubject } from '../log/session-subject.ts';
import type { AgentId, OperatorId, SessionId } from '../kernel/ids.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';
import { mintKey } from '../http/keys.ts';

type Parts = ApiParts<OperatorGate & LogGate, 'random' | 'pendingReset'>;

const doc = (summary: string) => ({ summary, tag: 'operators' });
const roleName = () => oneOf(...PEOPLE);
const ADMIN = { auth: 'key', role: ['admin'], tenant: 'key' } as const;

/** People and their keys; administrators only. */
export function operatorRoutes(deps: Parts): readonly Route[] {
  return [listRoute(deps), selfRoute(deps), addRoute(deps), removeRoute(deps), acknowledgeRoute(deps), eraseRoute(deps)];
}

const listRoute = ({ gate }: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/operators',
    ...ADMIN,
    audited: [],
    doc: doc('Operators with their roles'),
    response: Type.Object({
      operators: Type.Array(Type.Object({ operator: Type.String(), role: roleName(), name: Type.String(), active: Type.Boolean() })),
    }),
    handle: ({ principal }) => ({
      operators: [...gate.world(principal.tenant).operators.entries()].map(([operator, state]) => ({ operator, ...state })),
    }),
  });

const selfRoute = ({ gate }: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/operators/self',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Who this key belongs to'),
    response: Type.Object({ operator: Type.String(), role: roleName(), name: Type.String(), tenant: Type.String() }),
    handle: ({ principal }) => {
      const { tenant } = principal;
      const state = principal.role === 'agent' ? undefined : gate.world(tenant).operators.get(principal.operator);
      if (principal.role === 'agent' || state === undefined) throw new AegisError('NOT_FOUND', { what: 'operator' });
      return { operator: principal.operator, role: state.role, name: state.name, tenant };
    },
  });

const addRoute = ({ gate, random }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/operators',
    ...ADMIN,
    audited: ['operator-added'],
    doc: doc('Add a person; the key is shown this once'),
    status: 201,
    body: Type.Object({ operator: name(), role: roleName(), name: Type.Optional(Type.String({ maxLength: 256 })) }, CLOSED),
    response: Type.Object({ operator: Type.String(), role: roleName(), key: Type.String(), index: Type.Integer() }),
    handle: async ({ principal, body }) => {
      const { tenant } = principal;
      const operator = body.operator as OperatorId;
      if (body.operator === 'self')
        throw new AegisError('REQUEST_INVALID', { detail: 'self is not an operator id; it means the caller' }, '/operator');
      if (gate.world(tenant).operators.get(operator)?.active === true)
        throw new AegisError('CONFLICT', { detail: `The operator ${operator} exists already` });
      const { key, digest } = mintKey(random, body.role, tenant);
      const added = { operator, role: body.role, name: body.name ?? body.operator, keyDigest: digest };
      const { index } = await gate.record(tenant, 'operator-added', added, principal);
      return { operator, role: body.role, key, index };
    },
  });

const removeRoute = ({ gate }: Parts): Route =>
  route({
    method: 'DELETE',
    path: '/v1/operators/:id',
    ...ADMIN,
    audited: ['operator-removed'],
    doc: doc('Take a person’s key and role; the last administrator stays'),
    params: NameParams,
    query: Type.Object({ reason: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })) }, CLOSED),
    response: ReceiptReply,
    handle: ({ principal, params, query }) => {
      const { operators } = gate.world(principal.tenant);
      const operator = params.id as OperatorId;
      const known = operators.get(operator);
      if (known?.active !== true) throw new AegisError('NOT_FOUND', { what: 'operator' });
      const others = [...operators.entries()].filter(([id, state]) => id !== operator && state.active && state.role === 'admin');
      if (known.role === 'admin' && others.length === 0) throw new AegisError('CONFLICT', { detail: 'The last administrator cannot be removed' });
      return gate.record(principal.tenant, 'operator-removed', { operator, reason: query.reason ?? 'removed by an administrator' }, principal);
    },
  });

/** One agent's session, where several have one of that name. @throws AegisError REQUEST_INVALID */
function subjectOf(subject: string, agent: string | undefined): string {
  if (agent === undefined) return subject;
  const session = subject.slice('session/'.length);
  if (!subject.startsWith('session/') || session.includes('~'))
    throw new AegisError('REQUEST_INVALID', { detail: '`agent` says whose session is meant; the subject is another one' }, '/agent');
  return sessionSubject({ agent: agent as AgentId, session: session as SessionId });
}

const acknowledgeRoute = ({ gate, pendingReset }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/admin-reset/acknowledge',
    ...ADMIN,
    audited: ['admin-reset-acknowledged'],
    doc: doc('An administrator knows of the offline reset that each start tells of'),
    body: Type.Object({}, CLOSED),
    response: ReceiptReply,
    handle: async ({ principal }) => {
      const reset = await pendingReset(principal.tenant);
      if (reset === null) throw new AegisError('CONFLICT', { detail: 'There is no administrator reset to acknowledge' });
      if (principal.role === 'agent') throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'admin' });
      return gate.record(principal.tenant, 'admin-reset-acknowledged', { reset: reset.index, by: principal.operator }, principal);
    },
  });

const eraseRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/erase',
    ...ADMIN,
    audited: ['payload-erased'],
    doc: doc('Destroy the key of a subject’s payloads (`agent/a1`, `session/a1~s1`, `session/s1` where one agent has it); the log goes on verifying'),
    query: AgentQuery,
    body: Type.Object(
      { subject: Type.String({ pattern: '^(?:agent|session|subject)/[^\\s]{1,300}$' }), reason: Type.String({ minLength: 1, maxLength: 1024 }) },
      CLOSED,
    ),
    response: Type.Object({
      erased: Type.Integer(),
      plain: Type.Integer({
        description: 'Entries of the session from before texts were sealed, which hold some in plain; no erasure reaches these.',
      }),
      index: Type.Integer(),
      leaf: Type.String(),
    }),
    handle: ({ principal, body, query }) => gate.erase(principal.tenant, subjectOf(body.subject, query.agent), body.reason, principal),
  });
