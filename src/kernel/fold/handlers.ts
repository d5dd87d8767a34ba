import type { Draft } from '../draft.ts';
import type { EntryBodies, EntryDraft, EntryType } from '../entry.ts';
import type { EntryIndex } from '../ids.ts';

/** An entry at its place in the log. */
export type Placed = EntryDraft & { readonly index: EntryIndex };

/** One function per entry type that changes what a decision may read; the other types only advance the size. */
export type Handlers = { readonly [T in EntryType]?: (draft: Draft, body: EntryBodies[T], entry: Placed) => void };
