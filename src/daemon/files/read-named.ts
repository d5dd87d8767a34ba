import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { FileQuestion } from '../../gate/deps.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { NamedFile, Unbound } from '../../kernel/named-file.ts';

/** What one question may read. */
export const FILE_LIMITS = { files: 64, fileBytes: 16_777_216, allBytes: 67_108_864, looks: 512 } as const;

const PIECE = 65_536;

/** File systems that are no disks: what lies there is a device, or another thing at each look. */
const NO_DISK = /^\/(?:dev|proc|sys)(?:\/|$)/;

interface Budget {
  files: number;
  bytes: number;
  looks: number;
}

type Held = Pick<NamedFile, 'leadsTo' | 'sha256' | 'bytes' | 'unbound'>;

/** Answers one question, blocking: it is asked on a thread of its own. */
export function readNamed(question: FileQuestion): readonly NamedFile[] {
  const budget: Budget = { files: FILE_LIMITS.files, bytes: FILE_LIMITS.allBytes, looks: FILE_LIMITS.looks };
  if (question.kind === 'again') {
    return question.files.map(({ name, path, unbound }) => {
      if (path === undefined) return { name, ...(unbound === undefined ? {} : { unbound }) };
      return { name, path, ...heldAt(path, budget) };
    });
  }
  return namedIn(question, budget);
}

function namedIn({ named, cwd }: Extract<FileQuestion, { kind: 'named' }>, budget: Budget): readonly NamedFile[] {
  const bases = basesOf(cwd, named.folders);
  const found = new Map<string, NamedFile>();
  let omitted = named.omitted;
  for (const { name, sure } of named.names) {
    if (/[*?…]/.test(name)) {
      if (sure) found.set(name, { name, unbound: 'computed' });
      continue;
    }
    const paths = pathsOf(name, bases);
    if (paths.length === 0 && sure) found.set(name, { name, unbound: 'no-folder' });
    let seen = 0;
    for (const path of paths) {
      if (budget.looks-- <= 0) {
        omitted += 1;
        break;
      }
      const held = heldAt(path, budget);
      if (held.unbound === 'absent') continue;
      seen += 1;
      if (held.unbound === 'too-many') omitted += 1;
      // A word that happens to name a folder says nothing; a folder that is surely meant does.
      else if (sure || held.unbound === undefined || held.unbound === 'too-large') found.set(path, { name, path, ...held });
    }
    const [first] = paths;
    if (seen === 0 && sure && first !== undefined) found.set(first, { name, path: first, unbound: 'absent' });
  }
  const rest: readonly NamedFile[] = omitted === 0 ? [] : [{ name: `${String(omitted)} more`, unbound: 'too-many' }];
  return [...found.values(), ...rest];
}

function expanded(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function basesOf(cwd: string | undefined, folders: readonly string[]): readonly string[] {
  const bases = new Set(cwd === undefined ? [] : [cwd]);
  for (const folder of folders.map(expanded)) {
    if (isAbsolute(folder)) bases.add(resolve(folder));
    else if (cwd !== undefined) bases.add(resolve(cwd, folder));
  }
  return [...bases];
}

function pathsOf(name: string, bases: readonly string[]): readonly string[] {
  const path = expanded(name);
  return isAbsolute(path) ? [resolve(path)] : [...new Set(bases.map((base) => resolve(base, path)))];
}

function heldAt(path: string, budget: Budget): Held {
  try {
    const real = realpathSync.native(path);
    const leads = real === path ? {} : { leadsTo: real };
    const unbound = NO_DISK.test(real) ? 'special' : whyNot(statSync(real));
    if (unbound !== null) return { ...leads, unbound };
    if (budget.files <= 0) return { unbound: 'too-many' };
    budget.files -= 1;
    return { ...leads, ...digestAt(real, budget) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { unbound: code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unreadable' };
  }
}

function whyNot(stats: { isFile(): boolean; isDirectory(): boolean; readonly size: number }): Unbound | null {
  if (stats.isDirectory()) return 'folder';
  if (!stats.isFile()) return 'special';
  return stats.size > FILE_LIMITS.fileBytes ? 'too-large' : null;
}

/** A pipe or a device that took its place since it was looked at is opened without waiting, seen for what it is, and not read. */
function digestAt(real: string, budget: Budget): Held {
  const file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const unbound = whyNot(fstatSync(file));
    if (unbound !== null) return { unbound };
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    let bytes = 0;
    for (let got = readSync(file, piece); got > 0; got = readSync(file, piece)) {
      bytes += got;
      budget.bytes -= got;
      if (bytes > FILE_LIMITS.fileBytes || budget.bytes < 0) return { unbound: 'too-large' };
      hash.update(piece.subarray(0, got));
    }
    return { sha256: hash.digest('hex') as Digest, bytes };
  } finally {
    closeSync(file);
  }
}
