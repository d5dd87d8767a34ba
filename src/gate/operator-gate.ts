import type { Decision } from '../kernel/decision.ts';
import type { HaltScope } from '../kernel/entry.ts';
import type { ApprovalId, Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { World } from '../kernel/world.ts';
import { submitWithFiles } from './approvals/named-files.ts';
import { granting, refusing } from './approvals/answer-approval.ts';
import { endorse } from './operators/endorse.ts';
import { erase } from './operators/erase.ts';
import { haltedBy, haltNow, resuming } from './operators/halt.ts';
import type { Endorsement, Erased, Halted, Operator, PendingApproval, Principal, Receipt, Remember } from './nouns.ts';

import { pendingIn } from './approvals/pending.ts';
import { activate } from './tenant/policies.ts';
import type { PolicyToActivate } from './tenant/policies.ts';
import { actorOf } from './principal.ts';
import { canonicalValue, parseOwn } from './input.ts';
import type { TenantOf } from './tenant/tenants.ts';

/** What people decide: approvals, halts, the policy, single values, erasure. */
export interface OperatorGate {
  /** Approvals that wait for a person, oldest first. */
  pending(tenant: TenantId): Promise<readonly PendingApproval[]>;
  /** One person's yes. @throws AegisError NOT_FOUND, FORBIDDEN, APPROVAL_NOT_PENDING, APPROVAL_EXPIRED, CONFLICT */
  grant(
    tenant: TenantId,
    approval: ApprovalId,
    by: Operator,
    terms: { readonly reason: string; readonly channel: string; readonly editedArgs?: JsonObject; readonly remember?: Remember },
  ): Promise<Decision>;
  /** One person's no. @throws AegisError as `grant` */
  refuse(tenant: TenantId, approval: ApprovalId, by: Operator, terms: { readonly reason: string; readonly channel: string }): Promise<Decision>;
  /** A session without its agent: every agent's of that name. In force at once, recorded as soon as the log can be written; an agent may halt itself and its own sessions. @throws AegisError FORBIDDEN, GATE_CLOSED */
  halt(tenant: TenantId, scope: HaltScope, reason: string, by: Principal | 'system'): Promise<Halted>;
  /** @throws AegisError FORBIDDEN, CONFLICT when nothing of this scope is halted, OWNER_AMBIGUOUS when sessions of several agents are */
  resume(tenant: TenantId, scope: HaltScope, reason: string, by: Principal): Promise<Receipt>;
  /** Checks, compiles, records and switches in one step; the old policy stays on any fault. @throws AegisError FORBIDDEN, POLICY_INVALID */
  activate(
    tenant: TenantId,
    document: string,
    by: Principal | 'system',
    files?: PolicyToActivate['files'],
  ): Promise<{ readonly digest: Digest; readonly index: EntryIndex }>;
  /** Vouches for one value in one session. @throws AegisError NOT_FOUND, FORBIDDEN */
  endorse(tenant: TenantId, endorsement: Endorsement, by: Principal): Promise<Receipt>;
  /**
   * Destroys the key of a subject's payloads (`agent/<id>`, `session/<agent>~<id>`, `subject/<name>`) and records it. A session without its
   * agent is the only one of that name. @throws AegisError FORBIDDEN, REQUEST_INVALID, OWNER_AMBIGUOUS, GATE_CLOSED
   */
  erase(tenant: TenantId, subject: string, reason: string, by: Principal | 'system'): Promise<Erased>;
}

export function operatorGate(of: TenantOf): OperatorGate {
  return { ...approvals(of), ...oversight(of) };
}

type Approvals = Pick<OperatorGate, 'pending' | 'grant' | 'refuse'>;

function approvals(of: TenantOf): Approvals {
  return {
    pending: async (tenant) => pendingIn(of(tenant)),
    grant: async (tenant: TenantId, approval: ApprovalId, by, { reason, channel, editedArgs, remember }) => {
      const { limits } = of(tenant);
      const canonical = editedArgs === undefined ? null : canonicalValue(editedArgs, limits, limits.argsBytes);
      const edited = canonical === null ? {} : { edited: { args: parseOwn(canonical.bytes), bytes: canonical.bytes, argsDigest: canonical.digest } };
      const granted = granting(of(tenant), approval, by, { reason, channel, ...edited, ...(remember === undefined ? {} : { remember }) });
      return submitWithFiles(of(tenant), granted);
    },
    refuse: async (tenant, approval, by, terms) => of(tenant).queue.submit(refusing(of(tenant), approval, by, terms)),
  };
}

function oversight(of: TenantOf): Omit<OperatorGate, keyof Approvals> {
  return {
    halt: async (tenant, scope, reason, by) => {
      const meant = (world: World): HaltScope => haltedBy(by, scope, world);
      // An agent's own key can stop it: that is how its supervisor does it.
      const cause = by === 'system' || by.role === 'agent' ? 'supervisor' : 'operator';
      return haltNow(of(tenant), { scope: meant(of(tenant).queue.durable().world), reason, cause, actor: actorOf(by) }, meant);
    },
    resume: async (tenant, scope, reason, by) => of(tenant).queue.submit(resuming(scope, reason, by)),
    activate: async (tenant: TenantId, document: string, ...[by, files]: [Principal | 'system', PolicyToActivate['files']?]) =>
      activate(of(tenant), { document, files }, by),
    endorse: async (tenant, endorsement, by) => endorse(of(tenant), endorsement, by),
    erase: async (tenant, subject, reason, by) => erase(of(tenant), { subject, reason }, by),
  };
}
