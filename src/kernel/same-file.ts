import type { FileSource } from './action.ts';

/**
 * Whether a file is one that is remembered: the same by its whole path, by its name where one of the two was named from an unknown folder, or
 * one that lies in a folder which is remembered whole (INSPECT-105, INSPECT-193).
 */
export function isSameFile(known: FileSource, file: FileSource): boolean {
  if (known.whole === file.whole) return true;
  const within = file.within ?? [];
  if (within.includes(known.whole)) return true;
  return (!known.rooted || !file.rooted) && (known.name === file.name || within.includes(known.name));
}
