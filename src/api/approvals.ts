import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { PendingApproval, Principal } from '../gate/nouns.ts';
import { wireDecision } from '../http/wire-decision.ts';
import { DECIDING, route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, DecisionReply, integer, jsonObject, oneOf } from '../http/shapes.ts';
import type { ApprovalId } from '../kernel/ids.ts';
import { FILE_CHANGES, UNBOUND } from '../kernel/named-file.ts';
import { DECIDERS, PEOPLE } from '../kernel/role.ts';
import type { PersonRole } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';
import { APPROVAL_STATUSES } from '../kernel/approval.ts';

type Parts = ApiParts<OperatorGate & LogGate>;

const doc = (summary: string) => ({ summary, tag: 'approvals' });
const Params = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9._:@/-]{1,128}$' }) }, CLOSED);
const channel = Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}$' }));

const GrantBody = Type.Object(
  {
    reason: Type.Optional(Type.String({ maxLength: 1024 })),
    channel,
    editedArgs: Type.Optional(jsonObject()),
    remember: Type.Optional(Type.Object({ uses: integer(1, 10_000), ttlMs: integer(1_000, 2_592_000_000), exactArgs: Type.Boolean() }, CLOSED)),
  },
  CLOSED,
);
const RefuseBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1024 })), channel }, CLOSED);

/** What a person decides on: the exact bytes (`args`, canonical JSON text), never the agent's story about them (ASK). */
const ApprovalReply = Type.Object({
  approval: Type.String(),
  /** The entry that asked. */
  index: Type.Integer(),
  status: oneOf(...APPROVAL_STATUSES),
  action: Type.String(),
  agent: Type.String(),
  session: Type.String(),
  tool: Type.String(),
  argsDigest: Type.String(),
  digest: Type.String(),
  expiresAt: Type.Integer(),
  quorum: Type.Integer(),
  approvers: Type.Array(Type.String()),
  grantedBy: Type.Array(Type.String()),
  args: Type.Optional(Type.String()),
  reasons: Type.Optional(Type.Array(jsonObject())),
  risk: Type.Optional(Type.String()),
  claims: Type.Optional(jsonObject()),
  files: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ description: 'As the action names it.' }),
        path: Type.Optional(Type.String()),
        leadsTo: Type.Optional(Type.String({ description: 'Where its links lead, when that is another place.' })),
        sha256: Type.Optional(Type.String({ description: 'Of what it held when this was asked; absent where it is not bound.' })),
        bytes: Type.Optional(Type.Integer()),
        unbound: Type.Optional(oneOf(...UNBOUND)),
        change: Type.Optional(oneOf(...FILE_CHANGES)),
      }),
      { description: 'Files the action names: the approval holds for what they held when it was asked (ASK-30).' },
    ),
  ),
  decision: Type.Optional(DecisionReply),
});

export type Person = Principal & { readonly role: PersonRole };

/** The route's declaration lets no agent in; this says so to the compiler, and once more at run time. */
export function personOf(principal: Principal): Person {
  if (principal.role === 'agent') throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator or admin' });
  return principal;
}

function stateView({ gate }: Parts, principal: Principal, id: string): Record<string, unknown> {
  const state = gate.world(principal.tenant).approvals.get(id as ApprovalId);
  if (state === undefined) throw new AegisError('NOT_FOUND', { what: 'approval' });
  const { editedArgsDigest: _edited, ...rest } = state;
  return { approval: id, ...rest };
}

function pendingView(deps: Parts, principal: Principal, pending: PendingApproval): Record<string, unknown> {
  const { approval, canonicalArgs, action, decision } = pending;
  const { reasons, risk } = decision;
  const { claims, boundFiles: files } = action;
  const named = files === undefined ? {} : { files };
  return { ...stateView(deps, principal, approval), args: canonicalArgs, reasons, risk, claims, ...named, decision: wireDecision(decision) };
}

export function approvalRoutes(deps: Parts): readonly Route[] {
  return [listRoute(deps), showRoute(deps), grantRoute(deps), refuseRoute(deps)];
}

const listRoute = (deps: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/approvals',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Approvals that wait for a person, oldest first'),
    response: Type.Object({ approvals: Type.Array(ApprovalReply) }),
    handle: async ({ principal }) => ({
      approvals: (await deps.gate.pending(principal.tenant)).map((pending) => pendingView(deps, principal, pending)),
    }),
  });

const showRoute = (deps: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/approvals/:id',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('One approval with the exact bytes that would run'),
    params: Params,
    response: ApprovalReply,
    handle: async ({ principal, params }) => {
      const state = stateView(deps, principal, params.id);
      const pending = (await deps.gate.pending(principal.tenant)).find(({ approval }) => approval === params.id);
      return pending === undefined ? state : pendingView(deps, principal, pending);
    },
  });

const grantRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/approvals/:id/grant',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['approval-granted', 'grant-issued', ...DECIDING],
    doc: doc('Let exactly these bytes run once; the action is decided again under everything that holds now'),
    params: Params,
    body: GrantBody,
    response: DecisionReply,
    handle: async ({ principal, params, body }) => {
      const { reason = '', channel: by = 'api', editedArgs, remember } = body;
      const terms = { reason, channel: by, ...(editedArgs === undefined ? {} : { editedArgs }), ...(remember === undefined ? {} : { remember }) };
      return wireDecision(await gate.grant(principal.tenant, params.id as ApprovalId, personOf(principal), terms));
    },
  });

const refuseRoute = ({ gate }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/approvals/:id/refuse',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['approval-refused', 'action-decided'],
    doc: doc('Refuse; the action is denied'),
    params: Params,
    body: RefuseBody,
    response: DecisionReply,
    handle: async ({ principal, params, body }) => {
      const { reason = '', channel: by = 'api' } = body;
      return wireDecision(await gate.refuse(principal.tenant, params.id as ApprovalId, personOf(principal), { reason, channel: by }));
    },
  });
