import { Type } from 'typebox';
import { AegisError } from '../../../errors.ts';
import type { ActionGate } from '../../../gate/action-gate.ts';
import { TERMINATED } from '../../../gate/actions/sessions.ts';
import type { LogGate } from '../../../gate/log-gate.ts';
import type { Principal } from '../../../gate/nouns.ts';
import { ownerOf } from '../../../gate/owner.ts';
import type { EntryBodies } from '../../../kernel/entry.ts';
import type { AgentId, Digest, SessionId, TenantId } from '../../../kernel/ids.ts';
import type { Json } from '../../../kernel/json.ts';
import { actionOf, ownersOfSession, sessionOf } from '../../../kernel/owned.ts';
import type { SessionPlace } from '../../../kernel/owned.ts';
import { EVERYONE } from '../../../kernel/role.ts';
import { agentOf } from '../../../http/keys.ts';
import type { AgentPrincipal } from '../../../http/keys.ts';
import { DECIDING, route } from '../../../http/route.ts';
import type { Route } from '../../../http/route.ts';
import { CLOSED, jsonObject, name } from '../../../http/shapes.ts';
import { policyDecision } from './enforce.ts';
import { EventEnvelope, sealEvent } from './envelope.ts';
import type { DigestOf } from './envelope.ts';
import { callAction, eventOutcome, eventProposal, textField } from './normalise.ts';
import { follow, trailOf } from './order.ts';
import type { EventTrail } from './order.ts';

const doc = (summary: string) => ({ summary, tag: 'events' });
const MAX_TRAILS = 10_000;

export interface EventDeps {
  readonly gate: ActionGate & LogGate;
  readonly digestOf: DigestOf;
  readonly now: () => number;
  /** The events the log holds of a session, oldest first. */
  readonly recorded: (tenant: TenantId, session: SessionPlace) => Promise<readonly EntryBodies['event-ingested'][]>;
}

/** Another tenant's envelope is refused as if the tenant did not exist. */
function callerOf(principal: Principal, tenant: string): AgentPrincipal {
  const caller = agentOf(principal);
  if (caller.tenant !== tenant) throw new AegisError('NOT_FOUND', { what: 'tenant' });
  return caller;
}

/** Event ingest: every event is recorded, a proposed call is decided, a result settles, a termination closes. */
export function eventRoutes(deps: EventDeps): readonly Route[] {
  // A copy of what the log says, made again from it when it is not here.
  const trails = new Map<string, EventTrail>();
  return [ingestRoute(deps, trails), decideRoute(deps)];
}

const ingestRoute = ({ gate, digestOf, now, recorded }: EventDeps, trails: Map<string, EventTrail>): Route =>
  route({
    method: 'POST',
    path: '/v1/events',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['event-ingested', 'memory-labelled', 'action-settled', 'session-closed', ...DECIDING],
    doc: doc('Ingest one event of a session; TOOL_CALL_PROPOSED is decided'),
    status: 201,
    body: EventEnvelope,
    response: Type.Object({ seq: Type.Integer(), hash: Type.String(), index: Type.Integer(), decision: Type.Optional(jsonObject()) }),
    handle: async ({ principal, body }) => {
      const caller = callerOf(principal, body.tenant_id);
      const envelope = { ...body, ts_unix_ms: body.ts_unix_ms === undefined || body.ts_unix_ms === 0 ? now() : body.ts_unix_ms };
      const session = await openFor(gate, caller, body.session_id as SessionId);
      const hash = sealEvent(envelope, digestOf);
      const key = `${caller.tenant} ${caller.agent} ${session}`;
      const prevHash = body.prev_hash === undefined ? null : Buffer.from(body.prev_hash, 'base64').toString('hex');
      const known = trails.has(key) ? null : trailOf(await recorded(caller.tenant, { agent: caller.agent, session }));
      // A parallel event may have been faster.
      const next = follow(trails.get(key) ?? known, { type: body.event_type, seq: body.seq, hash, prevHash });
      if (typeof next === 'string') throw new AegisError('CONFLICT', { detail: `The event is out of order: ${next}` });
      if (trails.size >= MAX_TRAILS) trails.clear();
      // Taken before the append, so that a parallel event sees it; put back when nothing was recorded.
      const before = trails.get(key);
      trails.set(key, next);
      try {
        const kept = body.payload ?? null;
        const ingested = {
          eventType: body.event_type,
          eventSeq: body.seq,
          payloadDigest: digestOf(kept) as Digest,
          eventHash: hash as Digest,
        };
        const { index } = await gate.record(caller.tenant, 'event-ingested', ingested, caller, { agent: caller.agent, session, seq: body.seq, kept });
        const decision = await act(gate, caller, body);
        return { seq: body.seq, hash, index, ...(decision === null ? {} : { decision }) };
      } catch (error) {
        if (error instanceof AegisError && error.code === 'GATE_CLOSED') {
          if (before === undefined) trails.delete(key);
          else trails.set(key, before);
        }
        throw error;
      }
    },
  });

/** The agent's session, opened on first use. */
async function openFor(gate: ActionGate & LogGate, { tenant, agent }: AgentPrincipal, session: SessionId): Promise<SessionId> {
  const known = sessionOf(gate.world(tenant), { agent, session });
  if (known?.closed === true) throw new AegisError('CONFLICT', { detail: 'The session is closed; events after TERMINATION are refused' });
  if (known === undefined) await gate.openSession(tenant, agent, session);
  return session;
}

/** What an event means beyond having happened. The server's own words (ALLOWED, DENIED, POLICY_DECISION …) are an echo without authority. */
async function act(gate: ActionGate & LogGate, caller: AgentPrincipal, envelope: EventEnvelope): Promise<object | null> {
  const { tenant, agent } = caller;
  const session = envelope.session_id as SessionId;
  switch (envelope.event_type) {
    case 'TOOL_CALL_PROPOSED':
      return policyDecision(await gate.admit(eventProposal(envelope, caller)));
    case 'TOOL_CALL_EXECUTED':
      mustBeAllowed(gate, caller, envelope);
      return null;
    case 'TOOL_RESULT':
      await gate.settle(eventOutcome(envelope, caller));
      return null;
    case 'MEMORY_READ':
    case 'MEMORY_WRITE': {
      const operation = envelope.event_type === 'MEMORY_READ' ? 'read' : 'write';
      const body = { key: textField(envelope.payload, 'memory_key'), operation, labels: ['memory_read'], prints: [] } as const;
      await gate.record(tenant, 'memory-labelled', body, caller, { agent, session });
      return null;
    }
    case 'TERMINATION':
      await gate.closeSession(tenant, { session }, TERMINATED, caller);
      return null;
    default:
      return null;
  }
}

/** An execution nobody allowed is recorded by now; the agent is told that it was seen. */
function mustBeAllowed(gate: ActionGate & LogGate, { tenant, agent }: AgentPrincipal, envelope: EventEnvelope): void {
  const effect = actionOf(gate.world(tenant), agent, callAction(envelope))?.decision.effect;
  const allowed = effect === 'allow' || effect === 'modify';
  if (!allowed) throw new AegisError('CONFLICT', { detail: 'This call was not allowed; that it was executed has been recorded' });
}

const DecideBody = Type.Object(
  {
    event: Type.Object({ ...EventEnvelope.properties, tenant_id: Type.Optional(name()), seq: Type.Optional(Type.Integer()) }, CLOSED),
    snapshot: Type.Optional(jsonObject()),
    manifest: Type.Optional(jsonObject()),
    agent_id: Type.Optional(name()),
  },
  CLOSED,
);

const decideRoute = ({ gate }: EventDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/policy/decide',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [],
    doc: doc(
      'What would be decided now, against the server’s own state; a `manifest` is held against the call too and can only tighten, a `snapshot` of the caller is never believed. Records nothing',
    ),
    body: DecideBody,
    response: jsonObject(),
    handle: async ({ principal, body }) => {
      const { tenant } = principal;
      if (body.event.tenant_id !== undefined && body.event.tenant_id !== tenant) throw new AegisError('NOT_FOUND', { what: 'tenant' });
      const agent = principal.role === 'agent' ? agentOf(principal, body.agent_id).agent : subjectOf(gate, principal, body);
      const envelope: EventEnvelope = { ...body.event, tenant_id: tenant, seq: body.event.seq ?? 0 };
      if (envelope.event_type !== 'TOOL_CALL_PROPOSED')
        return { outcome: 'ALLOW', reason_codes: ['OK'], constraints: {}, note: 'Only TOOL_CALL_PROPOSED is decided' };
      const { id: _id, ...proposal } = eventProposal(withCall(envelope), { role: 'agent', tenant, agent });
      const decision = await gate.preview(proposal, body.manifest);
      return { ...policyDecision(decision), ...(body.snapshot === undefined ? {} : { ignored: ['snapshot'] }) };
    },
  });

/** A dry decision needs no call id; the proposal does. */
function withCall(envelope: EventEnvelope): EventEnvelope {
  const payload = envelope.payload as { readonly [key: string]: Json } | undefined;
  return { ...envelope, payload: { call_id: 'preview', ...(typeof payload === 'object' && payload !== null ? payload : {}) } };
}

/** People ask on behalf of an agent they name, or of the session's. */
function subjectOf(
  gate: ActionGate & LogGate,
  principal: Principal,
  body: { readonly agent_id?: string; readonly event: { readonly session_id: string } },
): AgentId {
  if (body.agent_id !== undefined) return body.agent_id as AgentId;
  const id = body.event.session_id as SessionId;
  const world = gate.world(principal.tenant);
  if (ownersOfSession(world, id).length === 0)
    throw new AegisError('REQUEST_INVALID', { detail: 'agent_id is needed: the session is not known' }, '/agent_id');
  return ownerOf(principal, { what: 'session', id }, world);
}
