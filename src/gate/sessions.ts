import { AegisError } from '../errors.ts';
import type { Actor } from '../kernel/entry.ts';
import type { AgentId, SessionId } from '../kernel/ids.ts';
import type { Desk } from './desk.ts';
import type { Receipt } from './gate.ts';
import type { Operation } from './operation.ts';
import { ok } from './operation.ts';
import type { Room } from './room.ts';

const SALT_BYTES = 16;

interface Opening {
  readonly agent: AgentId;
  readonly session: SessionId;
}

/** Every session has a salt of its own, so that prints of two sessions cannot be compared. */
export function openSession(room: Room, desk: Desk, { agent, session }: Opening, parent?: SessionId): Receipt {
  const salt = Buffer.from(room.deps.random.bytes(SALT_BYTES)).toString('base64url');
  return desk.write('session-opened', { salt, ...(parent === undefined ? {} : { parent }) }, { actor: { kind: 'agent', id: agent }, agent, session });
}

/** @throws AegisError UNKNOWN_AGENT, CONFLICT when the session is there already or the parent is not the tenant's. */
export function opening(room: Room, place: Opening, parent?: SessionId): Operation<Receipt> {
  return (desk) => {
    const world = desk.world();
    if (!world.agents.has(place.agent)) throw new AegisError('UNKNOWN_AGENT', { agent: place.agent });
    if (world.sessions.has(place.session)) throw new AegisError('CONFLICT', { detail: 'The session is open or was closed already.' });
    if (parent !== undefined && !world.sessions.has(parent)) throw new AegisError('NOT_FOUND', { what: 'parent session' });
    return ok(openSession(room, desk, place, parent));
  };
}

/** An agent closes its own sessions only. */
export function closing(session: SessionId, reason: string, actor: Actor): Operation<Receipt> {
  return (desk) => {
    const known = desk.world().sessions.get(session);
    const foreign = actor.kind === 'agent' && known?.agent !== actor.id;
    if (known === undefined || foreign) throw new AegisError('NOT_FOUND', { what: 'session' });
    if (known.closed) throw new AegisError('CONFLICT', { detail: 'The session is closed already.' });
    return ok(desk.write('session-closed', { reason }, { actor, agent: known.agent, session }));
  };
}
