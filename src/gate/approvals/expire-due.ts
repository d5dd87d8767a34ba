import type { WriteBatch } from '../queue/write-batch.ts';
import { SYSTEM } from '../principal.ts';
import { endApproval } from '../actions/record-decision.ts';
import { isLive } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** Expires what is due, by the log's own time: nobody answered, so the answer is no (ASK-24). */
export function expireDue(tenant: Tenant, batch: WriteBatch): number {
  let count = 0;
  for (const [approval, state] of [...batch.world().approvals.entries()]) {
    if (!isLive(state) || state.expiresAt > batch.at) continue;
    batch.write('approval-expired', { approval }, { actor: SYSTEM, agent: state.agent, session: state.session });
    endApproval(tenant, batch, approval);
    count++;
  }
  return count;
}
