import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';

const OTHERS = 0o077;

/** Null when nothing is there, or nothing that this user may see. @throws Error for any other failure of the disk */
export function present(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null;
    throw error;
  }
}

/** Why nobody should speak through a socket in this folder: another user could have put it there. Null when none could. */
export function folderFault(folder: string): string | null {
  const stats = present(folder);
  if (stats === null) return `the folder ${folder} is not there`;
  // A link would be somebody else's word on where the folder is.
  if (!stats.isDirectory()) return `${folder} is no folder`;
  if (stats.uid !== process.getuid?.()) return `the folder ${folder} belongs to another user`;
  return (stats.mode & OTHERS) === 0 ? null : `the folder ${folder} is open to other users; its mode must be 0700`;
}

/** The same of the socket itself, and of the folder it lies in. */
export function socketFault(path: string): string | null {
  const fault = folderFault(dirname(path));
  if (fault !== null) return fault;
  const stats = present(path);
  if (stats === null) return `the socket ${path} is gone`;
  if (!stats.isSocket()) return `${path} is no socket`;
  return stats.uid === process.getuid?.() ? null : `the socket ${path} belongs to another user`;
}
