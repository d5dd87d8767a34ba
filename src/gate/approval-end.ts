import type { Decision } from '../kernel/decision.ts';
import type { ApprovalId, Digest } from '../kernel/ids.ts';
import { judge, writeDecided } from './decided.ts';
import type { Desk } from './desk.ts';
import { SYSTEM } from './desk.ts';
import type { Held, Room } from './room.ts';

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

export function editKey(approval: ApprovalId, digest: Digest): string {
  return `${approval} ${digest}`;
}

/** Expires what is due, by the log's own time: nobody answered, so the answer is no (ASK-24). */
export function expireDue(room: Room, desk: Desk): number {
  let count = 0;
  for (const [approval, state] of [...desk.world().approvals.entries()]) {
    if ((state.status !== 'pending' && state.status !== 'granted') || state.expiresAt > desk.at) continue;
    desk.write('approval-expired', { approval }, { actor: SYSTEM, agent: state.agent, session: state.session });
    endApproval(room, desk, approval);
    count++;
  }
  return count;
}
