import { Type } from 'typebox';
import type { Static } from 'typebox';
import { AegisError } from '../errors.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { AgentQuery, CLOSED, name, ReceiptReply } from '../http/shapes.ts';
import type { HaltScope } from '../kernel/entry.ts';
import { DECIDERS, PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';
import { inFlightIn, InFlightShape } from './in-flight.ts';

type Parts = ApiParts<OperatorGate & LogGate, 'store'>;

const doc = (summary: string) => ({ summary, tag: 'halt' });

type Scope = Static<typeof Body>['scope'];

const Body = Type.Object(
  {
    scope: Type.Union([
      Type.Object({ kind: Type.Literal('all') }, CLOSED),
      Type.Object({ kind: Type.Literal('agent'), id: name() }, CLOSED),
      Type.Object({ kind: Type.Literal('session'), id: name(), agent: Type.Optional(name()) }, CLOSED),
    ]),
    reason: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  CLOSED,
);

/** A session's agent may stand in the body or, as everywhere else, in the query. @throws AegisError REQUEST_INVALID */
function scopeFrom(scope: Scope, agent: string | undefined): HaltScope {
  if (agent === undefined) return scope as HaltScope;
  if (scope.kind !== 'session' || (scope.agent ?? agent) !== agent)
    throw new AegisError('REQUEST_INVALID', { detail: '`agent` says whose session is meant; the scope is another one' }, '/agent');
  return { ...scope, agent } as HaltScope;
}

/** Halts of any scope. They work while the gate is closed too: the gate keeps them until it can write. */
export function haltRoutes(parts: Parts): readonly Route[] {
  const { gate } = parts;
  const changes = { method: 'POST', auth: 'key', role: DECIDERS, tenant: 'key', query: AgentQuery, body: Body } as const;
  const sessions = Type.Optional(Type.Array(Type.Object({ agent: Type.String(), session: Type.String() })));
  return [
    route({
      ...changes,
      path: '/v1/halt',
      audited: ['agent-halted', 'approval-voided', 'lock-evicted'],
      doc: doc(
        'Stop an agent, a session or every agent of the tenant; a session without its agent is every agent’s of that name. The answer names what was allowed before and has no outcome yet',
      ),
      response: Type.Object({ ...ReceiptReply.properties, sessions, inFlight: InFlightShape }),
      handle: async ({ principal, body, query }) => {
        const scope = scopeFrom(body.scope, query.agent);
        const receipt = await gate.halt(principal.tenant, scope, body.reason, principal);
        const { count, actions } = await inFlightIn(parts, principal, scope);
        return { ...receipt, inFlight: { count, actions } };
      },
    }),
    route({
      ...changes,
      path: '/v1/resume',
      audited: ['agent-resumed'],
      doc: doc('Lift a halt of exactly this scope; of a session without its agent, the only one halted under that name'),
      response: Type.Object({ ...ReceiptReply.properties, sessions }),
      handle: ({ principal, body, query }) => gate.resume(principal.tenant, scopeFrom(body.scope, query.agent), body.reason, principal),
    }),
    route({
      method: 'GET',
      path: '/v1/halt',
      auth: 'key',
      role: PEOPLE,
      tenant: 'key',
      audited: [],
      doc: doc('Halts in force'),
      response: Type.Object({
        halts: Type.Array(
          Type.Object({
            scope: Type.Object({ kind: Type.String(), id: Type.Optional(Type.String()), agent: Type.Optional(Type.String()) }),
            reason: Type.String(),
            index: Type.Integer(),
          }),
        ),
      }),
      handle: ({ principal }) => ({ halts: gate.world(principal.tenant).halts }),
    }),
  ];
}
