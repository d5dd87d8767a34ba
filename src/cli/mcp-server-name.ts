import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';

/** Programs that only start another one, whose name says more. */
const LAUNCHERS: ReadonlySet<string> = new Set([
  'npx',
  'node',
  'bunx',
  'bun',
  'deno',
  'uvx',
  'uv',
  'python',
  'python3',
  'docker',
  'podman',
  'sh',
  'bash',
]);
const VERBS: ReadonlySet<string> = new Set(['run', 'exec', 'x', 'tool', 'dlx']);

/** A name a person will recognise: of the program, or of what a launcher starts. */
export function nameOfCommand(words: readonly string[]): string {
  const [command = '', ...args] = words;
  const own = bare(command);
  const started = LAUNCHERS.has(own) ? args.find((word) => !word.startsWith('-') && !VERBS.has(word)) : undefined;
  return clean(started === undefined ? own : bare(started));
}

function bare(word: string): string {
  const last = basename(word.replaceAll('\\', '/'));
  return last.replace(/(?<=.)@[\w.^~-]+$/, '').replace(/\.(?:[cm]?[jt]s|py|exe|sh)$/, '');
}

export function clean(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64) || 'server';
}

/** What the server is, before anybody trusts it: the program PATH finds, its arguments, and which variables it is given (MCP-3). */
export function identityOfCommand(words: readonly string[], variables: readonly string[], path = process.env['PATH'] ?? ''): object {
  const [command = '', ...args] = words;
  return { transport: 'stdio', command: executableOf(command, path), args, variables: [...new Set(variables)].toSorted() };
}

/** The file that is executed; the word itself where PATH has none. */
export function executableOf(command: string, path = process.env['PATH'] ?? ''): string {
  if (isAbsolute(command)) return command;
  if (command.includes('/') || command.includes('\\')) return resolve(command);
  const folder = path.split(delimiter).find((one) => one !== '' && isExecutable(join(one, command)));
  return folder === undefined ? command : join(folder, command);
}

/** A folder, or a file that may not be executed, is passed over by the system too. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a program needs to start at all; nothing here is a secret, and nothing here changes which code runs. */
const ALWAYS = [
  'HOME',
  'LANG',
  'LC_ALL',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TERM',
  'TMPDIR',
  'TZ',
  'USER',
  'APPDATA',
  'LOCALAPPDATA',
  'PATHEXT',
  'PROCESSOR_ARCHITECTURE',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERPROFILE',
];

/** The environment a server gets: never AEGIS_KEY, and nothing that was not named. */
export function environment(variables: readonly string[], env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> {
  const names = [...ALWAYS, ...variables.filter((name) => !name.startsWith('AEGIS_'))];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
