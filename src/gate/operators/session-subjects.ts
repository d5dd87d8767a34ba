import type { AgentId, EntryIndex, SessionId } from '../../kernel/ids.ts';
import { isOwned } from '../../kernel/owned.ts';
import type { SessionPlace } from '../../kernel/owned.ts';
import { openEntry } from '../../log/entry.ts';
import { ambiguous } from '../owner.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import type { Tenant } from '../tenant/tenant.ts';

export interface Subjects {
  readonly subject: string;
  /** Where its payloads lie that were written before semantics 3, under the session's bare name. */
  readonly before: string | null;
  /** The session it is about, where it is known. */
  readonly place: SessionPlace | null;
}

/** `session/a1~s1` is one agent's; `session/s1` the only one of that name. What nobody opened is erased as it is named. @throws AegisError OWNER_AMBIGUOUS */
export async function subjectsOf(tenant: Tenant, subject: string): Promise<Subjects> {
  if (!subject.startsWith('session/')) return { subject, before: null, place: null };
  const [name, agent] = subject.slice(8).split('~').reverse();
  const session = name as SessionId;
  const openings = await openingsOf(tenant, { session });
  const owners = [...new Set(openings.map((opening) => opening.agent))].sort();
  if (agent === undefined && owners.length > 1) throw ambiguous('session', session, owners);
  const owner = (agent as AgentId | undefined) ?? owners[0];
  if (owner === undefined) return { subject, before: null, place: null };
  const since = await ownedSince(tenant);
  const earlier = openings.some((opening) => opening.agent === owner && opening.index < since);
  const place = { agent: owner, session };
  return { subject: sessionSubject(place), before: earlier ? `session/${session}` : null, place };
}

const PAGE = 1_000;

interface Opening extends SessionPlace {
  readonly index: EntryIndex;
}

/** Every session this agent has had, as an erasure names it. */
export async function sessionsOf(tenant: Tenant, agent: AgentId): Promise<readonly string[]> {
  return [...new Set((await openingsOf(tenant, { agent })).map(sessionSubject))];
}

/** Every opening of a session of this name, or of this agent's: the log knows those the world has let go. */
async function openingsOf({ id, deps }: Tenant, whose: { readonly session: SessionId } | { readonly agent: AgentId }): Promise<readonly Opening[]> {
  const found: Opening[] = [];
  for (let from = 0; ;) {
    const page = await deps.store.read(id, { type: 'session-opened', ...whose, from, limit: PAGE });
    for (const { index, agent, session } of page)
      if (agent !== undefined && session !== undefined) found.push({ index, agent: agent as AgentId, session: session as SessionId });
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    from = last.index + 1;
  }
}

/** The first entry from which sessions belong to their agents. */
async function ownedSince({ id, deps }: Tenant): Promise<EntryIndex> {
  for (let from = 0; ;) {
    const page = await deps.store.read(id, { type: 'gate-opened', from, limit: PAGE });
    for (const { bytes, index } of page) {
      const entry = openEntry(bytes, index);
      if (entry.type === 'gate-opened' && isOwned(entry.body)) return index;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return 0;
    from = last.index + 1;
  }
}
