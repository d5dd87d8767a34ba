import type { Decision } from '../../kernel/decision.ts';
import { sessionOf } from '../../kernel/owned.ts';
import { decideNow } from './record-decision.ts';
import { newWriteBatch } from '../queue/write-batch.ts';
import type { Proposal } from '../nouns.ts';
import { actionOf, inspectProposal } from './inspect-proposal.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/** What `admit` would decide now, in a batch that is thrown away: nothing is recorded, reserved or held. */
export async function preview(tenant: Tenant, proposal: Proposal): Promise<Decision> {
  const inspected = await inspectProposal(tenant, proposal, tenant.queue.durable().world);
  const { world, head } = tenant.queue.durable();
  const batch = newWriteBatch(tenant.id, { world, head });
  batch.setTime(tenant.queue.now());
  if (world.agents.has(proposal.agent) && sessionOf(world, proposal) === undefined) openSession(tenant, batch, proposal);
  const salt = sessionOf(batch.world(), proposal)?.salt ?? '';
  return decideNow(tenant, batch, actionOf(inspected, { salt, at: batch.at }));
}
