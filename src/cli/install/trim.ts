import { isDeepStrictEqual } from 'node:util';
import { applyEdits, findNodeAtLocation, modify } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import type { Json } from '../../kernel/json.ts';
import type { Edit } from './edit.ts';
import { BOM, emptyInside, readSettings, valueAt, withoutBom } from './settings-text.ts';

/** Containers that edits need besides what they put in, so that undoing them leaves none of it. */
export interface Scaffold {
  /** Containers made for them, deepest first: taken away when they are empty again. */
  readonly made: readonly (readonly string[])[];
  /** Containers that were empty, and the white space in them. */
  readonly hollow: readonly { readonly at: readonly string[]; readonly inner: string }[];
}

export function scaffoldOf(text: string, edits: readonly Edit[]): Scaffold {
  const made = new Map<string, readonly string[]>();
  const hollow = new Map<string, Scaffold['hollow'][number]>();
  for (const { at, kind } of edits) {
    for (let depth = kind === 'append' ? at.length : at.length - 1; depth >= 0; depth--) {
      const place = at.slice(0, depth);
      const inner = emptyInside(text, place);
      if (valueAt(text, place) === undefined) made.set(place.join('\n'), place);
      else if (inner !== null) hollow.set(place.join('\n'), { at: place, inner: inner.text });
    }
  }
  return { made: [...made.values()].toSorted((a, b) => b.length - a.length), hollow: [...hollow.values()] };
}

/** The text with exactly these edits taken out, wherever others have moved them to; what others changed in them stays. */
export function trimmed(text: string, edits: readonly Edit[], { made, hollow }: Scaffold): string {
  let next = withoutBom(text);
  const change = (path: JSONPath, value: Json | undefined): void => {
    next = value === undefined ? without(next, path) : applyEdits(next, modify(next, path, value, {}));
  };
  for (const edit of edits.toReversed()) {
    const held = valueAt(next, edit.at);
    if (edit.kind === 'set') {
      if (isDeepStrictEqual(held, edit.value)) change([...edit.at], edit.before);
    } else if (Array.isArray(held)) {
      const index = held.findLastIndex((element) => isDeepStrictEqual(element, edit.value));
      if (index !== -1) change([...edit.at, index], undefined);
    }
  }
  for (const place of made) if (emptyInside(next, place) !== null) change([...place], undefined);
  for (const { at, inner } of hollow) {
    const empty = emptyInside(next, at);
    if (empty !== null) next = next.slice(0, empty.from) + inner + next.slice(empty.from + empty.text.length);
  }
  return (text.startsWith(BOM) ? BOM : '') + next;
}

/** One member or element taken out with the comma and the white space that came with it; a comment in between stays. */
function without(text: string, path: JSONPath): string {
  const read = readSettings(text);
  const held = 'fault' in read ? undefined : findNodeAtLocation(read.root, path);
  const node = held?.parent?.type === 'property' ? held.parent : held;
  const siblings = node?.parent?.children ?? [];
  if (node?.parent === undefined) return text;
  const at = siblings.indexOf(node);
  const before = siblings[at - 1];
  const end = node.offset + node.length;
  const from = before === undefined ? node.parent.offset + 1 : before.offset + before.length;
  const gap = text.slice(from, node.offset).trim();
  if (before !== undefined && gap === ',') return text.slice(0, from) + text.slice(end);
  if (before === undefined && gap === '') return text.slice(0, from) + text.slice(end).replace(/^\s*,/, '');
  return applyEdits(text, modify(text, path, undefined, {}));
}
