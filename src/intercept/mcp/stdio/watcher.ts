import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ProcessWatcher {
  /** Ends the whole group now. */
  kill(): void;
}

/** Reads until its stdin ends, which it does when whoever holds the other end dies of anything, then ends the group. */
const SCRIPT = 'while read -r _; do :; done; kill -KILL "-$1" 2>/dev/null';

/**
 * Ends a child's process group when this process is gone, even by SIGKILL (MCP-12): a shell holds the other end of a pipe and outlives us.
 * HOLE: what leaves its process group (setsid) is not reached, nor is anything on Windows; `aegis run` holds those.
 */
export function killWithParent(child: ChildProcess): ProcessWatcher {
  const { pid } = child;
  if (pid === undefined) return { kill: () => undefined };
  const kill = (): void => {
    try {
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  };
  if (process.platform === 'win32') return { kill };
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  // Without a watcher there is no promise that the server ends with us, so there is no server.
  watcher.once('error', kill);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
  return { kill };
}
