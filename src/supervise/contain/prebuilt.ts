import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// HOLE: the one for arm64 was built and never run, and other machines have none: there tools of the machine hold level 2.
/** SHA-256 of the programs in native/prebuilt, which native/contain/build.sh makes. */
export const DIGESTS: Readonly<Record<string, string>> = {
  'linux-x64': '487cc58f691a5a31a3324f2864c52dacdd351549f8fcc2dee870efc719467271',
  'linux-arm64': '7d7691f5fe38cf521150d02573cca388dcb8830af44ca7b2757e712be7ef8b44',
};

export type Prebuilt = { readonly path: string } | { readonly why: string };

/** The helper for this machine, checked before it is used; or why there is none. */
export function prebuilt(target = `${process.platform}-${process.arch}`, root = new URL('../../../native/prebuilt/', import.meta.url)): Prebuilt {
  const digest = DIGESTS[target];
  if (digest === undefined) return { why: `no helper is built for ${target}` };
  const path = fileURLToPath(new URL(`${target}/aegis-contain`, root));
  try {
    accessSync(path, constants.X_OK);
    const found = createHash('sha256').update(readFileSync(path)).digest('hex');
    return found === digest ? { path } : { why: `${path} is not the helper of this version: its SHA-256 is ${found}` };
  } catch (error) {
    return { why: `${path} cannot be run (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}
