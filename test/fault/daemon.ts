import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
/** Generous: only a daemon that hangs meets it. */
const HANG_MS = 60_000;

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `aegis up` in a process of its own, and the ways to speak to it and to end it. */
export interface Daemon {
  readonly url: string;
  /** Of the model proxy; null when it is switched off. */
  readonly modelUrl: string | null;
  readonly firstKey: string | undefined;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  end(signal: NodeJS.Signals): Promise<Ended>;
  ask(method: string, path: string, terms?: { key?: string | undefined; body?: unknown }): Promise<Answer>;
}

export interface Places {
  readonly data: string;
  readonly checkpoints: string;
}

const endings = new WeakMap<object, (() => unknown)[]>();

/** What was begun last is ended first: a process before its disk, a disk before its folder. */
export function atEnd(t: Pick<TestContext, 'after'>, work: () => unknown): void {
  const known = endings.get(t);
  if (known !== undefined) {
    known.push(work);
    return;
  }
  const mine = [work];
  endings.set(t, mine);
  t.after(async () => {
    for (const one of mine.toReversed()) await one();
  });
}

/** Two folders of their own, gone when the test ends. */
export function places(t: Pick<TestContext, 'after'>): Places & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'aegis-fault-'));
  atEnd(t, () => rmSync(root, { recursive: true, force: true }));
  return { root, data: join(root, 'data'), checkpoints: join(root, 'checkpoints') };
}

export interface UpTerms extends Places {
  /** Put before the command: a tracer, a shell that limits it. */
  readonly before?: readonly string[];
  readonly policy?: string;
  /** A configuration file. */
  readonly config?: string;
}

/** Starts a daemon and waits until it listens; null, with how it ended, when it refuses to. It is killed when the test ends. */
export async function tryUp(t: Pick<TestContext, 'after'>, terms: UpTerms): Promise<{ daemon: Daemon | null; ended: Promise<Ended> }> {
  const up = [MAIN, 'up', '--port', '0', '--json', '--data', terms.data, '--checkpoints', terms.checkpoints];
  const command = [...(terms.before ?? []), process.execPath, ...up, ...flag('--policy', terms.policy), ...flag('--config', terms.config)];
  const cwd = join(terms.data, '..');
  // A daemon that is killed leaves its socket behind: here, not in the folders of whoever runs the tests.
  const env = { ...process.env, XDG_RUNTIME_DIR: cwd };
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], cwd, env });
  const { ended, line } = listen(child);
  atEnd(t, () => {
    // A tracer is told to go; what it traces is told as well, for it would live on.
    if (terms.before !== undefined && child.pid !== undefined && child.exitCode === null) killChildren(child.pid);
    child.kill('SIGKILL');
    return ended;
  });
  const said = await line;
  if (said === null) return { daemon: null, ended };
  const { url, modelUrl, firstKeys } = JSON.parse(said) as { url: string; modelUrl: string | null; firstKeys: readonly { readonly key: string }[] };
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { daemon: { url, modelUrl, firstKey: firstKeys[0]?.key, pid: child.pid ?? 0, ended, end, ask: asker(url) }, ended };
}

const flag = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [name, value]);

function killChildren(pid: number): void {
  for (const one of childrenOf(pid)) process.kill(one, 'SIGKILL');
}

/** Direct children, as Linux tells them. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter((one) => one !== '')
    .map(Number);
}

export async function up(t: Pick<TestContext, 'after'>, terms: UpTerms): Promise<Daemon> {
  const { daemon, ended } = await tryUp(t, terms);
  if (daemon === null) throw new Error(`the daemon did not start: ${JSON.stringify(await ended)}`);
  return daemon;
}

/** Any other command of the CLI, to its end. */
export function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return listen(spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })).ended;
}

function listen(child: ChildProcess): { readonly ended: Promise<Ended>; readonly line: Promise<string | null> } {
  let stdout = '';
  let stderr = '';
  const guard = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  guard.unref();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(guard);
      resolve({ code, signal, stdout, stderr });
    });
  });
  const line = new Promise<string | null>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const at = stdout.indexOf('\n');
      if (at < 0 || !stdout.startsWith('{"url"')) return;
      clearTimeout(guard);
      resolve(stdout.slice(0, at));
    });
    child.on('close', () => resolve(null));
  });
  return { ended, line };
}

export function asker(url: string): Daemon['ask'] {
  return async (method, path, { key, body } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Answer['body'] };
  };
}

/** Registers an agent; its key. */
export async function agentKey(daemon: Daemon, admin: string, agent: string): Promise<string> {
  const { status, body, text } = await daemon.ask('POST', '/v1/agents', { key: admin, body: { agent } });
  if (status !== 201) throw new Error(text);
  return String(body['key']);
}

export interface LoggedEntry {
  readonly index: number;
  readonly type: string;
  readonly agent?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Every entry of one type, or of all, in order. */
export async function logOf(ask: Daemon['ask'], key: string, type = ''): Promise<readonly LoggedEntry[]> {
  const found: LoggedEntry[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const { body } = await ask('GET', `/v1/log?limit=1000&from=${String(from)}${type === '' ? '' : `&type=${type}`}`, { key });
    found.push(...(body['entries'] as LoggedEntry[]));
    from = body['next'] as number | undefined;
  }
  return found;
}
