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
type AnyHandler = (world: World, body: unknown, entry: Placed) => World;

/**
 * The world after one more entry: pure and total (DEC-15). The entry's place is `world.size`, for a log is gapless.
 * A type or a body that makes no sense changes no fact; it still takes its place.
 */
export function fold(world: World, entry: EntryDraft): World {
  const placed: Placed = { ...entry, index: world.size };
  const at = Number.isSafeInteger(entry.at) ? Math.max(world.at, entry.at) : world.at;
  const moved: World = { ...world, at };
  let next = moved;
  const handler = Object.hasOwn(HANDLERS, entry.type) ? (HANDLERS[entry.type] as AnyHandler | undefined) : undefined;
  try {
    if (handler !== undefined) next = handler(moved, entry.body, placed);
  } catch {
    next = moved;
  }
  return { ...sweep(next), size: world.size + 1 };
}
