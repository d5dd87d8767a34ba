import { AegisError } from '../errors.ts';
import type { ActionId, AgentId, SessionId } from '../kernel/ids.ts';
import { ownersOfAction, ownersOfSession } from '../kernel/owned.ts';
import type { World } from '../kernel/world.ts';
import type { Principal } from './nouns.ts';

/** An action or a session as a request names it; `agent` where it says whose. */
export type Named =
  | { readonly what: 'action'; readonly id: ActionId; readonly agent?: AgentId | undefined }
  | { readonly what: 'session'; readonly id: SessionId; readonly agent?: AgentId | undefined };

/**
 * Whose action or session a request means (GATE-37): an agent's key always means its own; a person means the only one of this name, or that of
 * the agent they name. @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS, AGENT_MISMATCH
 */
export function ownerOf(by: Principal, named: Named, world: World): AgentId {
  const { what, id, agent } = named;
  if (by.role === 'agent') {
    if (agent !== undefined && agent !== by.agent) throw new AegisError('AGENT_MISMATCH', { agent: by.agent });
    return by.agent;
  }
  if (agent !== undefined) return agent;
  const owners = named.what === 'action' ? ownersOfAction(world, named.id) : ownersOfSession(world, named.id);
  const [only] = owners;
  if (only === undefined) throw new AegisError('NOT_FOUND', { what });
  if (owners.length > 1) throw ambiguous(what, id, owners);
  return only;
}

/** Names one answer tells. */
const TOLD = 20;

export function ambiguous(what: Named['what'], id: string, owners: readonly AgentId[]): AegisError {
  const told = owners.slice(0, TOLD).map((agent) => `\`${agent}\``);
  const more = owners.length > TOLD ? ` and ${String(owners.length - TOLD)} more` : '';
  return new AegisError('OWNER_AMBIGUOUS', { what, id, agents: `${told.join(', ')}${more}` });
}
