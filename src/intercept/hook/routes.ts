import { Type } from 'typebox';
import { AegisError } from '../../errors.ts';
import { refusalAnswer } from './enforce.ts';
import { harnessOf } from './harness/harnesses.ts';
import { hookDoor } from './serve.ts';
import { agentOf } from '../../http/keys.ts';
import { DECIDING, route } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { CLOSED, integer, jsonObject, name, oneOf, ReceiptReply } from '../../http/shapes.ts';
import type { AgentId } from '../../kernel/ids.ts';
import { ACTING } from '../../kernel/role.ts';
import { digestOf } from '../../wire/digest.ts';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { Ids } from '../../ports.ts';

const Params = Type.Object({ harness: Type.String({ pattern: '^[a-z-]{1,32}$' }), event: Type.String({ pattern: '^[A-Za-z]{1,64}$' }) });

const Query = Type.Object(
  {
    wait: Type.Optional(integer(0, 600_000)),
    ask: Type.Optional(oneOf('harness', 'aegis')),
    allow: Type.Optional(oneOf('silent', 'explicit')),
  },
  CLOSED,
);

export interface HookRouteDeps {
  readonly gate: ActionGate & LogGate;
  readonly ids: Ids;
}

/** The bytes of the hook door, and the place where a canary that was not stopped is told. */
export function hookRoutes(deps: HookRouteDeps): readonly Route[] {
  return [eventRoute(deps), canaryRoute(deps)];
}

const eventRoute = ({ gate, ids }: HookRouteDeps): Route => {
  const door = hookDoor({ gate, ids, digestOf });
  return route({
    method: 'POST',
    path: '/v1/hooks/:harness/:event',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: [...DECIDING, 'action-settled', 'content-labelled', 'event-ingested', 'approval-voided', 'canary-answered', 'request-refused'],
    doc: { summary: 'An event of a coding agent’s hook, answered in its own vocabulary; refusals too, with status 200', tag: 'hooks' },
    params: Params,
    query: Query,
    body: jsonObject(),
    response: jsonObject(),
    refuse: ({ harness = '', event = '' }, error) => refusalAnswer(harnessOf(harness), event, error),
    handle: ({ principal, params, query, body, signal }) => {
      const harness = harnessOf(params.harness);
      if (harness === undefined) throw new AegisError('NOT_FOUND', { what: 'harness' });
      const { role, tenant, agent } = agentOf(principal);
      const { wait = 0, ask = 'harness', allow = 'silent' } = query;
      return door({
        harness,
        event: params.event,
        payload: body,
        caller: { role, tenant, agent },
        waitMs: wait,
        ask,
        explicitAllow: allow === 'explicit',
        signal,
      });
    },
  });
};

const CanaryBody = Type.Object(
  {
    harness: Type.String({ pattern: '^[a-z-]{1,32}$' }),
    agent: Type.Optional(name()),
    detail: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  CLOSED,
);

const canaryRoute = ({ gate }: HookRouteDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/canaries',
    auth: 'key',
    role: ACTING,
    tenant: 'key',
    audited: ['canary-answered'],
    doc: { summary: 'Tell that a canary was not stopped: the harness named runs without protection', tag: 'hooks' },
    body: CanaryBody,
    response: ReceiptReply,
    handle: ({ principal, body }) => {
      const { agent = principal.role === 'agent' ? principal.agent : undefined, ...told } = body;
      const about = agent as AgentId | undefined;
      if (about !== undefined && !gate.world(principal.tenant).agents.has(about)) throw new AegisError('NOT_FOUND', { what: 'agent' });
      const fact = { ...told, door: 'hook', protection: 'unprotected' } as const;
      return gate.record(principal.tenant, 'canary-answered', fact, principal, about === undefined ? {} : { agent: about });
    },
  });
