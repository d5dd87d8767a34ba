import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AegisError } from '../errors.ts';

/**
 * Makes a folder only its owner can look into, and every folder above it that is missing, one after another: made in one go, a path below
 * /proc never ends. @throws AegisError FOLDER_UNUSABLE
 */
export function makePrivateFolder(path: string): void {
  const missing: string[] = [];
  for (let at = path; kindOf(at, path) === 'missing' && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Of two that start at once the second one finds it made.
      if (kindOf(folder, path) === 'missing') throw unusable(path, error);
    }
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(path, error);
  }
}

function kindOf(at: string, path: string): 'folder' | 'missing' {
  let found;
  try {
    found = statSync(at, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return 'missing';
    throw unusable(path, error);
  }
  if (found === undefined) return 'missing';
  if (!found.isDirectory()) throw new AegisError('FOLDER_UNUSABLE', { path, detail: at === path ? 'it is a file' : `${at} is a file` });
  return 'folder';
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'it cannot be written by this user',
  EPERM: 'it cannot be written by this user',
  EROFS: 'it cannot be written, the disk is read-only',
  ENOENT: 'no folder can be made there',
  ENOSPC: 'it cannot be written, the disk is full',
};

function unusable(path: string, error: unknown): AegisError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new AegisError('FOLDER_UNUSABLE', { path, detail: WORDS[code] ?? (error instanceof Error ? error.message : String(error)) });
}

/** What Aegis writes into a folder of its own. */
const OWN = /^(?:log\.(?:id|sqlite.*)|signing\.key.*|checkpoints\.jsonl|latest\.json.*|key\.pub|rotations\.jsonl|daemons)$/;

/**
 * Takes away from others what they may do with the files of a folder, and with the folder itself where all of it is ours. Answers what was
 * wider than that: what others could read they may have read.
 */
export function narrow(folder: string): readonly string[] {
  if (process.platform === 'win32') return [];
  const names = readdirSync(folder);
  const own = names.filter((name) => OWN.test(name)).map((name) => join(folder, name));
  const narrowed = own.filter((path) => isWide(path) && !statSync(path).isDirectory());
  for (const path of narrowed) chmodSync(path, 0o600);
  if (own.length < names.length || !isWide(folder)) return narrowed;
  chmodSync(folder, 0o700);
  return [folder, ...narrowed];
}

function isWide(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.uid === process.getuid?.() && (found.mode & 0o077) !== 0;
}
