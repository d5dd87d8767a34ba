import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'src/cli/main.ts');

export interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person's terminal: a home and a working folder of its own, no settings of the machine it runs on. */
export interface Terminal {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs `aegis …` to its end and writes it into the transcript. */
  aegis(...args: readonly string[]): Promise<Done>;
  /** Starts `aegis up --json` on a free port, logs in, and stops it when the test ends. */
  up(...args: readonly string[]): Promise<Up>;
  write(name: string, text: string): Promise<string>;
  read(name: string): Promise<string>;
  /** The transcript so far, with ids, times, keys, ports and folders made equal. */
  transcript(): string;
  /** Any text with those made equal. */
  level(text: string): string;
}

export interface Up {
  readonly url: string;
  readonly admin: string;
  stop(): Promise<number>;
}

export async function terminal(context: Pick<TestContext, 'after'>): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-cli-'));
  // The daemon's socket lies beside the home, as it does on a machine with a session of its own.
  const runtime = await mkdtemp(join(tmpdir(), 'aegis-run-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: runtime,
    NODE_DISABLE_COMPILE_CACHE: '1',
  };
  const written: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];
  context.after(async () => {
    for (const stop of stops) await stop();
    await rm(folder, { recursive: true, force: true });
    await rm(runtime, { recursive: true, force: true });
  });
  return {
    folder,
    env,
    aegis: async (...args) => {
      // Nobody sits here: the login that a person makes for their scripts.
      const given = args[0] === 'login' && !args.includes('--forget') ? [...args, '--allow-scripts'] : args;
      const done = await finished(given, { cwd: folder, env });
      written.push(shown(args, done));
      return done;
    },
    up: async (...args) => {
      const up = await started(['up', '--json', '--port', '0', '--data', 'data', '--checkpoints', 'checkpoints', ...args], { cwd: folder, env });
      stops.push(up.stop);
      return up;
    },
    write: async (name, text) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    read: (name) => readFile(join(folder, name), 'utf8'),
    transcript: () => level(written.join('\n'), folder),
    level: (text) => level(text, folder),
  };
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

function finished(args: readonly string[], place: Place): Promise<Done> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function started(args: readonly string[], place: Place): Promise<Up> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      ...place,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number>((end) => child.on('close', (code) => end(code ?? -1)));
    void ended.then((code) => reject(new Error(`aegis up ended with ${String(code)} before it was ready`)));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
      if (!stdout.includes('\n')) return;
      const ready = JSON.parse(stdout) as { url: string; firstKeys: readonly { key: string }[] };
      const stop = (): Promise<number> => {
        child.kill('SIGTERM');
        return ended;
      };
      resolve({ url: ready.url, admin: ready.firstKeys[0]?.key ?? '', stop });
    });
  });
}

function shown(args: readonly string[], { code, stdout, stderr }: Done): string {
  const words = args.map((arg) => (/^[\w./:@,+=-]+$/.test(arg) ? arg : `'${arg}'`));
  const errors = stderr === '' ? '' : stderr.replace(/^/gm, '! ').replace(/! $/, '');
  return `$ aegis ${words.join(' ')}\n${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}${errors}${code === 0 ? '' : `[exit ${String(code)}]\n`}`;
}

/** What differs from run to run, each kind by a name; ids keep their identity by number. */
function level(text: string, folder: string): string {
  const ids = new Map<string, string>();
  const numbered = (id: string): string => {
    const known = ids.get(id) ?? `id-${String(ids.size + 1).padStart(2, '0')}`.padEnd(36, '-');
    ids.set(id, known);
    return known;
  };
  return text
    .replaceAll(folder, '<folder>')
    .replaceAll(ROOT, '<aegis>/')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, numbered)
    .replace(/aegis_(\w+?)_[\w-]{43}/g, 'aegis_$1_<secret>')
    .replace(/AEGIS_ANSWER_KEY=[\w-]{43}/g, 'AEGIS_ANSWER_KEY=<answer key>')
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/(\(|: )[0-9a-f]{12}(\)|, )/g, '$1<digest>$2')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replace(/\bday\/\d{4}-\d\d-\d\d/g, 'day/<today>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<date and time>    ')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '<time>  ')
    .replace(/\b1[6-9]\d{11}\b/g, '<ms>')
    .replace(/"ageMs": \d+/g, '"ageMs": <ms>')
    .replace(/"pid": \d+,(\s+)"host": "[^"]*"/g, '"pid": <pid>,$1"host": "<host>"')
    .replace(/aegis-[0-9a-f]{16}/g, 'aegis-<origin>')
    .replace(/<origin>\+[0-9a-f]{8}\+[\w+/=]+/g, '<origin>+<id>+<base64>')
    .replace(/<origin> [\w+/=]+/g, '<origin> <base64>')
    .replace(/(whole|prints?|salt)(\\?": ?\\?")[\w-]+(\\?")/g, '$1$2<print>$3')
    .replace(/\d+ MB free/g, '<n> MB free')
    .replace(/^.{4} (containment|ways around) .*\n( +→ .*\n)?/gm, '<containment of this machine>\n')
    .replace(/( +)\{\s+"check": "(containment|ways around)",[^}]*\}/g, '$1<containment of this machine>')
    .replace(/Node \d+\.\d+\.\d+/g, 'Node <version>')
    .replace(/[A-Za-z0-9+/]{80,}=*/g, '<base64>')
    .replace(/[A-Za-z0-9+/]{43}=/g, '<base64>');
}

/** Posts what an agent would. */
export async function act(url: string, key: string, body: object, path = '/v1/actions'): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
