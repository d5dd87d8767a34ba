import { draftOf } from './draft.ts';
import type { Draft } from './draft.ts';
import type { EntryDraft } from './entry.ts';
import { actionHandlers } from './fold/actions.ts';
import { agentHandlers } from './fold/agents.ts';
import { approvalHandlers } from './fold/approvals.ts';
import type { Handlers, Placed } from './fold/handlers.ts';
import { lockHandlers } from './fold/locks.ts';
import { sessionHandlers } from './fold/sessions.ts';
import { toolHandlers } from './fold/tools.ts';
import { sweep } from './fold/sweep.ts';
import { newEdition } from './persistent-map.ts';
import type { Edition } from './persistent-map.ts';
import type { World } from './world.ts';

const HANDLERS: Handlers = { ...agentHandlers, ...sessionHandlers, ...actionHandlers, ...approvalHandlers, ...lockHandlers, ...toolHandlers };

/** The correlation of type and body is the entry's own; TypeScript cannot follow it through a table. */
type AnyHandler = (draft: Draft, body: unknown, entry: Placed) => void;

function begin(world: World, entry: EntryDraft, edition: Edition): Draft {
  const draft = draftOf(world, edition);
  if (Number.isSafeInteger(entry.at)) draft.world.at = Math.max(world.at, entry.at);
  return draft;
}

function end(draft: Draft): World {
  sweep(draft);
  draft.world.size++;
  return draft.world;
}

/**
 * `fold` under an edition that several entries share: no part of a map is copied twice, and the worlds made before under it must not be read any
 * more. Null: the entry makes no sense, and what it changed before that showed is lost with everything made under the edition.
 */
export function foldUnder(world: World, entry: EntryDraft, edition: Edition): World | null {
  const draft = begin(world, entry, edition);
  const handler = Object.hasOwn(HANDLERS, entry.type) ? (HANDLERS[entry.type] as AnyHandler | undefined) : undefined;
  try {
    handler?.(draft, entry.body, { ...entry, index: world.size });
  } catch {
    return null;
  }
  return end(draft);
}

/**
 * The world after one more entry: pure and total (DEC-15). The entry's place is `world.size`, for a log is gapless.
 * A type or a body that makes no sense changes no fact; it still takes its place.
 */
export function fold(world: World, entry: EntryDraft): World {
  return foldUnder(world, entry, newEdition()) ?? end(begin(world, entry, newEdition()));
}
