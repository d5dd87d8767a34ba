import { AegisError } from '../../errors.ts';
import { openEntry } from '../../log/entry.ts';
import type { Principal, Receipt } from '../nouns.ts';
import { operatorOf } from '../principal.ts';
import { recording } from '../record-fact.ts';
import { holdsText, withoutTexts } from '../sealing/plain-entry.ts';
import type { HeldAction, Tenant } from '../tenant/tenant.ts';

/** What an erasure came to. */
export interface Erased extends Receipt {
  /** Entries of the session from before texts were sealed, whose facts or reasons hold some in plain: no erasure can reach these (LOG-33). */
  readonly plain: number;
}

const PAGE = 500;

/**
 * Destroys first, then says so. The store remembers an erasure until its entry is durable: one that could not be recorded is finished when the
 * gate opens again, or when it is asked for again (LOG-24).
 */
export async function erase(tenant: Tenant, what: { readonly subject: string; readonly reason: string }, by: Principal | 'system'): Promise<Erased> {
  if (by !== 'system') operatorOf(by, tenant.queue.durable().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(what.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!tenant.queue.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const digests = await tenant.deps.store.erase(tenant.id, what.subject, what.reason);
  forget(tenant, what.subject);
  const receipt = await tenant.queue.submit(recording({ type: 'payload-erased', body: { ...what, digests }, place: {} }, by));
  return { ...receipt, plain: await countPlain(tenant, what.subject) };
}

/** What waits for a person loses its texts in memory too: it can only be denied, and nothing of it is written again (LOG-32). */
function forget(tenant: Tenant, subject: string): void {
  const about = ({ action }: HeldAction): boolean => subject === `session/${action.session}`;
  for (const [approval, held] of tenant.held) if (about(held)) tenant.held.set(approval, withoutTexts(held));
  for (const [key, held] of tenant.edits) if (about(held)) tenant.edits.set(key, withoutTexts(held));
}

async function countPlain({ deps, id }: Tenant, subject: string): Promise<number> {
  if (!subject.startsWith('session/')) return 0;
  const session = subject.slice('session/'.length);
  let found = 0;
  for (let from: number | null = 0; from !== null;) {
    const page = await deps.store.read(id, { session, from, limit: PAGE });
    for (const { bytes, index } of page) if (holdsText(openEntry(bytes, index))) found++;
    from = page.length < PAGE ? null : (page.at(-1)?.index ?? 0) + 1;
  }
  return found;
}

/** Brings erasures that were broken off to their end: every payload of theirs destroyed, each with its entry. */
export async function finishErasures(tenant: Tenant): Promise<void> {
  for (const { subject, reason } of await tenant.deps.store.pendingErasures(tenant.id)) await erase(tenant, { subject, reason }, 'system');
}
