import type { ActionId, AgentId, EntryIndex, SessionId } from '../../kernel/ids.ts';
import { actionOf, idIn } from '../../kernel/owned.ts';
import type { ActionState, World } from '../../kernel/world.ts';
import { KEPT } from '../../kernel/fold/sweep.ts';
import { newestFirst } from './newest-first.ts';
import type { NewestFirst } from './newest-first.ts';

/** An action that was allowed and has no outcome yet: it may be running, or nobody said how it ended. */
export interface InFlightAction {
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly action: ActionId;
  /** Of the entry that allowed it. */
  readonly index: EntryIndex;
}

export interface InFlightQuery {
  readonly agent?: AgentId | undefined;
  readonly session?: SessionId | undefined;
  readonly limit: number;
  /** Only what was allowed before this entry. */
  readonly to?: EntryIndex | undefined;
}

/** Kept beside the world from what every entry changes; derived, and made anew from the world at a start (GATE-33). */
export interface InFlight {
  /** An entry about this action became durable; `state` is what the world holds of it now. */
  changed(action: Pick<InFlightAction, 'agent' | 'action'>, state: ActionState | undefined): void;
  /** How many there are, and the newest of them. */
  read(query: InFlightQuery): { readonly count: number; readonly actions: readonly InFlightAction[] };
}

const runs = ({ settled, decision: { effect } }: ActionState): boolean => !settled && (effect === 'allow' || effect === 'modify');

/** By agent, by session and by both, because names of sessions are not one agent's alone; neither holds a line break. */
const scopeOf = (agent = '', session = ''): string => `${agent}\n${session}`;

export function inFlight(world: World): InFlight {
  const known = new Map<string, InFlightAction>();
  const lists = new Map<string, NewestFirst<InFlightAction>>();
  const placesOf = ({ agent, session }: InFlightAction): readonly string[] => [
    scopeOf(),
    scopeOf(agent),
    scopeOf('', session),
    scopeOf(agent, session),
  ];
  const drop = (one: InFlightAction): void => {
    known.delete(keyOf(one));
    for (const scope of placesOf(one)) {
      const list = lists.get(scope);
      list?.remove(one.index);
      if (list?.size === 0) lists.delete(scope);
    }
  };
  const add = (one: InFlightAction): void => {
    known.set(keyOf(one), one);
    for (const scope of placesOf(one)) {
      const list = lists.get(scope) ?? newestFirst<InFlightAction>();
      lists.set(scope, list);
      list.add(one.index, one);
    }
    // As many as the world keeps: what it forgot can no longer be settled.
    const [oldest] = known.size > KEPT.openActions ? known.values() : [];
    if (oldest !== undefined) drop(oldest);
  };
  const found = [...world.actions.entries()].flatMap(([key, state]) => (runs(state) ? [placed(idIn(world, key, state.agent), state)] : []));
  for (const one of found.toSorted((a, b) => a.index - b.index)) add(one);
  return {
    changed: ({ agent, action }, state) => {
      const before = known.get(keyOf({ agent, action }));
      if (before !== undefined && (state === undefined || !runs(state) || state.index !== before.index)) drop(before);
      if (state !== undefined && runs(state) && state.index !== before?.index) add(placed(action, state));
    },
    read: ({ limit, to, agent, session }) => {
      const list = lists.get(scopeOf(agent, session));
      return { count: list?.size ?? 0, actions: list?.read(limit, to) ?? [] };
    },
  };
}

/** What the world holds of an action that an entry is about. */
export function stateIn(world: World, { agent, action }: Pick<InFlightAction, 'agent' | 'action'>): ActionState | undefined {
  return actionOf(world, agent, action);
}

const placed = (action: ActionId, { agent, session, index }: ActionState): InFlightAction => ({ agent, session, action, index });

const keyOf = ({ agent, action }: Pick<InFlightAction, 'agent' | 'action'>): string => `${agent}\n${action}`;
