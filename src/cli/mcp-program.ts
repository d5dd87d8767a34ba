import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';

/**
 * A larger file is told by its size and the time it was last written: reading 64 MiB takes 60 to 180 ms at every start, and what is larger is
 * the interpreter of a language, whose owner has the whole machine. Why not everything: docs/decisions/mcp-program-pins.md
 */
const MOST_BYTES = 67_108_864;
const MOST_PATH = 400;
const MOST_FILES = 8;

/** How the words of an interpreter lead to what it runs. */
interface Interpreter {
  /** Options whose value is the program itself: what stands behind it are its words. */
  readonly is?: readonly string[];
  /** Options whose value is loaded and run. */
  readonly runs?: readonly string[];
  /** Options whose value is something else. */
  readonly takes?: readonly string[];
  /** Options after which no file is run: the program is in the words, or is found by a name. */
  readonly inline?: readonly string[];
  /** Words before the file. */
  readonly verbs?: readonly string[];
}

const NODE: Interpreter = {
  runs: ['-r', '--require', '--import', '--loader', '--experimental-loader'],
  takes: ['-C', '--conditions', '--input-type', '--title', '--env-file', '--experimental-default-type'],
  inline: ['-e', '--eval', '-p', '--print', '-pe', '--test', '--run'],
};
const SHELL: Interpreter = { inline: ['-c', '-s'], takes: ['-o', '+o', '-O', '+O'], runs: ['--rcfile', '--init-file'] };
const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  node: NODE,
  nodejs: NODE,
  tsx: { ...NODE, takes: [...(NODE.takes ?? []), '--tsconfig'], verbs: ['watch'] },
  bun: {
    runs: ['-r', '--preload', '--require', '--import'],
    inline: ['-e', '--eval', '-p', 'x'],
    takes: ['-c', '--cwd', '--define'],
    verbs: ['run'],
  },
  deno: { inline: ['eval', 'task'], takes: ['-c', '--config', '--import-map', '--lock'], verbs: ['run', 'serve'] },
  python: { inline: ['-c', '-m'], takes: ['-W', '-X', '--check-hash-based-pycs'] },
  pypy: { inline: ['-c', '-m'], takes: ['-W', '-X'] },
  ruby: { inline: ['-e'], takes: ['-I', '-r', '-C'] },
  perl: { inline: ['-e', '-E'], takes: ['-I'] },
  php: { is: ['-f'], inline: ['-r'], takes: ['-d', '-c'] },
  java: { is: ['-jar'], takes: ['-cp', '-classpath', '--class-path', '-p', '--module-path'], inline: ['-m', '--module'] },
  sh: SHELL,
  bash: SHELL,
  dash: SHELL,
  zsh: SHELL,
};

/**
 * What a server over stdio is made of, as short facts: the file that is executed and, where that is an interpreter, the files it is told to
 * run, each with its SHA-256 (MCP-18). At most 8; what they load in turn is not among them.
 */
export async function programOf(executable: string, args: readonly string[], cwd = process.cwd()): Promise<readonly string[]> {
  const own = basename(executable).replace(/\.exe$/i, '');
  const kind = Object.hasOwn(INTERPRETERS, own) ? own : own.replace(/[\d.]+$/, '');
  const interpreter = Object.hasOwn(INTERPRETERS, kind) ? INTERPRETERS[kind] : undefined;
  const run = interpreter === undefined ? [] : filesRun(interpreter, args);
  const files = [executable, ...run].slice(0, MOST_FILES).map((word) => resolve(cwd, word));
  const facts: string[] = [];
  for (const [at, file] of files.entries()) facts.push(...(await factOf(file, at > 0)));
  return [...new Set(facts)];
}

/** The words that name files the interpreter runs, in their order; the last is the script. */
function filesRun({ is = [], runs = [], takes = [], inline = [], verbs = [] }: Interpreter, args: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const [option = '', ...value] = word.split('=');
    if (inline.includes(option)) break;
    if (is.includes(word)) return [...found, args[at + 1] ?? ''];
    if (runs.includes(word)) found.push(args[++at] ?? '');
    else if (runs.includes(option)) found.push(value.join('='));
    else if (takes.includes(word)) at++;
    else if (word === '--') return [...found, args[at + 1] ?? ''];
    else if (!word.startsWith('-') && !verbs.includes(word)) return [...found, word];
  }
  return found;
}

/** Nothing where there is no such file: then nothing of it is run either, or it is found in a way only the interpreter knows. */
async function factOf(path: string, script: boolean): Promise<readonly string[]> {
  const file = await realpath(script ? await entryOf(path) : path).catch(() => null);
  const known = file === null ? null : await stat(file).catch(() => null);
  if (file === null || known === null || !known.isFile()) return [];
  const name = file.slice(-MOST_PATH).toWellFormed();
  const digest = known.size > MOST_BYTES ? null : await sha256Of(file).catch(() => null);
  return [digest === null ? `${name} ${String(known.size)} bytes of ${known.mtime.toISOString()}` : `${name} sha256:${digest}`];
}

/** `node .`, `node server` and `python folder` run a file inside, or with an ending. */
async function entryOf(path: string): Promise<string> {
  const known = await stat(path).catch(() => null);
  if (known?.isFile() === true) return path;
  const main = join(path, '__main__.py');
  if ((await stat(main).catch(() => null))?.isFile() === true) return main;
  try {
    return createRequire(path).resolve(path);
  } catch {
    return path;
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
