import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A process under measurement; `said` is the first JSON value it printed. */
export interface Running<Said extends object = { readonly url: string }> {
  readonly child: ChildProcess;
  readonly said: Said;
}

/** What `aegis up --json` says when it is ready. */
export interface DaemonSaid {
  readonly url: string;
  readonly modelUrl?: string;
  /** Where its local socket lies. */
  readonly socket?: string | null;
  readonly firstKeys: readonly { readonly key: string }[];
}

/** Starts a program of this repository under this Node and waits until it has printed one JSON value. */
export async function startProgram<Said extends object = { readonly url: string }>(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Running<Said>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32', '--expose-gc', ...args], {
    cwd: ROOT,
    // The compile cache and the nursery are what bin/bootstrap.mjs gives every start; only the very first one after an install is without the cache.
    env: { NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'node'), ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, said: JSON.parse(await firstJson(child)) as Said };
}

/** A daemon on a free port over a folder of its own. */
export function startDaemon(data: string, env: Readonly<Record<string, string>> = {}): Promise<Running<DaemonSaid>> {
  return startProgram<DaemonSaid>(['src/cli/main.ts', 'up', '--port', '0', '--data', data, '--json'], {
    AEGIS_LIMITS_REQUESTS_PER_SECOND: '1000000',
    AEGIS_CHECKPOINT_DIR: `${data}-witness`,
    ...env,
  });
}

/** Registers an agent and returns its key. */
export async function agentKey({ url, firstKeys }: DaemonSaid, agent = 'bench'): Promise<string> {
  const headers = { authorization: `Bearer ${firstKeys[0]?.key ?? ''}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/agents`, { method: 'POST', headers, body: JSON.stringify({ agent }) });
  return ((await answer.json()) as { key: string }).key;
}

export function rssMb({ pid }: ChildProcess): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** The first whole JSON value a process prints. */
function firstJson(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`it ended with ${String(code)} before it was ready`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      try {
        JSON.parse(text);
        resolve(text);
      } catch {
        // More is to come.
      }
    });
  });
}
