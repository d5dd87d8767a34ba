import type { Json, JsonObject } from '../../../kernel/json.ts';
import { listOf, objectOf, textOf } from './members.ts';

/** What a part of a prompt is that nobody here reads. `other`: a kind of part that is not known. */
export type UnreadKind = 'image' | 'audio' | 'video' | 'file' | 'other';

/** How many parts of each kind; kinds of which there are none are absent. */
export type Unread = Readonly<Partial<Record<UnreadKind, number>>>;

/** Null: the part is words, or is read elsewhere. */
export type KindOf = (part: JsonObject) => UnreadKind | readonly UnreadKind[] | null;

/** The kinds of the parts in a content; text is none. */
export function unreadParts(content: Json | undefined, kindOf: KindOf): readonly UnreadKind[] {
  return listOf(content).flatMap((value) => {
    if (typeof value === 'string') return [];
    const part = objectOf(value);
    return part === null ? ['other' as const] : (kindOf(part) ?? []);
  });
}

/** By type, for dialects that name the types of their parts; a part of an unknown type is `other`. */
export function byType(kinds: Readonly<Record<string, UnreadKind | null>>): (part: JsonObject) => UnreadKind | null {
  return (part) => {
    const type = textOf(part['type']);
    // Some servers leave the type of a text out.
    if (type === null && textOf(part['text']) !== null) return null;
    return type !== null && Object.hasOwn(kinds, type) ? (kinds[type] ?? null) : 'other';
  };
}

/** `image/png` → `image`. */
export function kindOfMedia(type: string | null): UnreadKind {
  const [main = ''] = (type ?? '').toLowerCase().split('/', 1);
  return main === 'image' || main === 'audio' || main === 'video' ? main : 'file';
}

export function countUnread(kinds: readonly UnreadKind[]): { readonly unread?: Unread } {
  if (kinds.length === 0) return {};
  const counts: Partial<Record<UnreadKind, number>> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return { unread: counts };
}
