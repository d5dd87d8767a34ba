import type { Action } from '../../kernel/action.ts';
import { conclude } from '../../kernel/conclude.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { ActionRecord, HaltScope } from '../../kernel/entry.ts';
import type { ApprovalId, Digest } from '../../kernel/ids.ts';
import { ledgersOf } from '../../kernel/ledger.ts';
import { mustHalt } from '../../kernel/violations.ts';
import { sha256 } from '../../wire/digest.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import { askContext } from '../approvals/ask-digest.ts';
import type { Desk } from '../queue/write-batch.ts';
import { SYSTEM } from '../queue/write-batch.ts';
import type { Receipt } from '../nouns.ts';
import type { HaltTerms, Held, Room } from '../tenant/tenant.ts';
import { editKey, policyOf, shelved } from '../tenant/tenant.ts';

export function recordOf(action: Action): ActionRecord {
  const { tenant: _tenant, agent: _agent, session: _session, args: _args, at: _at, ...record } = action;
  return record;
}

/** Decides against the desk's world, under the policy in force there. Writes nothing. */
export function judge(room: Room, desk: Desk, action: Action): Decision {
  const policy = policyOf(room, desk.world());
  return conclude(
    action,
    desk.world(),
    policy,
    askContext(action, policy, () => room.deps.ids.next()),
  );
}

/**
 * Records a decision, with the arguments beside the log (GATE-9), and what follows from it at once: the ask is held, an agent that
 * violated too often is halted (GATE-8).
 */
export function writeDecided(room: Room, desk: Desk, decided: { action: Action; decision: Decision; bytes: Uint8Array; digest?: Digest }): void {
  const { action, decision, bytes } = decided;
  const policy = policyOf(room, desk.world());
  const subject = `session/${action.session}`;
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  const ledgers = runs ? ledgersOf(action, desk.world(), policy) : [];
  let recorded = decision;
  if (decision.effect === 'modify') {
    const replacement = canonicalBytes(decision.modify.args);
    const digest = sha256(replacement);
    desk.keep({ digest, subject, bytes: replacement });
    recorded = { ...decision, modify: { args: shelved(digest) } };
  }
  const payload = { subject, bytes, ...(decided.digest === undefined ? {} : { digest: decided.digest }) };
  const place = { actor: { kind: 'agent', id: action.agent }, agent: action.agent, session: action.session, payload } as const;
  desk.write('action-decided', { action: recordOf(action), decision: recorded, ledgers }, place);
  if (decision.effect === 'ask') {
    room.held.set(decision.ask.approval, { action, bytes, erased: false });
    room.expiryDue(decision.ask.expiresAt);
  }
  const world = desk.world();
  if (decision.effect !== 'deny' || !mustHalt(action.agent, desk.at, world, policy)) return;
  const scope = { kind: 'agent', id: action.agent } as const;
  if (world.halts.some((halt) => halt.scope.kind === 'agent' && halt.scope.id === action.agent)) return;
  haltOn(room, desk, { scope, reason: 'denied too often in a short time', cause: 'violations', actor: SYSTEM });
}

/**
 * Decides an asked action again, now that something happened to its approval, and writes what came of it: released and consumed in the
 * same append, denied and voided, or deferred with the grant still standing (ASK-23, ASK-24).
 */
export function endApproval(room: Room, desk: Desk, approval: ApprovalId): Decision | null {
  const held = heldFor(room, desk, approval);
  if (held === undefined) return null;
  const { agent, session } = held.action;
  const by = { actor: SYSTEM, agent, session };
  const live = (): boolean => ['pending', 'granted'].includes(desk.world().approvals.get(approval)?.status ?? '');
  if (held.erased && live()) desk.write('approval-voided', { approval, reason: 'its arguments were erased' }, by);
  const { bytes } = held;
  const action = { ...held.action, redeems: approval, at: desk.at };
  const decision = judge(room, desk, action);
  writeDecided(room, desk, { action, decision, bytes });
  if (decision.effect === 'allow' || decision.effect === 'modify') desk.write('approval-consumed', { approval, action: action.id }, by);
  else if (decision.effect === 'deny' && live()) desk.write('approval-voided', { approval, reason: 'denied when it was decided again' }, by);
  return decision;
}

/** What a person edited takes the place of what was asked. */
function heldFor(room: Room, desk: Desk, approval: ApprovalId): Held | undefined {
  const held = room.held.get(approval);
  const edited = desk.world().approvals.get(approval)?.editedArgsDigest;
  if (held === undefined || edited === undefined) return held;
  return room.edits.get(editKey(approval, edited)) ?? { ...held, erased: true };
}

/** The halt, the denial of everything it covers that waits for a person, and the return of the locks held (GATE-8). */
export function haltOn(room: Room, desk: Desk, terms: HaltTerms): Receipt {
  const { scope, reason, cause, actor } = terms;
  const receipt = desk.write('agent-halted', { scope, reason, cause }, { actor, ...placeOf(scope) });
  for (const [approval, state] of [...desk.world().approvals.entries()]) {
    if ((state.status === 'pending' || state.status === 'granted') && covers(scope, state)) {
      desk.write('approval-voided', { approval, reason: `halted: ${reason}` }, { actor: SYSTEM, agent: state.agent, session: state.session });
      endApproval(room, desk, approval);
    }
  }
  if (scope.kind === 'all') return receipt;
  for (const [resource, lock] of [...desk.world().locks.entries()]) {
    for (const { agent, session, fence } of lock.holders) {
      if (covers(scope, { agent, session })) desk.write('lock-evicted', { resource, fence, reason: 'halted' }, { actor: SYSTEM, agent, session });
    }
  }
  return receipt;
}

export function placeOf(scope: HaltScope): object {
  return scope.kind === 'agent' ? { agent: scope.id } : scope.kind === 'session' ? { session: scope.id } : {};
}

export function covers(scope: HaltScope, place: { readonly agent: string; readonly session: string }): boolean {
  return scope.kind === 'all' || (scope.kind === 'agent' ? scope.id === place.agent : scope.id === place.session);
}
