import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError, EXIT } from '../exit.ts';

/** A file as it is before anything is done to it. */
export interface FileBefore {
  /** Behind any symbolic link. */
  readonly real: string;
  readonly text: string | null;
  readonly mode: number | null;
}

/** @throws CliError DANGLING_LINK, READ_ONLY, NOT_TEXT; nothing is changed */
export function fileAt(path: string): FileBefore {
  if (!existsSync(path)) {
    if (isLink(path))
      throw new CliError(
        EXIT.failed,
        'DANGLING_LINK',
        `${path} is a link to a file that is not there.`,
        'Create the file or remove the link, then try again.',
      );
    writable(nearestFolder(path), path);
    return { real: resolve(path), text: null, mode: null };
  }
  const real = realpathSync(path);
  const mode = statSync(real).mode & 0o7777;
  if ((mode & 0o200) === 0)
    throw new CliError(EXIT.failed, 'READ_ONLY', `${path} is read-only.`, `Nothing was changed. Make it writable (chmod u+w ${path}) and try again.`);
  writable(dirname(real), path);
  return { real, text: decoded(real), mode };
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function writable(folder: string, path: string): void {
  try {
    accessSync(folder, constants.W_OK);
    if ((statSync(folder).mode & 0o222) === 0) throw new Error('read-only');
  } catch {
    throw new CliError(
      EXIT.failed,
      'READ_ONLY',
      `${folder} cannot be written, so ${path} cannot be changed.`,
      'Nothing was changed. Make the folder writable and try again.',
    );
  }
}

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function decoded(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    throw new CliError(EXIT.failed, 'NOT_TEXT', `${path} is not UTF-8 text.`, 'Nothing was changed. Aegis edits only what it can put back.');
  }
}

/** Folders that must be made for a file, outermost first. */
export function missingFolders(path: string): readonly string[] {
  const missing: string[] = [];
  for (let folder = dirname(resolve(path)); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

/** Whole or not at all: written beside and renamed over. */
export function writeWhole(path: string, bytes: string | Uint8Array, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.aegis-${String(process.pid)}.tmp`);
  writeFileSync(beside, bytes, { mode, flag: 'wx' });
  // The mode of the open call is cut by the umask.
  chmodSync(beside, mode);
  renameSync(beside, path);
}

/** Takes folders away that are empty, innermost first. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else keeps something in it.
      return;
    }
  }
}
