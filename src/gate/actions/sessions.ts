import { AegisError } from '../../errors.ts';
import type { Actor } from '../../kernel/entry.ts';
import { isUnder } from '../../kernel/halt-scope.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import { sessionOf } from '../../kernel/owned.ts';
import type { SessionPlace } from '../../kernel/owned.ts';
import { SEALED } from '../../kernel/sealed.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { SessionState, World } from '../../kernel/world.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import type { NamedSession, Principal, Receipt } from '../nouns.ts';
import { ownerOf } from '../owner.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { actorOf, operatorOf } from '../principal.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** What the event door says when an agent's own events end. */
export const TERMINATED = 'the agent reported TERMINATION';

const SALT_BYTES = 16;

interface Opening {
  readonly agent: AgentId;
  readonly session: SessionId;
  /** Who opens it, when that is not the agent. */
  readonly actor?: Actor;
}

/** Every session has a salt of its own, so that prints of two sessions cannot be compared. */
export function openSession(tenant: Tenant, batch: WriteBatch, { agent, session, actor }: Opening, parent?: SessionPlace): Receipt {
  const salt = Buffer.from(tenant.deps.random.bytes(SALT_BYTES)).toString('base64url');
  return batch.write(
    'session-opened',
    { salt, ...(parent === undefined ? {} : parentOf(agent, parent)) },
    { actor: actor ?? { kind: 'agent', id: agent }, agent, session },
  );
}

function parentOf(agent: AgentId, parent: SessionPlace): { readonly parent: SessionId; readonly parentAgent?: AgentId } {
  return { parent: parent.session, ...(parent.agent === agent ? {} : { parentAgent: parent.agent }) };
}

/** @throws AegisError UNKNOWN_AGENT, CONFLICT when the session is there already or the parent is not the tenant's. */
export function opening(tenant: Tenant, place: Opening, parent?: SessionPlace): Operation<Receipt> {
  return (batch) => {
    const world = batch.world();
    if (!world.agents.has(place.agent)) throw new AegisError('UNKNOWN_AGENT', { agent: place.agent });
    if (sessionOf(world, place) !== undefined) throw new AegisError('CONFLICT', { detail: 'The session is already open, or was closed.' });
    if (parent !== undefined) openParent(world, parent);
    return ok(openSession(tenant, batch, place, parent));
  };
}

/** A closed session has forgotten its prints, and a halted one is not to be gone around: neither has children. */
function openParent(world: World, parent: SessionPlace): SessionState {
  const known = sessionOf(world, parent);
  if (known === undefined) throw new AegisError('NOT_FOUND', { what: 'parent session' });
  if (known.closed) throw new AegisError('CONFLICT', { detail: 'The parent session is closed, so nothing can be inherited from it.' });
  if (world.halts.some(({ scope }) => scope.kind === 'session' && isUnder(scope, parent)))
    throw new AegisError('CONFLICT', { detail: 'The parent session is halted.' });
  return known;
}

export interface Handed {
  readonly parent: SessionId;
  /** Whose session the parent is; the child's agent's own where it has one of that name, else the only one there is. */
  readonly parentAgent?: AgentId | undefined;
}

/** Whose session is handed over. @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS */
function parentIn(world: World, agent: AgentId, { parent, parentAgent }: Handed, by: Principal): SessionPlace {
  const own = by.role === 'agent' || sessionOf(world, { agent, session: parent }) !== undefined ? agent : undefined;
  const owner = parentAgent ?? own ?? ownerOf(by, { what: 'session', id: parent }, world);
  return { session: parent, agent: owner };
}

/** GATE-19: the parent's trusted values become the child's, so nobody takes them from a session of somebody else. */
export function handingOver(tenant: Tenant, child: Opening & Handed, by: Principal): Operation<Receipt> {
  return (batch) => {
    const world = batch.world();
    const { agent, session } = child;
    if (by.role !== 'agent') operatorOf(by, world, DECIDERS);
    else if (agent !== by.agent) throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
    else if (child.parentAgent !== undefined && child.parentAgent !== by.agent) throw new AegisError('NOT_FOUND', { what: 'parent session' });
    if (!world.agents.has(agent)) throw new AegisError('UNKNOWN_AGENT', { agent });
    return opening(tenant, { agent, session, actor: actorOf(by) }, parentIn(world, agent, child, by))(batch);
  };
}

/** An agent closes its own sessions only, an operator every one. @throws AegisError FORBIDDEN, NOT_FOUND, OWNER_AMBIGUOUS, CONFLICT */
export function closing(named: NamedSession, reason: string, by: Principal): Operation<Receipt> {
  return (batch) => {
    const { session } = named;
    if (by.role !== 'agent') operatorOf(by, batch.world(), DECIDERS);
    const agent = ownerOf(by, { what: 'session', id: session, agent: named.agent }, batch.world());
    const known = sessionOf(batch.world(), { agent, session });
    if (known === undefined) throw new AegisError('NOT_FOUND', { what: 'session' });
    if (known.closed) throw new AegisError('CONFLICT', { detail: 'The session is closed already.' });
    const place = { actor: actorOf(by), agent, session };
    // A person's reason is on record as it was given; an agent's may be any text of its own (LOG-30).
    if (by.role !== 'agent' || reason === TERMINATED) return ok(batch.write('session-closed', { reason }, place));
    const payload = { subject: sessionSubject(place), bytes: canonicalBytes({ reason }) };
    return ok(batch.write('session-closed', { reason: SEALED }, { ...place, payload }));
  };
}
