import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AegisError } from '../errors.ts';
import { UnreadableFile } from '../policy/resolve.ts';

/** Policies that come with Aegis, as documents in `policies/`. */
export const SHIPPED = ['default', 'strict', 'locked'] as const;

const SHIPPED_DIR = fileURLToPath(new URL('../../policies', import.meta.url));
const MAX_FILE_BYTES = 8_388_608;

export interface PolicyText {
  readonly path: string;
  readonly text: string;
  /** Files the document names are read from here and nowhere else. */
  readonly base: string;
}

/** A shipped policy by name, or a file. @throws AegisError CONFIG_INVALID */
export function readPolicy(nameOrFile: string, cwd: string): PolicyText {
  const shipped = (SHIPPED as readonly string[]).includes(nameOrFile);
  const path = shipped ? join(SHIPPED_DIR, `${nameOrFile}.yaml`) : resolve(cwd, nameOrFile);
  try {
    if (statSync(path).isFile()) return { path, text: readFileSync(path, 'utf8'), base: dirname(path) };
  } catch {
    // Told below, as what is no file.
  }
  throw new AegisError('CONFIG_INVALID', {
    detail: `there is no policy \`${nameOrFile}\`: no file ${path}, and the shipped ones are ${SHIPPED.join(', ')}`,
  });
}

/**
 * Reads files that a policy document names: relative, inside `base` after links are followed, not too large. The one reader of checks, starts and
 * activations (POLICY-15). @throws UnreadableFile
 */
export function policyFileReader(base: string): (path: string) => { readonly bytes: Uint8Array } {
  return (path) => {
    if (isAbsolute(path)) throw new UnreadableFile('it is an absolute path, and a policy names its files relative to its own folder');
    const root = realpathSync(base);
    const real = realPath(resolve(root, path), path);
    if (!real.startsWith(root + sep)) throw new UnreadableFile('it lies outside the folder of the policy');
    const bytes = readFileSync(real);
    if (bytes.length > MAX_FILE_BYTES) throw new UnreadableFile(`it is larger than ${String(MAX_FILE_BYTES / 1_048_576)} MiB`);
    return { bytes };
  };
}

function realPath(path: string, named: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new UnreadableFile(`there is no file ${named} in the folder of the policy`);
  }
}
