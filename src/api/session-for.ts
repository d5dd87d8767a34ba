import { AegisError } from '../errors.ts';
import type { Principal } from '../gate/nouns.ts';
import { ownerOf } from '../gate/owner.ts';
import type { AgentId, SessionId } from '../kernel/ids.ts';
import { sessionOf } from '../kernel/owned.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import type { SessionState, World } from '../kernel/world.ts';

/** The session a request means (GATE-37). @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS */
export function sessionFor(
  principal: Principal,
  named: { readonly id: string; readonly agent?: string | undefined },
  world: World,
): SessionPlace & { readonly state: SessionState } {
  const session = named.id as SessionId;
  const agent = ownerOf(principal, { what: 'session', id: session, agent: named.agent as AgentId | undefined }, world);
  const state = sessionOf(world, { agent, session });
  if (state === undefined) throw new AegisError('NOT_FOUND', { what: 'session' });
  return { agent, session, state };
}
