import type { Draft } from '../draft.ts';
import type { AgentId, OwnedKey, SessionId } from '../ids.ts';
import { isOwned, keyOf } from '../owned.ts';
import { mapOf } from '../persistent-map.ts';
import type { PersistentMap } from '../persistent-map.ts';
import { itemsOf, queueOf } from '../queue.ts';
import type { Queue } from '../queue.ts';
import type { ActionState, Ledger, SessionState, Sweepable } from '../world.ts';

type Moving = Draft['world'];
type KeyFor = (agent: AgentId, id: OwnedKey) => OwnedKey;
type Renamed = (ledger: string) => string | null;

/**
 * The number a log goes on under. Once its ids belong to their agents they stay so: what an older version writes afterwards is read the newer
 * way, for two things of one name could not go back under one key (DEC-23).
 */
export function changeSemantics(world: Moving, said: number): void {
  const next = { semantics: said };
  if (isOwned(world) && !isOwned(next) && world.sessions.size + world.actions.size > 0) return;
  if (!isOwned(world) && isOwned(next)) giveToOwners(world, said);
  world.semantics = said;
}

type Owned = { readonly agent: AgentId };

function* moved<V extends Owned>(map: PersistentMap<OwnedKey, V>, key: KeyFor, change: (state: V) => V): Iterable<readonly [OwnedKey, V]> {
  for (const [id, state] of map.entries()) yield [key(state.agent, id), change(state)];
}

/** What is in the queue and not in the world any more would only be passed over. */
function movedQueue(queue: Queue<OwnedKey>, map: PersistentMap<OwnedKey, Owned>, keyFor: KeyFor): Queue<OwnedKey> {
  const keys: OwnedKey[] = [];
  for (const id of itemsOf(queue)) {
    const state = map.get(id);
    if (state !== undefined) keys.push(keyFor(state.agent, id));
  }
  return queueOf(keys);
}

/** Each session and action under its agent's name from here on, and all that is found by it (DEC-23). */
function giveToOwners(world: Moving, semantics: number): void {
  const keyFor: KeyFor = (agent, id) => keyOf({ semantics }, agent, id as unknown as SessionId);
  const { sessions, actions, queues } = world;
  const ledgers = new Map<string, string>();
  const renamed: Renamed = (key) => ownLedger(key, sessions, ledgers);
  queues.opened = movedQueue(queues.opened, sessions, keyFor);
  queues.closed = movedQueue(queues.closed, sessions, keyFor);
  queues.decided = movedQueue(queues.decided, actions, keyFor);
  queues.finished = movedQueue(queues.finished, actions, keyFor);
  queues.sweep = queueOf(itemsOf(queues.sweep).flatMap((one) => renamedSweep(one, renamed)));
  world.ledgers = mapOf(renamedLedgers(world.ledgers, renamed));
  world.halts = world.halts.map((halt) => {
    const owner = halt.scope.kind === 'session' ? sessions.get(halt.scope.id as unknown as OwnedKey)?.agent : undefined;
    return halt.scope.kind !== 'session' || owner === undefined ? halt : { ...halt, scope: { ...halt.scope, agent: owner } };
  });
  world.sessions = mapOf(moved(sessions, keyFor, (state) => withParentAgent(state, sessions)));
  world.actions = mapOf(moved(actions, keyFor, (state) => withLedgers(state, renamed)));
}

function withParentAgent(state: SessionState, sessions: PersistentMap<OwnedKey, SessionState>): SessionState {
  const owner = state.parent === undefined ? undefined : sessions.get(state.parent as unknown as OwnedKey)?.agent;
  return owner === undefined || owner === state.agent ? state : { ...state, parentAgent: owner };
}

function withLedgers(state: ActionState, renamed: Renamed): ActionState {
  if (state.ledgers.length === 0) return state;
  return { ...state, ledgers: state.ledgers.flatMap((key) => renamed(key) ?? []) };
}

/** The session's ledger under its agent; null where its owner is unknown, for then nothing is charged to it any more. */
function ownLedger(key: string, sessions: PersistentMap<OwnedKey, SessionState>, known: Map<string, string>): string | null {
  if (!key.startsWith('session/')) return key;
  const before = known.get(key);
  if (before !== undefined) return before;
  const end = key.indexOf('/', 8);
  const written = key.slice(8, end < 0 ? key.length : end);
  const owner = sessions.get(written.replaceAll('%2F', '/') as unknown as OwnedKey)?.agent;
  if (owner === undefined) return null;
  const own = `session/${owner.replaceAll('/', '%2F')}~${key.slice(8)}`;
  known.set(key, own);
  return own;
}

function* renamedLedgers(ledgers: PersistentMap<string, Ledger>, renamed: Renamed): Iterable<readonly [string, Ledger]> {
  for (const [key, ledger] of ledgers.entries()) {
    const own = renamed(key);
    if (own !== null) yield [own, ledger];
  }
}

function renamedSweep(one: Sweepable, renamed: Renamed): readonly Sweepable[] {
  const key = one.kind === 'ledger' ? renamed(one.key) : one.key;
  return key === null ? [] : [{ ...one, key }];
}
