import { AegisError } from '../../errors.ts';
import type { Principal, Receipt } from '../nouns.ts';
import { operatorOf } from '../principal.ts';
import { recording } from '../record-fact.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** Destroys first, then says so: a destruction that could not be recorded is simply asked for again. */
export async function erase(tenant: Tenant, what: { readonly subject: string; readonly reason: string }, by: Principal | 'system'): Promise<Receipt> {
  if (by !== 'system') operatorOf(by, tenant.queue.durable().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(what.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!tenant.queue.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const digests = await tenant.deps.store.erase(tenant.id, what.subject);
  for (const [approval, held] of tenant.held) {
    if (digests.includes(held.action.argsDigest)) tenant.held.set(approval, { ...held, erased: true });
  }
  return tenant.queue.submit(recording({ type: 'payload-erased', body: { ...what, digests }, place: {} }, by));
}
