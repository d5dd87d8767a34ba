import type { Desk } from './desk.ts';
import { SYSTEM } from './desk.ts';
import { endApproval } from './record-decision.ts';
import type { Room } from './room.ts';

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
