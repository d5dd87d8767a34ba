import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from './daemon.ts';

/** A place for the data folder that can be filled up and freed while the daemon runs on it. */
export interface SmallDisk {
  readonly how: string;
  readonly data: string;
  fill(pid: number): void;
  free(pid: number): void;
}

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Files of the process may not grow past 64 KiB: writes fail with EFBIG, as with ENOSPC nothing more fits. Needs no privilege. */
export function limitedFiles(root: string): SmallDisk {
  return {
    how: 'a limit on file size',
    data: join(root, 'data'),
    fill: (pid) => void run('prlimit', '--pid', String(pid), '--fsize=65536:unlimited'),
    free: (pid) => void run('prlimit', '--pid', String(pid), '--fsize=unlimited:unlimited'),
  };
}

/** A tmpfs of 8 MiB, filled to the last byte: ENOSPC. Null where this user may not mount. */
export function smallTmpfs(t: Pick<TestContext, 'after'>, root: string): SmallDisk | null {
  const mount = join(root, 'small');
  mkdirSync(mount);
  if (!run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mount)) return null;
  atEnd(t, () => run('umount', '-l', mount));
  const filler = join(mount, 'filler');
  return {
    how: 'a full tmpfs of 8 MiB',
    data: join(mount, 'data'),
    fill: () => {
      for (const size of [1 << 20, 1 << 16, 4_096]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // Full for this size; the rest is filled with smaller pieces.
        }
      }
    },
    free: () => rmSync(filler),
  };
}

export function remounted(mount: string, mode: 'ro' | 'rw'): boolean {
  return run('mount', '-o', `remount,${mode}`, mount);
}

export function has(tool: string): boolean {
  return run('sh', '-c', `command -v ${tool}`);
}
