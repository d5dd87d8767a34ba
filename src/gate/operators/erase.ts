import { AegisError } from '../../errors.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { SessionPlace } from '../../kernel/owned.ts';
import { openEntry } from '../../log/entry.ts';
import { subjectsOfSession } from '../../log/session-subject.ts';
import type { Erased, Principal } from '../nouns.ts';
import { operatorOf } from '../principal.ts';
import { recording } from '../record-fact.ts';
import { holdsText, withoutTexts } from '../sealing/plain-entry.ts';
import type { HeldAction, Tenant } from '../tenant/tenant.ts';
import { sessionsOf, subjectsOf } from './session-subjects.ts';

interface Erasure {
  readonly subject: string;
  readonly reason: string;
}

const PAGE = 500;

/**
 * Destroys first, then says so. The store remembers an erasure until its entry is durable: one that could not be recorded is finished when the
 * gate opens again, or when it is asked for again (LOG-24).
 */
export async function erase(tenant: Tenant, what: Erasure, by: Principal | 'system'): Promise<Erased> {
  if (by !== 'system') operatorOf(by, tenant.queue.durable().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(what.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!tenant.queue.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const ofSessions = { erased: 0, plain: 0 };
  // The agent's own key goes last: its entry on record says that its sessions are gone.
  if (what.subject.startsWith('agent/'))
    for (const subject of await sessionsOf(tenant, what.subject.slice(6) as AgentId)) {
      const { erased, plain } = await eraseNamed(tenant, { ...what, subject }, by);
      ofSessions.erased += erased;
      ofSessions.plain += plain;
    }
  const done = await eraseNamed(tenant, what, by);
  return { ...done, erased: done.erased + ofSessions.erased, plain: done.plain + ofSessions.plain };
}

async function eraseNamed(tenant: Tenant, what: Erasure, by: Principal | 'system'): Promise<Erased> {
  const { subject, before, place } = await subjectsOf(tenant, what.subject);
  const earlier = before === null ? 0 : (await eraseOne(tenant, { ...what, subject: before, place }, by)).erased;
  const { erased, ...receipt } = await eraseOne(tenant, { ...what, subject, place }, by);
  return { ...receipt, erased: earlier + erased, plain: place === null ? 0 : await countPlain(tenant, place) };
}

async function eraseOne(
  tenant: Tenant,
  { subject, reason, place }: Erasure & { readonly place: SessionPlace | null },
  by: Principal | 'system',
): Promise<Omit<Erased, 'plain'>> {
  const digests = await tenant.deps.store.erase(tenant.id, subject, reason);
  forget(tenant, { subject, place });
  const receipt = await tenant.queue.submit(recording({ type: 'payload-erased', body: { subject, reason, digests }, place: {} }, by));
  return { ...receipt, erased: digests.length };
}

/** What waits for a person loses its texts in memory too: it can only be denied, and nothing of it is written again (LOG-32). */
function forget(tenant: Tenant, { subject, place }: { readonly subject: string; readonly place: SessionPlace | null }): void {
  const about = ({ action }: HeldAction): boolean =>
    place === null ? subjectsOfSession(action).includes(subject) : action.session === place.session && action.agent === place.agent;
  for (const [approval, held] of tenant.held) if (about(held)) tenant.held.set(approval, withoutTexts(held));
  for (const [key, held] of tenant.edits) if (about(held)) tenant.edits.set(key, withoutTexts(held));
}

async function countPlain({ deps, id }: Tenant, { agent, session }: SessionPlace): Promise<number> {
  let found = 0;
  for (let from: number | null = 0; from !== null;) {
    const page = await deps.store.read(id, { agent, session, from, limit: PAGE });
    for (const { bytes, index } of page) if (holdsText(openEntry(bytes, index))) found++;
    from = page.length < PAGE ? null : (page.at(-1)?.index ?? 0) + 1;
  }
  return found;
}

/** Brings erasures that were broken off to their end: every payload of theirs destroyed, each with its entry. */
export async function finishErasures(tenant: Tenant): Promise<void> {
  for (const { subject, reason } of await tenant.deps.store.pendingErasures(tenant.id))
    await eraseOne(tenant, { subject, reason, place: null }, 'system');
}
