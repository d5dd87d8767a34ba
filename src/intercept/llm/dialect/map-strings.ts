import type { Json, JsonObject } from '../../../kernel/json.ts';
import { argsOf, objectOf } from './members.ts';
import type { Handling, PromptShape } from './prompt-shape.ts';

export interface PromptVisitor {
  readonly text: (text: string) => string;
  /** Data whole, before its leaves: the name beside a value says what it is. */
  readonly data?: (value: Json) => void;
  readonly sealed?: () => void;
}

interface Walk {
  readonly shape: PromptShape;
  readonly visitor: PromptVisitor;
}

/** A picture or a file, written into a string. */
const MEDIA = /^data:[\w.+/;=-]{0,100};base64,[A-Za-z0-9+/=_\r\n-]*$/;
/** What a seal looks like; anything else in its place is words. */
const OPAQUE = /^[A-Za-z0-9+/=_.:\r\n-]*$/;

/** The request with every string its visitor is shown as the visitor returns it; the very same object when nothing changed. */
export function mapPrompt(body: JsonObject, shape: PromptShape, visitor: PromptVisitor): JsonObject {
  return objectOf(walk(body, { shape, visitor })) ?? body;
}

function walk(value: Json, on: Walk): Json {
  if (typeof value === 'string') return word(value, on);
  if (Array.isArray(value)) return mapped(value as readonly Json[], (item) => walk(item, on));
  const owner = objectOf(value);
  if (owner === null) return value;
  return withMembers(owner, (member, item) => [member, handled(item, on.shape(owner, member), on)]);
}

function handled(value: Json, handling: Handling, on: Walk): Json {
  if (handling === 'still') return value;
  if (handling === 'sealed' && isOpaque(value)) {
    if (value !== null && value !== '') on.visitor.sealed?.();
    return value;
  }
  if (handling === 'keep' && typeof value === 'string') return value;
  if (handling === 'json' && typeof value === 'string') return written(value, on);
  if (handling === 'data' || handling === 'json') return inData(value, on);
  return walk(value, on);
}

function isOpaque(value: Json): boolean {
  return typeof value === 'string' ? MEDIA.test(value) || OPAQUE.test(value) : value === null;
}

function word(text: string, { visitor }: Walk): string {
  if (!MEDIA.test(text)) return visitor.text(text);
  visitor.sealed?.();
  return text;
}

/** Arguments as text: their leaves are read as the values they are, and written anew only when one changed. */
function written(text: string, on: Walk): string {
  const args = text.includes('{') ? argsOf(text) : null;
  if (args === null) return word(text, on);
  const mapped = inData(args, on);
  return mapped === args ? text : JSON.stringify(mapped);
}

function inData(value: Json, on: Walk): Json {
  if (typeof value === 'object' && value !== null) on.visitor.data?.(value);
  return dataLeaf(value, (text) => word(text, on));
}

/** Numbers of fewer digits are quantities. */
const LONG = 1_000_000;

function dataLeaf(value: Json, map: (text: string) => string): Json {
  if (typeof value === 'string') return map(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Math.abs(value) < LONG) return value;
    const text = String(value);
    const other = map(text);
    return other === text ? value : other;
  }
  return mapData(value, (one) => dataLeaf(one, map), map);
}

function mapData(value: Json, below: (value: Json) => Json, key: (key: string) => string): Json {
  if (Array.isArray(value)) return mapped(value as readonly Json[], below);
  const owner = objectOf(value);
  return owner === null ? value : withMembers(owner, (member, item) => [key(member), below(item)]);
}

/** Every string of a value, names too, as `map` returns it; the very same value when nothing changed. */
export function mapStrings(value: Json, map: (text: string) => string): Json {
  return typeof value === 'string' ? map(value) : mapData(value, (one) => mapStrings(one, map), map);
}

function mapped(items: readonly Json[], map: (item: Json) => Json): Json {
  const next = items.map(map);
  return next.every((item, at) => item === items[at]) ? (items as Json) : next;
}

function withMembers(owner: JsonObject, map: (member: string, item: Json) => readonly [string, Json]): JsonObject {
  let same = true;
  const next = Object.entries(owner).map(([member, item]) => {
    const entry = map(member, item);
    same &&= entry[0] === member && entry[1] === item;
    return entry;
  });
  return same ? owner : Object.fromEntries(next);
}
