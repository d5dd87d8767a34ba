import { AegisError } from '../../errors.ts';
import type { Actor } from '../../kernel/entry.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import { SEALED } from '../../kernel/sealed.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { SessionState, World } from '../../kernel/world.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import type { Principal, Receipt } from '../nouns.ts';
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
export function openSession(tenant: Tenant, batch: WriteBatch, { agent, session, actor }: Opening, parent?: SessionId): Receipt {
  const salt = Buffer.from(tenant.deps.random.bytes(SALT_BYTES)).toString('base64url');
  return batch.write(
    'session-opened',
    { salt, ...(parent === undefined ? {} : { parent }) },
    { actor: actor ?? { kind: 'agent', id: agent }, agent, session },
  );
}

/** @throws AegisError UNKNOWN_AGENT, CONFLICT when the session is there already or the parent is not the tenant's. */
export function opening(tenant: Tenant, place: Opening, parent?: SessionId): Operation<Receipt> {
  return (batch) => {
    const world = batch.world();
    if (!world.agents.has(place.agent)) throw new AegisError('UNKNOWN_AGENT', { agent: place.agent });
    if (world.sessions.has(place.session)) throw new AegisError('CONFLICT', { detail: 'The session is open or was closed already.' });
    if (parent !== undefined) openParent(world, parent);
    return ok(openSession(tenant, batch, place, parent));
  };
}

/** A closed session has forgotten its prints, and a halted one is not to be gone around: neither has children. */
function openParent(world: World, parent: SessionId): SessionState {
  const known = world.sessions.get(parent);
  if (known === undefined) throw new AegisError('NOT_FOUND', { what: 'parent session' });
  if (known.closed) throw new AegisError('CONFLICT', { detail: 'The parent session is closed; what it knew of its values is gone.' });
  if (world.halts.some(({ scope }) => scope.kind === 'session' && scope.id === parent))
    throw new AegisError('CONFLICT', { detail: 'The parent session is halted.' });
  return known;
}

/** GATE-19: the parent's trusted values become the child's, so nobody takes them from a session of somebody else. */
export function handingOver(tenant: Tenant, child: Opening & { readonly parent: SessionId }, by: Principal): Operation<Receipt> {
  return (batch) => {
    const world = batch.world();
    const { agent, session, parent } = child;
    if (by.role !== 'agent') operatorOf(by, world, DECIDERS);
    else if (agent !== by.agent) throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
    else if (world.sessions.get(parent)?.agent !== by.agent) throw new AegisError('NOT_FOUND', { what: 'parent session' });
    return opening(tenant, { agent, session, actor: actorOf(by) }, parent)(batch);
  };
}

/** An agent closes its own sessions only, an operator every one. */
export function closing(session: SessionId, reason: string, by: Principal): Operation<Receipt> {
  const actor = actorOf(by);
  return (batch) => {
    if (by.role !== 'agent') operatorOf(by, batch.world(), DECIDERS);
    const known = batch.world().sessions.get(session);
    const foreign = actor.kind === 'agent' && known?.agent !== actor.id;
    if (known === undefined || foreign) throw new AegisError('NOT_FOUND', { what: 'session' });
    if (known.closed) throw new AegisError('CONFLICT', { detail: 'The session is closed already.' });
    const place = { actor, agent: known.agent, session };
    // A person's reason is on record as it was given; an agent's may be any text of its own (LOG-30).
    if (actor.kind !== 'agent' || reason === TERMINATED) return ok(batch.write('session-closed', { reason }, place));
    const payload = { subject: `session/${session}`, bytes: canonicalBytes({ reason }) };
    return ok(batch.write('session-closed', { reason: SEALED }, { ...place, payload }));
  };
}
