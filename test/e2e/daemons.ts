import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One `aegis up` in a process of its own. */
export interface DaemonProcess {
  readonly pid: number;
  readonly url: string;
  readonly modelUrl: string;
  readonly socket: string;
  readonly firstKeys: readonly { readonly tenant: string; readonly key: string }[];
  /** What it said on stderr so far. */
  said(): string;
  ask(key: string, method: string, path: string, body?: unknown): Promise<Reply>;
  /** kill -9 */
  kill(): Promise<void>;
  stop(): Promise<number>;
}

export interface SharedStore {
  readonly folder: string;
  readonly data: string;
  /** One more daemon on the store. @throws with what it said, when it ends before it is ready */
  up(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<DaemonProcess>;
}

/** A store of its own and daemons of their own processes on it, all gone when the test ends. */
export async function sharedStore(context: Pick<TestContext, 'after'>): Promise<SharedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-shared-'));
  const children = new Set<ChildProcess>();
  context.after(async () => {
    await Promise.all([...children].map(ended));
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    data: join(folder, 'data'),
    up: async (args = [], env = {}) => {
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', MAIN, 'up', '--json', '--port', '0', '--data', 'data', '--checkpoints', 'checkpoints', ...args],
        {
          cwd: folder,
          env: {
            PATH: process.env['PATH'],
            HOME: folder,
            XDG_RUNTIME_DIR: folder,
            AEGIS_HOOKS_CANARY_MS: '0',
            NODE_DISABLE_COMPILE_CACHE: '1',
            ...env,
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      children.add(child);
      child.once('close', () => children.delete(child));
      return ready(child);
    },
  };
}

function ended(child: ChildProcess): Promise<unknown> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  return closed;
}

function ready(child: ChildProcess): Promise<DaemonProcess> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    const closed = new Promise<number>((end) => child.once('close', (code) => end(code ?? -1)));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    void closed.then((code) => reject(new Error(`aegis up ended with ${String(code)}: ${stdout}${stderr}`)));
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
      // An error is a JSON object as well; what a daemon says later, at its end, is no part of its first line.
      if (!stdout.startsWith('{"url"') || !stdout.includes('\n')) return;
      const said = JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as Pick<DaemonProcess, 'url' | 'modelUrl' | 'socket' | 'firstKeys'>;
      const killed = async (signal: NodeJS.Signals): Promise<number> => {
        child.kill(signal);
        return closed;
      };
      resolve({
        ...said,
        pid: child.pid ?? 0,
        said: () => stderr,
        ask: (key, method, path, body) => ask(said.url + path, method, { key, body }),
        kill: async () => void (await killed('SIGKILL')),
        stop: () => killed('SIGTERM'),
      });
    });
  });
}

async function ask(url: string, method: string, { key, body }: { readonly key: string; readonly body: unknown }): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as Reply['body']) : {} };
}
