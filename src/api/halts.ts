import { Type } from 'typebox';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, name, ReceiptReply } from '../http/shapes.ts';
import type { HaltScope } from '../kernel/entry.ts';
import { DECIDERS, PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';

type Parts = ApiParts<OperatorGate & LogGate>;

const doc = (summary: string) => ({ summary, tag: 'halt' });

const Body = Type.Object(
  {
    scope: Type.Union([
      Type.Object({ kind: Type.Literal('all') }, CLOSED),
      Type.Object({ kind: Type.Literal('agent'), id: name() }, CLOSED),
      Type.Object({ kind: Type.Literal('session'), id: name() }, CLOSED),
    ]),
    reason: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  CLOSED,
);

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
      body: Body,
      response: ReceiptReply,
      handle: ({ principal, body }) => gate[verb](principal.tenant, body.scope as HaltScope, body.reason, principal),
    });
  return [
    one('halt', 'Stop an agent, a session or every agent of the tenant', ['agent-halted', 'approval-voided', 'lock-evicted']),
    one('resume', 'Lift a halt of exactly this scope', ['agent-resumed']),
    route({
      method: 'GET',
      path: '/v1/halt',
      auth: 'key',
      role: PEOPLE,
      tenant: 'key',
      audited: [],
      doc: doc('Halts in force'),
      response: Type.Object({
        halts: Type.Array(Type.Object({ scope: Type.Object({ kind: Type.String() }), reason: Type.String(), index: Type.Integer() })),
      }),
      handle: ({ principal }) => ({ halts: gate.world(principal.tenant).halts }),
    }),
  ];
}
