import { actionOf } from '../../kernel/owned.ts';
import type { PendingApproval } from '../nouns.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** What waits for a person, oldest first. */
export function pendingIn(tenant: Tenant): readonly PendingApproval[] {
  const { world } = tenant.queue.durable();
  const now = tenant.queue.now();
  const found: PendingApproval[] = [];
  for (const [approval, state] of world.approvals.entries()) {
    const held = tenant.held.get(approval);
    const decision = held?.decision;
    if (state.status !== 'pending' || state.expiresAt <= now || held === undefined || decision?.effect !== 'ask') continue;
    if (actionOf(world, state.agent, state.action)?.decision.effect !== 'ask') continue;
    found.push({ approval, decision, action: held.action, canonicalArgs: new TextDecoder().decode(held.bytes) });
  }
  return found.sort((a, b) => a.action.at - b.action.at || (a.approval < b.approval ? -1 : 1));
}
