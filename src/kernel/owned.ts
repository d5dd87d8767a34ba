import type { ActionId, AgentId, OwnedKey, SessionId } from './ids.ts';
import type { ActionState, SessionState, World } from './world.ts';

/** An agent with the name it gave a session. */
export interface SessionPlace {
  readonly agent: AgentId;
  readonly session: SessionId;
}

type Numbered = Pick<World, 'semantics'>;

/** From this number on an id is its agent's own: two agents may use the same one and never meet (DEC-22). */
const OWNED_SINCE = 3;

export function isOwned({ semantics }: Numbered): boolean {
  return semantics >= OWNED_SINCE;
}

/** Where an action or a session lies in the world. No name of an agent has a space in it. @throws TypeError for an id that is no text */
export function keyOf(world: Numbered, agent: AgentId, id: ActionId | SessionId): OwnedKey {
  if (world.semantics < OWNED_SINCE) return id as unknown as OwnedKey;
  if (typeof id !== 'string') throw new TypeError('owned key: an id that is no text');
  return `${agent} ${id as string}` as unknown as OwnedKey;
}

/** The id in a key, of an agent that is known from what lies there. */
export function idIn<T extends ActionId | SessionId>(world: Numbered, key: OwnedKey, agent: AgentId): T {
  return (isOwned(world) ? key.slice(agent.length + 1) : key) as unknown as T;
}

export function sessionOf(world: Pick<World, 'semantics' | 'sessions'>, { agent, session }: SessionPlace): SessionState | undefined {
  return world.sessions.get(keyOf(world, agent, session));
}

export function actionOf(world: Pick<World, 'semantics' | 'actions'>, agent: AgentId, action: ActionId): ActionState | undefined {
  return world.actions.get(keyOf(world, agent, action));
}

export function sameSession(world: Numbered, a: SessionPlace, b: SessionPlace): boolean {
  return a.session === b.session && (a.agent === b.agent || !isOwned(world));
}

/** By the name of the session, then of the agent: an order of its own for those who came at the same moment. */
export function nameBefore(a: SessionPlace, b: SessionPlace): boolean {
  return a.session === b.session ? a.agent < b.agent : a.session < b.session;
}

/** Agents with a session of this name, in the order of their names. A look at every agent: for people's questions, not for decisions. */
export function ownersOfSession(world: World, session: SessionId): readonly AgentId[] {
  return ownersOf(world, (agent) => sessionOf(world, { agent, session }));
}

/** Agents with an action of this id. */
export function ownersOfAction(world: World, action: ActionId): readonly AgentId[] {
  return ownersOf(world, (agent) => actionOf(world, agent, action));
}

function ownersOf(world: World, find: (agent: AgentId) => { readonly agent: AgentId } | undefined): readonly AgentId[] {
  const found: AgentId[] = [];
  for (const [agent] of world.agents.entries()) if (find(agent)?.agent === agent) found.push(agent);
  return found.sort();
}
