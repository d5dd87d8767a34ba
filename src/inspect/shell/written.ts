import { agentSetting } from '../path/agent-config.ts';
import { resolvePath } from '../path/resolve.ts';
import type { Arg, Call, Stream } from './call.ts';
import { UNKNOWN, harm } from './call.ts';
import { addHarm } from './collect.ts';
import type { Reading } from './reading.ts';
import { takesFrom } from './sources.ts';
import { seenFrom } from './standing.ts';
import { programName } from './words.ts';

/** Programs that bring a file from another machine. */
const FETCHES = new Set('curl wget aria2c axel http https xh curlie lwp-download ftp sftp tftp gsutil aws rclone s3cmd gh yt-dlp'.split(' '));
/** Programs whose result is what their operands were. */
const KEEPS = new Set('cp mv ln install rsync tar bsdtar unzip 7z gunzip unxz ditto cpio scp'.split(' '));
const BINARY = /^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/;
/** Names of programs that a copy is made of for one purpose only. */
const COPIED = new Set(
  'rm dd shred mkfs wipefs chmod chown mv bash sh zsh dash ksh python python3 perl ruby node curl wget nc ncat socat ssh scp git kill sudo'.split(
    ' ',
  ),
);

const REMOTE: Stream = { origin: 'remote', secret: false };
const far = (path: Arg): boolean => /^[^/~.][^/]*:/.test(path.text);

/** Remembers what a program writes into a file, so far as this text says it. */
export function keepWritten(path: Arg, access: string, call: Call, reading: Reading): undefined {
  if (access !== 'write') return undefined;
  if (call.bin === 'tee' || call.bin === 'sponge') keep(path.text, call.stdin, reading);
  else if (call.bin === 'git' && call.args.some(({ text }) => text === 'clone')) keep(path.text, { ...REMOTE, project: true }, reading);
  else if (FETCHES.has(call.bin)) keep(path.text, REMOTE, reading);
  else if (KEEPS.has(call.bin)) kept(path, call, reading);
  if (isSettings(path.text) && agentSetting([...call.args.map(({ text }) => text), call.stdin.text ?? ''].join('\n'))) loosens(path, reading);
  return undefined;
}

/** Copies, links and unpacked archives are what they were made of. */
function kept(path: Arg, call: Call, reading: Reading): void {
  if ((call.bin === 'scp' || call.bin === 'rsync') && call.args.some(far) && !far(call.args.at(-1) ?? path)) return keep(path.text, REMOTE, reading);
  if (/^(?:tar|bsdtar|cpio)$/.test(call.bin) && call.stdin.origin === 'remote') return keep(path.text, REMOTE, reading);
  for (const source of call.args) {
    if (source.text === path.text || source.text.startsWith('-')) continue;
    const program = programOf(source.text);
    const content = program === undefined ? contentOf(source.text, reading) : ({ origin: 'file', secret: false, program } as const);
    if (content !== undefined) return keep(path.text, content, reading);
  }
}

/** The program a path is, when it lies where programs do. */
export const programOf = (path: string): string | undefined => (BINARY.test(path) || COPIED.has(path) ? programName(path) : undefined);

/** Files that later processes read their environment from. */
const isSettings = (path: string): boolean => /(?:^|\/)\.env[^/]*$|\.envrc$|(?:^|\/)\.[a-z_]*(?:rc|profile|login)$|(?:^|\/)environment$/.test(path);

const loosens = (path: Arg, reading: Reading): void =>
  addHarm(reading.into, harm('ENV_AGENT_CONFIG', 'HIGH', { detector: 'agent-config', operation: 'admin', target: path.text }), [path]);

export function keep(path: string, content: Stream, reading: Reading): void {
  if (path.length >= 4096) return;
  if (isSettings(path) && content.text !== undefined && agentSetting(content.text)) loosens({ text: path, glob: false }, reading);
  if (reading.written.size < MOST_FILES) reading.written.set(placeOf(path, reading), content);
}

/** What a redirection puts into its file; nothing but a redirection empties the file. */
export function keepOutput(operator: string, target: Arg, out: Stream, reading: Reading): void {
  keep(target.text, out, reading);
  takesFrom(target.text, [...(out.carries ?? []), ...(operator.endsWith('>>') ? [target.text] : [])], reading);
  const blank = out.origin === 'static' && out.text?.trim() === '' && /(?:^|\/)(?:var\/log\/|\.\w+_history$)/.test(target.text);
  if ((out.origin !== 'none' && !blank) || operator !== '>') return;
  const lost = /^\/(var\/log|etc)\/|\.(?:db|sqlite3?|sql|dump)$|_history$/.test(target.text);
  addHarm(reading.into, harm('SHELL_TRUNCATE', lost ? 'HIGH' : 'MEDIUM', { operation: 'delete', category: 'file', target: target.text }), [target]);
}

const MOST_FILES = 512;
const placeOf = (path: string, { standing }: Reading): string => resolvePath(seenFrom(standing.at, path)).path;

/** What this text wrote into the file, or into the folder around it, when it did. */
export function contentOf(path: string, reading: Reading): Stream | undefined {
  if (path.length >= 4096 || reading.written.size === 0) return undefined;
  const place = placeOf(path, reading);
  const own = reading.written.get(place);
  if (own !== undefined) return own;
  for (let slash = place.lastIndexOf('/'); slash > 0; slash = place.lastIndexOf('/', slash - 1)) {
    const around = reading.written.get(`${place.slice(0, slash)}/*`);
    if (around !== undefined) return around;
  }
  return reading.written.get('*');
}

/** Whoever runs a file gives it arguments nobody here knows. */
const unknownArguments = (reading: Reading): Reading => ({ ...reading, variables: new Map([...reading.variables, ['@', [[UNKNOWN]]]]) });

/** What is run in a project one has just fetched to build it, as its manual says. */
const BUILDS = /(?:^|\/)(?:configure|gradlew|mvnw|autogen\.sh|bootstrap(?:\.sh)?|setup\.py|manage\.py|Makefile)$/;

/** A file this very text wrote and now runs: its content is read as if it stood in place, its origin is judged. */
export function runWritten(path: Arg, reading: Reading, by = ''): Stream | undefined {
  const content = contentOf(path.text, reading);
  if (content === undefined) return undefined;
  const key = placeOf(path.text, reading);
  const whole = reading.written.get(key) === undefined;
  reading.written.delete(key);
  // Of a whole fetched project only what a shell runs is judged; its own interpreters' programs are what it was fetched for.
  if (whole && (BUILDS.test(path.text) || !/^(?:|(?:ba|z|da|k)?sh|source|\.)$/.test(by))) return undefined;
  if (content.origin === 'remote') addHarm(reading.into, harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network', target: path.text }), [path]);
  if (content.origin === 'decoded') addHarm(reading.into, harm('SHELL_DECODE_EXECUTE', 'HIGH', { target: path.text }), [path]);
  return content.text === undefined ? undefined : reading.readInner(content.text, unknownArguments(reading));
}
