import { AegisError } from '../../errors.ts';
import type { Principal, Receipt } from '../nouns.ts';
import { operatorOf } from '../principal.ts';
import { recording } from '../record-fact.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { HeldAction, Tenant } from '../tenant/tenant.ts';

/**
 * Destroys first, then says so. The store remembers an erasure until its entry is durable: one that could not be recorded is finished when the
 * gate opens again, or when it is asked for again (LOG-24).
 */
export async function erase(tenant: Tenant, what: { readonly subject: string; readonly reason: string }, by: Principal | 'system'): Promise<Receipt> {
  if (by !== 'system') operatorOf(by, tenant.queue.durable().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(what.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!tenant.queue.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const digests = await tenant.deps.store.erase(tenant.id, what.subject, what.reason);
  forget(tenant, new Set(digests));
  return tenant.queue.submit(recording({ type: 'payload-erased', body: { ...what, digests }, place: {} }, by));
}

/** What waits for a person is in memory too; its bytes must not come back beside the log when it is decided again. */
function forget({ held, edits }: Tenant, digests: ReadonlySet<Digest>): void {
  for (const kept of [held, edits] as Map<string, HeldAction>[]) {
    for (const [key, one] of kept) {
      if (digests.has(one.action.argsDigest)) kept.set(key, { ...one, action: { ...one.action, args: {} }, bytes: new Uint8Array(), erased: true });
    }
  }
}

/** Brings erasures that were broken off to their end: every payload of theirs destroyed, each with its entry. */
export async function finishErasures(tenant: Tenant): Promise<void> {
  for (const { subject, reason } of await tenant.deps.store.pendingErasures(tenant.id)) await erase(tenant, { subject, reason }, 'system');
}
