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
import type { World } from './world.ts';

const HANDLERS: Handlers = { ...agentHandlers, ...sessionHandlers, ...actionHandlers, ...approvalHandlers, ...lockHandlers, ...toolHandlers };

/** The correlation of type and body is the entry's own; TypeScript cannot follow it through a table. */
type AnyHandler = (draft: Draft, body: unknown, entry: Placed) => void;

function begin(world: World, entry: EntryDraft): Draft {
  const draft = draftOf(world);
  if (Number.isSafeInteger(entry.at)) draft.world.at = Math.max(world.at, entry.at);
  return draft;
}

/**
 * The world after one more entry: pure and total (DEC-15). The entry's place is `world.size`, for a log is gapless.
 * A type or a body that makes no sense changes no fact; it still takes its place.
 */
export function fold(world: World, entry: EntryDraft): World {
  let draft = begin(world, entry);
  const handler = Object.hasOwn(HANDLERS, entry.type) ? (HANDLERS[entry.type] as AnyHandler | undefined) : undefined;
  if (handler !== undefined) {
    try {
      handler(draft, entry.body, { ...entry, index: world.size });
    } catch {
      // Begun anew: whatever was changed before it threw goes with the draft.
      draft = begin(world, entry);
    }
  }
  sweep(draft);
  draft.world.size = world.size + 1;
  return draft.world;
}
