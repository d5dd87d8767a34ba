import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// HOLE: a watching process that is killed leaves its run's folder to the helper, which removes it once; a busy one stays, empty.
/** Where the control groups of one run lie. */
export interface RunGroups {
  /** The group that is frozen and killed; null where none could be made. */
  readonly unified: string | null;
  /** Why there is none. */
  readonly why: string | null;
  /** Groups of other hierarchies that hold limits only. */
  readonly others: readonly string[];
  /** What limits are held by the kernel. */
  readonly holds: readonly GroupLimit[];
}

export type GroupLimit = 'memory' | 'processes';

export interface GroupLimits {
  readonly processes?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

/** A mounted hierarchy, as /proc/mounts and /proc/self/cgroup name it: at version 2 without controllers. */
interface Hierarchy {
  readonly mount: string;
  readonly own: string;
}

/** A space in a path stands as \040 there (proc_pid_mounts(5)). */
const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

/** The group this process is in, of one hierarchy. Hybrid layouts mount version 2 below version 1, so the place is never assumed. */
export function hierarchy(controller: string | null, mounts: string, groups: string): Hierarchy | null {
  const line = mounts
    .split('\n')
    .map((one) => one.split(' '))
    .find(([, , type, options]) =>
      controller === null ? type === 'cgroup2' : type === 'cgroup' && options?.split(',').includes(controller) === true,
    );
  const group = groups
    .split('\n')
    .map((one) => /^(\d+):([^:]*):(.*)$/.exec(one))
    .find((one) => one !== null && (controller === null ? one[1] === '0' : (one[2] ?? '').split(',').includes(controller)));
  return line === undefined || group === undefined ? null : { mount: unescaped(line[1] ?? ''), own: group?.[3] ?? '/' };
}

function make(place: Hierarchy, name: string): { readonly path: string } | { readonly why: string } {
  const path = join(place.mount, place.own, name);
  try {
    mkdirSync(path);
    return { path };
  } catch (error) {
    return { why: `no group can be made in ${join(place.mount, place.own)} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}

function limit(path: string, file: string, value: number | undefined): boolean {
  if (value === undefined || !existsSync(join(path, file))) return false;
  try {
    writeFileSync(join(path, file), String(value));
    return true;
  } catch {
    return false;
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** Makes the groups of one run. What cannot be made is said, and what was made is taken away by `removeGroups`. */
export function makeGroups(name: string, limits: GroupLimits): RunGroups {
  const mounts = read('/proc/mounts');
  const groups = read('/proc/self/cgroup');
  const place = hierarchy(null, mounts, groups);
  const made = place === null ? { why: 'no control group hierarchy of version 2 is mounted' } : make(place, name);
  const unified = 'path' in made ? made.path : null;
  const killable = unified !== null && existsSync(join(unified, 'cgroup.kill'));
  if (unified !== null && !killable) rmdirSync(unified);
  const holds = new Set<GroupLimit>();
  const others: string[] = [];
  if (killable && limit(unified, 'pids.max', limits.processes)) holds.add('processes');
  if (killable && limit(unified, 'memory.max', limits.memoryBytes)) holds.add('memory');
  const older = [
    ['pids', 'processes', 'pids.max', limits.processes],
    ['memory', 'memory', 'memory.limit_in_bytes', limits.memoryBytes],
  ] as const;
  for (const [controller, held, file, value] of older) {
    const old = value === undefined || holds.has(held) ? null : hierarchy(controller, mounts, groups);
    const group = old === null ? null : make(old, name);
    if (group === null || !('path' in group)) continue;
    others.push(group.path);
    if (limit(group.path, file, value)) holds.add(held);
  }
  return {
    unified: killable ? unified : null,
    why: 'why' in made ? made.why : killable ? null : 'the kernel has no cgroup.kill (5.14)',
    others,
    holds: [...holds],
  };
}

const REMOVE_TIMES = 50;
const REMOVE_PAUSE_MS = 10;
/** `rmdir` of a group while the kernel still takes its last process out of it. */
const STILL_BUSY: ReadonlySet<string | undefined> = new Set(['EBUSY', 'ENOTEMPTY']);

interface Removal {
  readonly remove: (path: string) => void;
  readonly pause: () => Promise<unknown>;
}

const REMOVAL: Removal = { remove: rmdirSync, pause: () => new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS)) };

/**
 * Takes away the folders of the groups of a run, whoever else may have done so already. A group that is still busy is tried again for half a second;
 * then it holds a process that lives, and the folder stays, as the verdict says.
 */
export async function removeGroups({ unified, others }: RunGroups, { remove, pause }: Removal = REMOVAL): Promise<void> {
  for (const path of [...others, ...(unified === null ? [] : [unified])])
    for (let left = REMOVE_TIMES; left > 0; left--) {
      if (!isBusy(path, remove)) break;
      if (left > 1) await pause();
    }
}

function isBusy(path: string, remove: Removal['remove']): boolean {
  try {
    remove(path);
    return false;
  } catch (error) {
    return STILL_BUSY.has((error as NodeJS.ErrnoException).code);
  }
}
