import type { Action } from '../../kernel/action.ts';
import { conclude } from '../../kernel/conclude.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { HaltScope } from '../../kernel/entry.ts';
import { isUnder } from '../../kernel/halt-scope.ts';
import type { ApprovalId, Digest } from '../../kernel/ids.ts';
import { SEALED } from '../../kernel/sealed.ts';
import { ledgersOf } from '../../kernel/ledger.ts';
import type { Policy } from '../../kernel/policy.ts';
import { ownersOfSession } from '../../kernel/owned.ts';
import { haltReason, mustHalt } from '../../kernel/violations.ts';
import { sha256 } from '../../wire/digest.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import { NO_FILES } from '../approvals/named-files.ts';
import type { Files, FilesRead } from '../approvals/named-files.ts';
import { askContext } from '../approvals/ask-digest.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import { SYSTEM } from '../principal.ts';
import type { Halted, Receipt } from '../nouns.ts';
import type { HaltTerms, HeldAction, Tenant } from '../tenant/tenant.ts';
import { recordOf } from './record-of.ts';
import { sealAction } from '../sealing/seal-action.ts';
import { byReference, editKey, isLive, policyOf } from '../tenant/tenant.ts';

/** Decides against the batch's world, under the policy in force there. Writes nothing. */
export function decideNow(tenant: Tenant, batch: WriteBatch, action: Action): Decision {
  return decideUnder(tenant, batch, { action, policy: policyOf(tenant, batch.world()) });
}

/** The same under another policy: only for a decision that is not recorded. */
export function decideUnder(tenant: Tenant, batch: WriteBatch, { action, policy }: { readonly action: Action; readonly policy: Policy }): Decision {
  return conclude(
    action,
    batch.world(),
    policy,
    askContext(action, policy, () => tenant.deps.ids.next()),
  );
}

/**
 * Records a decision, with the arguments and every text made of them beside the log (GATE-9, LOG-30), and what follows from it at once: the ask is held, an agent that
 * violated too often is halted (GATE-8).
 */
export function recordDecision(
  tenant: Tenant,
  batch: WriteBatch,
  decided: { action: Action; decision: Decision; bytes: Uint8Array | null; digest?: Digest },
): void {
  const { action, decision, bytes } = decided;
  const policy = policyOf(tenant, batch.world());
  const subject = sessionSubject(action);
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  const ledgers = runs ? ledgersOf(action, batch.world(), policy) : [];
  let recorded = decision;
  if (decision.effect === 'modify') {
    const replacement = canonicalBytes(decision.modify.args);
    const digest = sha256(replacement);
    batch.keep({ digest, subject, bytes: replacement });
    recorded = { ...decision, modify: { args: byReference(digest) } };
  }
  const sealed = sealAction(recordOf(action), recorded, { action, bytes, policy });
  const known = sealed.whole || decided.digest === undefined ? {} : { digest: decided.digest };
  const place = {
    actor: { id: action.agent, kind: 'agent' },
    agent: action.agent,
    session: action.session,
    // What was erased has nothing beside it any more.
    ...(sealed.bytes === null ? {} : { payload: { subject, bytes: sealed.bytes, ...known } }),
  } as const;
  batch.write('action-decided', { action: sealed.record, decision: sealed.decision, ledgers }, place);
  if (decision.effect === 'ask') {
    tenant.held.set(decision.ask.approval, { action, decision, bytes: bytes ?? new Uint8Array(), erased: bytes === null });
    tenant.expireAt(decision.ask.expiresAt);
  }
  const world = batch.world();
  if (decision.effect !== 'deny' || !mustHalt(action.agent, batch.at, world, policy)) return;
  const scope = { kind: 'agent', id: action.agent } as const;
  if (world.halts.some((halt) => halt.scope.kind === 'agent' && halt.scope.id === action.agent)) return;
  const reason = haltReason(action.agent, batch.at, world, policy);
  haltOn(tenant, batch, { scope, reason, cause: 'violations', actor: SYSTEM });
}

/**
 * Decides an asked action again, now that something happened to its approval, and writes what came of it: released and consumed in the
 * same append, denied and voided, or deferred with the grant still unused (ASK-23, ASK-24).
 */
export function endApproval(tenant: Tenant, batch: WriteBatch, approval: ApprovalId, files: Files = NO_FILES): Decision | null {
  const held = heldFor(tenant, batch, approval);
  if (held === undefined) return null;
  const { agent, session } = held.action;
  const by = { actor: SYSTEM, agent, session };
  const live = (): boolean => {
    const state = batch.world().approvals.get(approval);
    return state !== undefined && isLive(state);
  };
  if (held.erased && live()) batch.write('approval-voided', { approval, reason: 'its arguments were erased' }, by);
  const bytes = held.erased ? null : held.bytes;
  const action = { ...held.action, redeems: approval, at: batch.at };
  const decision = decideNow(tenant, batch, action);
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  const changed = runs ? files.changed(approval, action) : null;
  if (changed !== null) {
    batch.write('approval-voided', { approval, reason: FILE_CHANGED }, by);
    const asked = tenant.held.get(approval) ?? held;
    return askAnew(tenant, batch, asked, changed);
  }
  recordDecision(tenant, batch, { action, decision, bytes });
  if (runs) batch.write('approval-consumed', { approval, action: action.id }, by);
  else if (decision.effect === 'deny' && live()) batch.write('approval-voided', { approval, reason: 'denied when it was decided again' }, by);
  return decision;
}

const FILE_CHANGED = 'a file it names is not what it was when a person was asked';

/** What was approved is not what would run: the question is put again, naming the files (ASK-32). */
export function askAnew(tenant: Tenant, batch: WriteBatch, held: HeldAction, changed: FilesRead): Decision {
  const { redeems: _used, ...asked } = held.action;
  const action: Action = { ...asked, ...changed, at: batch.at };
  const decision = decideNow(tenant, batch, action);
  recordDecision(tenant, batch, { action, decision, bytes: held.erased ? null : held.bytes });
  return decision;
}

/** What a person edited takes the place of what was asked. */
function heldFor(tenant: Tenant, batch: WriteBatch, approval: ApprovalId): HeldAction | undefined {
  const held = tenant.held.get(approval);
  const edited = batch.world().approvals.get(approval)?.editedArgsDigest;
  if (held === undefined || edited === undefined) return held;
  return tenant.edits.get(editKey(approval, edited)) ?? { ...held, erased: true };
}

/** The halt, the denial of everything it covers that waits for a person, and the return of the locks held (GATE-8). */
export function haltOn(tenant: Tenant, batch: WriteBatch, terms: HaltTerms): Halted {
  const { scope } = terms;
  const owners = scope.kind === 'session' && scope.agent === undefined ? ownersOfSession(batch.world(), scope.id) : [];
  if (scope.kind !== 'session' || owners.length === 0) return haltOne(tenant, batch, terms);
  // Each owner's session is halted by itself, so that each can be resumed by itself.
  const receipts = owners.map((agent) => haltOne(tenant, batch, { ...terms, scope: { ...scope, agent } }));
  return { ...(receipts[0] ?? haltOne(tenant, batch, terms)), sessions: owners.map((agent) => ({ agent, session: scope.id })) };
}

/** Whose key seals what is kept with a halt. */
function subjectOf(scope: Exclude<HaltScope, { kind: 'all' }>): string {
  if (scope.kind === 'agent') return `agent/${scope.id}`;
  return scope.agent === undefined ? `session/${scope.id}` : sessionSubject({ agent: scope.agent, session: scope.id });
}

function haltOne(tenant: Tenant, batch: WriteBatch, terms: HaltTerms): Receipt {
  const { scope, cause, actor } = terms;
  // A person's reason is on record as it was given; an agent's may be any text of its own (LOG-30).
  const own = actor.kind === 'agent' && scope.kind !== 'all';
  const reason = own ? SEALED : terms.reason;
  const payload = own ? { payload: { subject: subjectOf(scope), bytes: canonicalBytes({ reason: terms.reason }) } } : {};
  const receipt = batch.write('agent-halted', { scope, reason, cause }, { actor, ...placeOf(scope), ...payload });
  for (const [approval, state] of [...batch.world().approvals.entries()]) {
    if (isLive(state) && isUnder(scope, state)) {
      batch.write('approval-voided', { approval, reason: `halted: ${reason}` }, { actor: SYSTEM, agent: state.agent, session: state.session });
      endApproval(tenant, batch, approval);
    }
  }
  if (scope.kind === 'all') return receipt;
  for (const [resource, lock] of [...batch.world().locks.entries()]) {
    for (const { agent, session, fence } of lock.holders) {
      if (isUnder(scope, { agent, session })) batch.write('lock-evicted', { resource, fence, reason: 'halted' }, { actor: SYSTEM, agent, session });
    }
  }
  return receipt;
}

export function placeOf(scope: HaltScope): object {
  if (scope.kind === 'all') return {};
  if (scope.kind === 'agent') return { agent: scope.id };
  return { ...(scope.agent === undefined ? {} : { agent: scope.agent }), session: scope.id };
}
