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

type Parts = ApiParts<OperatorGate & LogGate>;

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
export function haltRoutes({ gate }: Parts): readonly Route[] {
  const one = (verb: 'halt' | 'resume', summary: string, audited: Route['audited']): Route =>
    route({
      method: 'POST',
      path: `/v1/${verb}`,
      auth: 'key',
      role: DECIDERS,
      tenant: 'key',
      audited,
      doc: doc(summary),
      query: AgentQuery,
      body: Body,
      response: Type.Object({
        ...ReceiptReply.properties,
        sessions: Type.Optional(Type.Array(Type.Object({ agent: Type.String(), session: Type.String() }))),
      }),
      handle: ({ principal, body, query }) => gate[verb](principal.tenant, scopeFrom(body.scope, query.agent), body.reason, principal),
    });
  return [
    one('halt', 'Stop an agent, a session or every agent of the tenant; a session without its agent is every agent’s of that name', [
      'agent-halted',
      'approval-voided',
      'lock-evicted',
    ]),
    one('resume', 'Lift a halt of exactly this scope; of a session without its agent, the only one halted under that name', ['agent-resumed']),
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
