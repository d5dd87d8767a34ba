import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliError(EXIT.usage, 'NO_FILE', `Cannot read ${path}.`, 'Check the path; shipped policies are called default, strict and locked.');
  }
}

/** Files a policy names are read beside it. */
export function beside(path: string): (name: string) => { readonly bytes: Uint8Array } {
  return (name) => ({ bytes: readFileSync(resolve(dirname(path), name)) });
}
