import type { Desk } from '../queue/write-batch.ts';
import { SYSTEM } from '../queue/write-batch.ts';
import { endApproval } from '../actions/record-decision.ts';
import type { Room } from '../tenant/tenant.ts';

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
