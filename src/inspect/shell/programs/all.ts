import type { ProgramTable } from '../call.ts';
import { CONTAINERS } from './containers.ts';
import { DATABASES } from './databases.ts';
import { DISK } from './disk.ts';
import { FILES } from './files.ts';
import { GIT } from './git.ts';
import { HATCHES } from './hatches.ts';
import { HOST } from './host.ts';
import { INTERPRETERS } from './interpreters.ts';
import { INFRA } from './infra.ts';
import { NETWORK } from './network.ts';
import { PACKAGES } from './packages.ts';
import { SEARCH } from './search.ts';
import { SHELLS } from './shells.ts';
import { TEXT } from './text.ts';
import { WINDOWS } from './windows.ts';
import { WRAPPERS } from './wrappers.ts';

/** Every program with semantics of its own, by base name. */
export const PROGRAMS: ProgramTable = {
  ...TEXT,
  ...SEARCH,
  ...FILES,
  ...WINDOWS,
  ...DISK,
  ...HOST,
  ...NETWORK,
  ...PACKAGES,
  ...DATABASES,
  ...INFRA,
  ...CONTAINERS,
  ...GIT,
  ...HATCHES,
  ...INTERPRETERS,
  ...WRAPPERS,
  ...SHELLS,
};
