/** Lets the first in go where there are more than may be: several at once, because finding the first of a map passes over all that left it before. */
export function trim<Key>(held: Map<Key, unknown>, most: number): void {
  if (held.size <= most) return;
  let out = held.size - most + (most >> 4);
  for (const key of held.keys()) {
    if (out-- <= 0) return;
    held.delete(key);
  }
}
