import { AegisError } from '../../errors.ts';
import { normalise } from '../../inspect/trace/normalise.ts';
import { sessionOf } from '../../kernel/owned.ts';
import { ownerOf } from '../owner.ts';
import type { Endorsement, Principal, Receipt } from '../nouns.ts';
import { printer } from '../actions/inspect-proposal.ts';
import { recording } from '../record-fact.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** An operator's word that one value is fine in one session (TAINT-7). Only its fingerprint is recorded. @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS, FORBIDDEN */
export async function endorse(tenant: Tenant, { session, agent, value, reason }: Endorsement, by: Principal): Promise<Receipt> {
  if (by.role === 'agent') throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator or admin' });
  const { world } = tenant.queue.durable();
  const owner = ownerOf(by, { what: 'session', id: session, agent }, world);
  const known = sessionOf(world, { agent: owner, session });
  if (known === undefined) throw new AegisError('NOT_FOUND', { what: 'session' });
  const body = { prints: [printer(known.salt)(normalise(value))], by: by.operator, reason };
  return tenant.queue.submit(recording({ type: 'value-endorsed', body, place: { agent: owner, session } }, by));
}
