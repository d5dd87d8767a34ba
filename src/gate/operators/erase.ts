import { AegisError } from '../../errors.ts';
import type { Principal, Receipt } from '../nouns.ts';
import { operatorOf } from '../principal.ts';
import { recording } from '../record-fact.ts';
import type { Room } from '../tenant/tenant.ts';

/** Destroys first, then says so: a destruction that could not be recorded is simply asked for again. */
export async function erase(room: Room, what: { readonly subject: string; readonly reason: string }, by: Principal | 'system'): Promise<Receipt> {
  if (by !== 'system') operatorOf(by, room.chain.standing().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(what.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!room.chain.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const digests = await room.deps.store.erase(room.tenant, what.subject);
  for (const [approval, held] of room.held) {
    if (digests.includes(held.action.argsDigest)) room.held.set(approval, { ...held, erased: true });
  }
  return room.chain.submit(recording({ type: 'payload-erased', body: { ...what, digests }, place: {} }, by));
}
