import { isPlainName } from '../../inspect/key-names.ts';
import type { Json } from '../../kernel/json.ts';
import { MASKED_KEY } from '../../kernel/sealed.ts';

/** Masks the keys in a pointer that could be somebody's text; a pointer without one comes back as it is (LOG-31). */
export type MaskPointer = (pointer: string) => string;

/** Pointers that are plain names all the way, whatever they point into; others are never remembered. */
const PLAIN = new Set<string>();
const MOST_KNOWN = 4_096;

/** What is masked already stays as it is. */
const PLACEHOLDER = /^\[key\d{1,5}\]$/;

/** Longer numbers are looked up: as the key of an object one may be a telephone number. */
const SHORT_NUMBER = /^\d{1,2}$/;
const NUMBER = /^\d{1,7}$/;

/** `root` is what the pointers point into. One key gets one placeholder for as long as this function lives, so that places can be told apart. */
export function pointerMask(root: Json): MaskPointer {
  const names = new Map<string, string>();
  const placeholder = (key: string): string => {
    const known = names.get(key) ?? `${MASKED_KEY}${String(names.size + 1)}]`;
    names.set(key, known);
    return known;
  };
  const masked = (pointer: string): string => {
    const [first = '', ...keys] = pointer.split('/');
    let inside: Json | undefined = root;
    let shown = first;
    for (const key of keys) {
      shown += `/${isPlainKey(key) || (NUMBER.test(key) && Array.isArray(inside)) ? key : placeholder(key)}`;
      inside = childOf(inside, key);
    }
    return shown;
  };
  return (pointer) => {
    if (pointer === '' || PLAIN.has(pointer)) return pointer;
    if (!isPlainPointer(pointer)) return masked(pointer);
    if (PLAIN.size >= MOST_KNOWN) PLAIN.clear();
    PLAIN.add(pointer);
    return pointer;
  };
}

/** A pointer into something that is not at hand. */
export function maskedPointer(pointer: string): string {
  return pointerMask(null)(pointer);
}

function isPlainPointer(pointer: string): boolean {
  return pointer.startsWith('/') && pointer.slice(1).split('/').every(isPlainKey);
}

/** `~name` is the name of the tool, which is recorded as it is. */
function isPlainKey(key: string): boolean {
  return SHORT_NUMBER.test(key) || key === '~name' || PLACEHOLDER.test(key) || isPlainName(key);
}

function childOf(place: Json | undefined, token: string): Json | undefined {
  if (typeof place !== 'object' || place === null) return undefined;
  const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
  return Object.hasOwn(place, key) ? (place as Readonly<Record<string, Json>>)[key] : undefined;
}
