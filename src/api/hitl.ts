import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { PendingApproval, Principal } from '../gate/nouns.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import { DECIDING, route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, oneOf } from '../http/shapes.ts';
import type { ApprovalId } from '../kernel/ids.ts';
import { DECIDERS, PEOPLE } from '../kernel/role.ts';
import { personOf } from './approvals.ts';
import type { ApiParts } from './deps.ts';

type Parts = ApiParts<OperatorGate & LogGate>;

const doc = (summary: string) => ({ summary, tag: 'handshake' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const Escalation = Type.Object({
  approval_id: Type.String(),
  agent_id: Type.String(),
  task_intent: Type.String(),
  estimated_cost_usd: nullable(Type.Number()),
  priority: nullable(Type.Integer()),
  confidence: nullable(Type.Number()),
  risk_level: Type.String(),
  escalation_reasons: Type.Array(Type.String()),
  created_at: Type.String(),
});

const ResolveBody = Type.Object(
  {
    approval_id: Type.String({ pattern: '^[A-Za-z0-9._:@/-]{1,128}$' }),
    approved: Type.Boolean(),
    decided_by: Type.Optional(Type.String({ maxLength: 128, description: 'Not read: who decides is who the key belongs to' })),
  },
  CLOSED,
);

/** Approvals in the handshake protocol's words, for operators (DOOR-31). */
export function hitlRoutes(deps: Parts): readonly Route[] {
  return [pendingRoute(deps), resolveRoute(deps)];
}

const pendingRoute = ({ gate }: Parts): Route =>
  route({
    method: 'GET',
    path: '/api/v1/hitl/pending',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Approvals that wait for a person, as /v1/approvals lists them'),
    response: Type.Object({ count: Type.Integer(), pending: Type.Array(Escalation) }),
    handle: async ({ principal }) => {
      const pending = (await gate.pending(principal.tenant)).map(escalation);
      return { count: pending.length, pending };
    },
  });

function escalation({ approval, action, decision }: PendingApproval): object {
  const { intent, usdMicros, priority, confidence } = action.claims;
  return {
    approval_id: approval,
    agent_id: action.agent,
    task_intent: intent ?? action.name,
    estimated_cost_usd: usdMicros === undefined ? null : usdMicros / 1_000_000,
    priority: priority ?? null,
    confidence: confidence ?? null,
    risk_level: decision.risk,
    escalation_reasons: decision.reasons.map(({ message }) => message),
    created_at: new Date(action.at).toISOString(),
  };
}

const resolveRoute = (deps: Parts): Route =>
  route({
    method: 'POST',
    path: '/api/v1/hitl/resolve',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['approval-granted', 'approval-refused', 'grant-issued', ...DECIDING],
    doc: doc('Grant or refuse an approval, as /v1/approvals/:id/grant and /refuse do'),
    body: ResolveBody,
    response: Type.Object({
      success: Type.Boolean(),
      approval_id: Type.String(),
      status: oneOf('APPROVED', 'REJECTED', 'NOT_FOUND'),
      message: Type.String(),
    }),
    handle: async ({ principal, body }) => {
      const { approval_id: id, approved } = body;
      const known = deps.gate.world(principal.tenant).approvals.get(id as ApprovalId);
      if (known === undefined) return { success: false, approval_id: id, status: 'NOT_FOUND', message: `This approval does not exist.` };
      const message = await resolved(deps, principal, { id: id as ApprovalId, approved });
      return { success: true, approval_id: id, status: approved ? 'APPROVED' : 'REJECTED', message };
    },
  });

/** @throws AegisError where it was decided already, or this person may not */
async function resolved({ gate }: Parts, principal: Principal, { id, approved }: { id: ApprovalId; approved: boolean }): Promise<string> {
  const person = personOf(principal);
  if (!approved) {
    await gate.refuse(principal.tenant, id, person, { reason: '', channel: 'api' });
    return 'Refused.';
  }
  const decision = await gate.grant(principal.tenant, id, person, { reason: '', channel: 'api' });
  const [first] = decision.reasons;
  if (first === undefined) throw new AegisError('NOT_FOUND', { what: 'approval' });
  return decision.effect === 'allow' || decision.effect === 'modify' ? 'Granted.' : `Granted, and not allowed now: ${first.message}`;
}
