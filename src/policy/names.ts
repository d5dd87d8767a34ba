import type { NameSet } from '../kernel/policy.ts';

/**
 * Compiles exact names and explicit globs (`*` is any run of characters, nothing else is special; never a prefix).
 * Exact names cost one set look-up however many there are; a glob is matched in time linear in the name.
 */
export function nameSet(patterns: readonly string[]): NameSet {
  return {
    names: new Set(patterns.filter((pattern) => !pattern.includes('*'))),
    globs: [...new Set(patterns.filter((pattern) => pattern.includes('*')))].map(globMatcher),
  };
}

/** Whether the set holds the name. */
export function holds(set: NameSet, name: string): boolean {
  return set.names.has(name) || set.globs.some((glob) => glob(name));
}

/** A matcher of one glob: the pieces between the stars, first anchored, last anchored, the rest found leftmost in order. */
export function globMatcher(pattern: string): (name: string) => boolean {
  const pieces = pattern.split('*');
  const head = pieces[0] ?? '';
  const tail = pieces[pieces.length - 1] ?? '';
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  if (pieces.length === 1) return (name) => name === pattern;
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
    let from = head.length;
    const end = name.length - tail.length;
    for (const piece of middle) {
      const found = name.indexOf(piece, from);
      if (found < 0 || found + piece.length > end) return false;
      from = found + piece.length;
    }
    return true;
  };
}
