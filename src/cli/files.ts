import { createWriteStream, fchmodSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Stats, WriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './exit.ts';
import { SHIPPED } from '../daemon/policy-files.ts';

/** The folder that holds policies/, conformance/ and package.json. */
export const HOME = fileURLToPath(new URL('../../', import.meta.url));

/** A shipped policy's name becomes its file; anything else is a path. */
export function policyFile(name: string): string {
  return SHIPPED.some((shipped) => shipped === name) ? resolve(HOME, 'policies', `${name}.yaml`) : resolve(name);
}

export function readText(path: string): string {
  try {
    // A device may never end; what a shell hands over as a pipe does.
    const found = statSync(path);
    if (found.isFile() || found.isFIFO() || path === '/dev/stdin') return readFileSync(path, 'utf8');
  } catch {
    // Told below, as what is no file.
  }
  throw new CliError(EXIT.usage, 'NO_FILE', `Cannot read ${path}.`, 'Check the path; shipped policies are called default, strict and locked.');
}

/** Opening what is no file may never end: a pipe, a device, a folder. @throws CliError */
export function checkFile(path: string, what: string, hint = 'Check the path.'): void {
  const found = statOf(path);
  if (found === null) throw new CliError(EXIT.usage, 'NO_FILE', `Cannot read ${path}.`, hint);
  if (!found.isFile()) throw new CliError(EXIT.usage, 'NOT_A_FILE', `${what} ${path} is ${kindOf(found)}, not a file.`, hint);
}

/** @throws CliError */
export function checkFolder(path: string, what: string, hint = 'Check the path.'): void {
  const found = statOf(path);
  if (found === null) throw new CliError(EXIT.usage, 'NO_FOLDER', `${what} ${path} does not exist.`, hint);
  if (!found.isDirectory()) throw new CliError(EXIT.usage, 'NOT_A_FOLDER', `${what} ${path} is ${kindOf(found)}, not a folder.`, hint);
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  return found.isFile() ? 'a file' : 'neither a file nor a folder';
}

/** Arguments and results in the clear: nobody else may read them, also where a file of that name was open to others. @throws CliError */
export function createPrivateFile(path: string): WriteStream {
  let fd: number;
  try {
    fd = openSync(path, 'w', 0o600);
    if (statSync(path).isFile()) fchmodSync(fd, 0o600);
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'NO_FILE',
      `Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`,
      'Name a file in a folder you may write.',
    );
  }
  return createWriteStream(path, { fd });
}
