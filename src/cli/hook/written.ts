import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Installation } from '../install/ledger.ts';

/**
 * Tells the handlers that `aegis hook install` wrote under an event from every other. Only those are ever run: settings of a project lie where an
 * agent may write, and what looks like ours need not be.
 */
export function writtenUnder({ files }: Installation, event: string): (handler: Json) => boolean {
  const entries = files.flatMap(({ edits }) =>
    edits.flatMap((edit) => (edit.kind === 'append' && isDeepStrictEqual(edit.at, ['hooks', event]) ? [edit.value] : [])),
  );
  const handlers = handlersOf(entries);
  return (handler) => handlers.some((one) => isDeepStrictEqual(one, handler));
}

/** Every handler under an event, in either shape: in groups with a matcher, or side by side. */
export function handlersOf(entries: Json | undefined): readonly JsonObject[] {
  const held = Array.isArray(entries) ? (entries as readonly Json[]) : [];
  return held.flatMap((entry) => {
    const { hooks } = entry as { hooks?: readonly JsonObject[] };
    return hooks ?? [entry as JsonObject];
  });
}
