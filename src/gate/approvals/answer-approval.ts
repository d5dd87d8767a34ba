import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { Actor, StandingGrant } from '../../kernel/entry.ts';
import type { ApprovalId, Digest, OperatorId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { actionOf, sessionOf } from '../../kernel/owned.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { ApprovalState } from '../../kernel/world.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import { SYSTEM } from '../principal.ts';
import type { Principal, Remember } from '../nouns.ts';
import type { Operation, Result } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { actorOf, operatorOf } from '../principal.ts';
import { withArgs } from '../actions/inspect-proposal.ts';
import type { Files } from './named-files.ts';
import { endApproval, decideNow, recordDecision } from '../actions/record-decision.ts';
import type { HeldAction, Tenant } from '../tenant/tenant.ts';
import { editKey, policyOf } from '../tenant/tenant.ts';

export interface GrantTerms {
  readonly reason: string;
  readonly channel: string;
  readonly edited?: { readonly args: JsonObject; readonly bytes: Uint8Array; readonly argsDigest: Digest };
  readonly remember?: Remember;
}

interface Open {
  readonly state: ApprovalState;
  readonly held: HeldAction;
  readonly operator: OperatorId;
  readonly actor: Actor;
}

/** The pending approval and the right to decide it, or the refusal (ASK-21, ASK-24). */
function openFor(tenant: Tenant, batch: WriteBatch, approval: ApprovalId, by: Principal): Open | { readonly fail: AegisError } {
  const operator = operatorOf(by, batch.world(), DECIDERS);
  const state = batch.world().approvals.get(approval);
  const held = tenant.held.get(approval);
  if (state === undefined) throw new AegisError('NOT_FOUND', { what: 'approval' });
  if (state.status === 'pending' && state.expiresAt <= batch.at) {
    batch.write('approval-expired', { approval }, { actor: SYSTEM, agent: state.agent, session: state.session });
    endApproval(tenant, batch, approval);
    return { fail: new AegisError('APPROVAL_EXPIRED') };
  }
  if (state.status === 'expired') throw new AegisError('APPROVAL_EXPIRED');
  if (state.status !== 'pending' || held === undefined) throw new AegisError('APPROVAL_NOT_PENDING', { status: state.status });
  const named = state.approvers.length === 0 || state.approvers.includes(operator.operator) || state.approvers.includes(operator.role);
  // Whoever asks does not answer, under whatever kind of name.
  const own = String(operator.operator) === String(state.agent);
  if (!named || own) throw new AegisError('FORBIDDEN', { role: operator.role, needs: own ? 'another person' : state.approvers.join(' or ') });
  return { state, held, operator: operator.operator, actor: actorOf(operator) };
}

/** ASK-23: under a new policy the question is put again. Null when the approval may stand for the new question too. */
function askedAgain(tenant: Tenant, batch: WriteBatch, approval: ApprovalId, { state, held }: Open): Decision | null {
  const policy = policyOf(tenant, batch.world());
  const asked = actionOf(batch.world(), state.agent, state.action)?.decision;
  if (asked?.policy === policy.digest) return null;
  const action = { ...held.action, at: batch.at };
  const fresh = decideNow(tenant, batch, action);
  if (fresh.effect !== 'ask') return null;
  const same = fresh.ask.quorum === state.quorum && fresh.ask.approvers.join('\n') === state.approvers.join('\n');
  if (same) return null;
  const by = { actor: SYSTEM, agent: state.agent, session: state.session };
  batch.write('approval-voided', { approval, reason: 'the policy changed and asks other people' }, by);
  const again = decideNow(tenant, batch, action);
  recordDecision(tenant, batch, { action, decision: again, bytes: held.erased ? null : held.bytes });
  return again;
}

function editedHeld(tenant: Tenant, batch: WriteBatch, held: HeldAction, edited: NonNullable<GrantTerms['edited']>): HeldAction {
  const policy = policyOf(tenant, batch.world());
  const salt = sessionOf(batch.world(), held.action)?.salt ?? '';
  const { args, argsDigest, bytes } = edited;
  const action: Action = withArgs(held.action, { args, argsDigest }, { inspect: tenant.deps.inspect, policy, salt });
  return { ...held, action, bytes, erased: false };
}

/** What untrusted text led to is never made a habit. */
function isTainted(decision: Decision): boolean {
  return (
    decision.reasons.some(({ code }) => code === 'TAINTED_TO_HIGH_RISK' || code === 'AFTER_INJECTION') ||
    decision.origins.some((origin) => origin.provenance === 'quoted')
  );
}

function issue(tenant: Tenant, batch: WriteBatch, open: Open, remember: Remember): void {
  const { action } = open.held;
  const grant: StandingGrant = {
    id: tenant.deps.ids.next(),
    agent: action.agent,
    tool: action.name,
    ...(remember.exactArgs ? { argsDigest: action.argsDigest } : {}),
    ...(remember.exactArgs && action.filesDigest !== undefined ? { filesDigest: action.filesDigest } : {}),
    uses: remember.uses,
    expiresAt: batch.at + remember.ttlMs,
  };
  batch.write('grant-issued', { grant, by: open.operator }, { actor: open.actor, agent: action.agent });
}

function checkRemember(remember: Remember | undefined, edited: boolean, asked: Decision | undefined): void {
  if (remember === undefined) return;
  const { uses, ttlMs } = remember;
  if (!Number.isSafeInteger(uses) || uses < 1 || uses > 10_000 || !Number.isSafeInteger(ttlMs) || ttlMs < 1) {
    throw new AegisError('REQUEST_INVALID', { detail: 'remember needs uses from 1 to 10000 and a ttlMs of at least 1' }, '/remember');
  }
  if (edited) throw new AegisError('REQUEST_INVALID', { detail: 'edited arguments cannot be remembered' }, '/remember');
  if (asked !== undefined && isTainted(asked)) {
    throw new AegisError('CONFLICT', { detail: 'Arguments that come from untrusted content cannot be remembered; approve them one by one.' });
  }
}

/**
 * One person's yes. With the last one the quorum needs, the action is decided again in the same append: released and consumed, or denied by
 * whatever holds now (ASK-22, ASK-23). @throws AegisError NOT_FOUND, FORBIDDEN, APPROVAL_NOT_PENDING, APPROVAL_EXPIRED, CONFLICT
 */
export function granting(
  tenant: Tenant,
  approval: ApprovalId,
  by: Principal,
  terms: GrantTerms,
): (batch: WriteBatch, files: Files) => Result<Decision> {
  return (batch, files) => {
    const open = openFor(tenant, batch, approval, by);
    if ('fail' in open) return open;
    const asked = actionOf(batch.world(), open.state.agent, open.state.action)?.decision;
    checkRemember(terms.remember, terms.edited !== undefined, asked);
    const again = askedAgain(tenant, batch, approval, open);
    if (again !== null) return ok(again);
    const { reason, channel, edited } = terms;
    const { agent, session } = open.state;
    const body = { approval, by: open.operator, channel, reason, ...(edited === undefined ? {} : { editedArgsDigest: edited.argsDigest }) };
    const payload = edited === undefined ? {} : { payload: { subject: sessionSubject(open.state), bytes: edited.bytes } };
    batch.write('approval-granted', body, { actor: open.actor, agent, session, ...payload });
    if (batch.world().approvals.get(approval)?.status !== 'granted') {
      if (asked === undefined) throw new AegisError('NOT_FOUND', { what: 'approval' });
      return ok(open.held.decision);
    }
    if (edited !== undefined) tenant.edits.set(editKey(approval, edited.argsDigest), editedHeld(tenant, batch, open.held, edited));
    const decision = endApproval(tenant, batch, approval, files);
    if (decision === null) throw new AegisError('NOT_FOUND', { what: 'approval' });
    if (terms.remember !== undefined && decision.effect === 'allow') issue(tenant, batch, open, terms.remember);
    return ok(decision);
  };
}

/** One person's no ends it. @throws AegisError as granting */
export function refusing(
  tenant: Tenant,
  approval: ApprovalId,
  by: Principal,
  terms: { readonly reason: string; readonly channel: string },
): Operation<Decision> {
  return (batch) => {
    const open = openFor(tenant, batch, approval, by);
    if ('fail' in open) return open;
    const { agent, session } = open.state;
    batch.write(
      'approval-refused',
      { approval, by: open.operator, channel: terms.channel, reason: terms.reason },
      { actor: open.actor, agent, session },
    );
    const decision = endApproval(tenant, batch, approval);
    if (decision === null) throw new AegisError('NOT_FOUND', { what: 'approval' });
    return ok(decision);
  };
}
