import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm, isDynamic } from '../call.ts';
import { agentConfigOf } from '../../path/agent-config.ts';
import { isSecretFile } from '../../path/sensitive.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { extentOf, isDevice } from './places.ts';
import type { Extent } from './places.ts';
import { sent } from './leaving.ts';
import { systemPlace } from '../../path/system.ts';
import type { Risk } from '../../../kernel/finding.ts';

/** Risk of deleting a tree, and of deleting single files, by what is lost. */
const TREE: Readonly<Record<Extent, Risk>> = {
  all: 'CRITICAL',
  system: 'HIGH',
  home: 'HIGH',
  here: 'HIGH',
  unknown: 'HIGH',
  work: 'HIGH',
  far: 'HIGH',
  remade: 'LOW',
};
const GENTLE_TREE: Readonly<Record<Extent, Risk>> = { ...TREE, work: 'MEDIUM' };
const FILE: Readonly<Record<Extent, Risk>> = {
  all: 'HIGH',
  system: 'HIGH',
  home: 'MEDIUM',
  here: 'MEDIUM',
  unknown: 'LOW',
  work: 'LOW',
  far: 'LOW',
  remade: 'LOW',
};

/** `lib/*.d.ts`: files of one kind in one folder, whose ending says that a tool made them and makes them again. */
const FILES_OF_A_KIND =
  /^[^*?[]*\/?[\w.-]*\*[\w.-]*\.(?:d\.[cm]?ts|map|tsbuildinfo|o|a|so|obj|class|pyc|pb\.go|gen\.\w+|out|aux|toc|whl|gem|deb|rpm)$/;

/** What deleting `path` means; `recursive` takes everything under it. */
export function deletion(path: Arg, { recursive, force, at }: { readonly recursive: boolean; readonly force: boolean; readonly at: string }): Seen[] {
  const extent = extentOf(path.text, at);
  const table = recursive ? (force ? TREE : GENTLE_TREE) : FILE;
  const seen: Seen[] = [{ see: 'path', path, access: 'delete' }];
  if (isDevice(path.text)) seen.push(harm('SHELL_DELETE', 'CRITICAL', { operation: 'delete', category: 'file', target: path.text }));
  // A name with an extension is most likely one file, which `-r` does not make more of.
  const single = extent === 'work' && /[^/]\.[a-z0-9]{1,12}$/i.test(path.text) && (!path.glob || FILES_OF_A_KIND.test(path.text));
  const all = (extent === 'far' || extent === 'here') && path.glob && /(^|\/)\*$/.test(path.text);
  const risk = single ? 'MEDIUM' : all ? 'HIGH' : table[extent];
  if (risk !== 'LOW')
    seen.push(harm(recursive ? 'SHELL_RECURSIVE_DELETE' : 'SHELL_DELETE', risk, { operation: 'delete', category: 'file', target: path.text }));
  return seen;
}

const rm: ProgramReader = (call) => {
  if (call.args.length === 1 && isHelp(call.args)) return [];
  const options = readOptions(call.args);
  const recursive = options.has('r', 'R', 'recursive');
  const force = options.has('f', 'force');
  const seen = options.operands.flatMap((path) => deletion(path, { recursive, force, at: call.at }));
  if (options.has('no-preserve-root')) seen.push(harm('SHELL_RECURSIVE_DELETE', 'CRITICAL', { operation: 'delete', category: 'file' }));
  if (recursive && !call.complete) seen.push(harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file', inspected: false }));
  if (recursive && force && options.operands.length === 0)
    seen.push(harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file' }));
  return seen;
};

const rmdir: ProgramReader = (call) =>
  readOptions(call.args).operands.flatMap((path) => deletion(path, { recursive: false, force: false, at: call.at }));

const mv: ProgramReader = (call) => {
  const { from, to } = sourcesAndTarget(call);
  const seen: Seen[] =
    call.args.some(({ text }) => text === '/dev/null') && to?.text !== '/dev/null'
      ? [harm('SHELL_MOVE_AWAY', 'HIGH', { operation: 'delete', category: 'file' })]
      : [];
  for (const path of from) {
    const extent = extentOf(path.text, call.at);
    seen.push({ see: 'path', path, access: 'delete' });
    if (extent === 'all' || (to?.text === '/dev/null' && extent !== 'remade'))
      seen.push(harm('SHELL_MOVE_AWAY', extent === 'all' ? 'CRITICAL' : 'HIGH', { operation: 'delete', category: 'file', target: path.text }));
    else if (/^~\/\.(?:ssh|gnupg|aws|kube|config|claude)\/?$/.test(path.text))
      seen.push(harm('SHELL_MOVE_AWAY', 'HIGH', { operation: 'delete', category: 'file', target: path.text }));
    if (to !== undefined) seen.push(...lands(path, to));
  }
  if (to !== undefined && from.length === 0) seen.push({ see: 'path', path: to, access: 'write' });
  return seen;
};

const cp: ProgramReader = (call) => {
  const { from, to } = sourcesAndTarget(call);
  const mode =
    call.bin === 'install' ? readOptions(call.args, { short: 'tSmogZ', long: ['mode', 'owner', 'group'] }).value('m', 'mode')?.text : undefined;
  const setid: Seen[] =
    mode !== undefined && modeRisk(mode) === 'setid' ? [harm('SHELL_SETUID', 'HIGH', { operation: 'admin', category: 'file' })] : [];
  const seen: Seen[] = [...setid, ...from.map((path): Seen => ({ see: 'path', path, access: 'read' }))];
  if (to !== undefined) for (const path of from) seen.push(...lands(path, to));
  if (to !== undefined && from.length === 0) seen.push({ see: 'path', path: to, access: 'write' });
  if (to !== undefined && from.some(({ text }) => EMPTIES.test(text))) seen.push(...emptied(to));
  return seen;
};

/** Sources that leave nothing of what a file held. */
const EMPTIES = /^\/dev\/(?:null|zero|u?random|full)$/;

/** A file that is written over with nothing. */
export function emptied(path: Arg): Seen[] {
  const lost = path.glob || isDynamic(path) || systemPlace(path.text) || /\.(db|sqlite3?|sql|log)$|^\/var\//.test(path.text);
  return /^\/dev\//.test(path.text)
    ? []
    : [harm('SHELL_TRUNCATE', lost ? 'HIGH' : 'MEDIUM', { operation: 'delete', category: 'file', target: path.text })];
}

/** Folders whose files run or open something by lying there. */
const RUN_FOLDERS =
  /(?:^|\/)(?:\.ssh|hooks|\.husky|autostart|LaunchAgents|LaunchDaemons|cron\.\w+|init\.d|profile\.d|workflows|s?bin|sudoers\.d|systemd\/(?:system|user)|\.claude|\.cursor|\.codex|\.vscode)$/;

/** A file that is moved or copied to a name, which may be a folder's nobody here knows: then it lies in it. */
function lands(from: Arg, to: Arg): Seen[] {
  const path = underFolder(from, to);
  const name = from.text.slice(from.text.lastIndexOf('/') + 1);
  const folder = path === to && !/\.[\w-]{1,12}$/.test(to.text) && /\.[\w-]{1,12}$/.test(name);
  const whole: Seen = { see: 'path', path, access: 'write', from: [from] };
  return folder ? [whole, { see: 'path', path: { ...to, text: `${to.text}/${name}` }, access: 'write', from: [from] }] : [whole];
}

/** Where a file lies when it is copied to `to`: under it, where that is a folder. */
export function underFolder(from: Arg, to: Arg): Arg {
  if (!/\/$|^\.{1,2}$/.test(to.text) && !RUN_FOLDERS.test(to.text)) return to;
  const source = from.text.replace(/\/+$/, '');
  const name = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf(':')) + 1);
  return { ...to, text: `${to.text.replace(/\/+$/, '')}/${name === '' || from.text.endsWith('/') ? '*' : name}` };
}

function sourcesAndTarget(call: Call): { readonly from: readonly Arg[]; readonly to: Arg | undefined } {
  const options = readOptions(call.args, { short: 'tSmogZ', long: ['target-directory', 'suffix', 'mode', 'owner', 'group'] });
  const target = options.value('t', 'target-directory');
  if (target !== undefined) return { from: options.operands, to: target };
  if (options.has('d', 'directory') && call.bin === 'install') return { from: [], to: options.operands[0] };
  return options.operands.length < 2
    ? { from: options.operands, to: undefined }
    : { from: options.operands.slice(0, -1), to: options.operands.at(-1) };
}

const ln: ProgramReader = (call) => {
  const { from, to } = sourcesAndTarget(call);
  const seen: Seen[] = from.filter((path) => !path.text.startsWith('../')).map((path) => ({ see: 'path', path, access: 'read' }));
  if (to !== undefined) for (const path of from) seen.push({ see: 'path', path: underFolder(path, to), access: 'write', from: [path] });
  if (from.some(({ text }) => text === '/dev/null') && to !== undefined && /history$|\.log$|\.db$|\.sqlite3?$/.test(to.text))
    seen.push(harm('SHELL_LOG_CLEAR', 'HIGH', { operation: 'delete' }));
  return seen;
};

const tee: ProgramReader = (call) => readOptions(call.args).operands.map((path) => ({ see: 'path', path, access: 'write' }));

const touch: ProgramReader = (call) =>
  readOptions(call.args, { short: 'drt', long: ['date', 'reference', 'time'] }).operands.map((path) => ({ see: 'path', path, access: 'write' }));

/** A new folder changes nothing that is there. */
const makesFolder: ProgramReader = (call) =>
  readOptions(call.args, { short: 'm', long: ['mode'] }).operands.map((path) => ({
    see: 'path',
    path,
    access: agentConfigOf(path.text) === undefined ? 'unknown' : 'write',
  }));

const shred: ProgramReader = (call) => {
  if (isHelp(call.args)) return [];
  const options = readOptions(call.args, { short: 'ns', long: ['iterations', 'size', 'random-source'] });
  const device = options.operands.some((path) => isDevice(path.text));
  const paths: Seen[] = options.operands.map((path) => ({ see: 'path', path, access: 'delete' }));
  return [...paths, harm('SHELL_SHRED', device ? 'CRITICAL' : 'HIGH', { operation: 'delete', category: 'file' })];
};

const truncate: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'srog', long: ['size', 'reference'] });
  const size = options.value('s', 'size')?.text ?? '';
  const seen: Seen[] = options.operands.map((path) => ({ see: 'path', path, access: 'write' }));
  const lost = options.operands.some(
    (path) => path.glob || isDynamic(path) || systemPlace(path.text) || /\.(db|sqlite3?|sql|log)$/.test(path.text) || path.text.startsWith('/var/'),
  );
  if (/^[-<]?0/.test(size)) seen.push(harm('SHELL_TRUNCATE', lost ? 'HIGH' : 'MEDIUM', { operation: 'delete', category: 'file' }));
  return seen;
};

/** Modes that open a file to everybody: other-writable, or set-user-ID. */
function modeRisk(mode: string): 'open' | 'setid' | 'closed' | 'plain' {
  if (/^[0-7]{3,5}$/.test(mode)) {
    const digits = mode.padStart(4, '0');
    if (Number(digits.at(-4)) >= 2 && Number(digits.at(-4)) !== 1 && (Number(digits.at(-4)) & 6) !== 0) return 'setid';
    if ((Number(digits.at(-1)) & 2) !== 0) return 'open';
    return mode === '000' || mode === '0000' ? 'closed' : 'plain';
  }
  if (/[ugao]*[+=][rwxXt]*s/.test(mode)) return 'setid';
  if (/^(?:[ugoa]*-[rwx]*[rx][rwx]*,?)+$/.test(mode) && !/^(?:o|g|go|og)-/.test(mode)) return 'closed';
  return /(^|,)(a|o|go|ugo|og|uo)?[+=][rx]*w/.test(mode) && !/(^|,)[ug]+[+=]/.test(mode) && /(^|,)[ao]/.test(mode) ? 'open' : 'plain';
}

const chmod: ProgramReader = (call) => {
  const mode = call.args.find((arg) => !arg.text.startsWith('-') || (/^-[rwxst]+$/.test(arg.text) === true && !/^-R$/.test(arg.text)));
  const options = readOptions(
    call.args.filter((arg) => arg !== mode),
    { long: ['reference', 'from'] },
  );
  const recursive = options.has('R', 'recursive');
  return ownership(options, { recursive, kind: modeRisk(mode?.text ?? ''), at: call.at });
};

const chown: ProgramReader = (call) => {
  const options = readOptions(call.args, { long: ['reference', 'from'] });
  const rest: Options = { ...options, operands: options.has('reference') ? options.operands : options.operands.slice(1) };
  return ownership(rest, {
    recursive: options.has('R', 'recursive'),
    kind: 'plain',
    at: call.at,
    owner: !/^(?:root|0)\b/.test(options.operands[0]?.text ?? ''),
  });
};

interface Owning {
  readonly recursive: boolean;
  readonly kind: ReturnType<typeof modeRisk>;
  readonly at: string;
  /** Another owner, not other bits. */
  readonly owner?: boolean;
}

function ownership(options: Options, how: Owning): Seen[] {
  const seen: Seen[] = [];
  for (const path of options.operands) {
    const extent = extentOf(path.text, how.at);
    const system = extent === 'all' || extent === 'system' || extent === 'far';
    let risk: Risk = 'LOW';
    const home = /^(?:~|\/(?:home|Users)\/[^/]+|\/root)\/?$/.test(path.text);
    if (how.recursive && extent === 'all' && !home) risk = 'CRITICAL';
    else if (how.recursive && (extent === 'system' || (extent === 'far' && how.kind === 'open') || (how.kind === 'open' && extent !== 'remade')))
      risk = 'HIGH';
    else if (how.kind === 'setid') risk = 'HIGH';
    else if (how.kind === 'open') risk = system || isSecretFile(path.text) ? 'HIGH' : 'MEDIUM';
    else if (how.kind === 'closed' && (system || how.recursive)) risk = 'HIGH';
    else if (how.owner === true && /^\/etc\/(?:passwd|shadow|gshadow|group|sudoers(?:\.d)?)\b/.test(path.text)) risk = 'HIGH';
    if (risk !== 'LOW')
      seen.push(harm(how.kind === 'setid' ? 'SHELL_SETUID' : 'SHELL_PERMISSIONS', risk, { operation: 'admin', category: 'file', target: path.text }));
  }
  return seen;
}

/** Made the same as something else, in a place that is made again anyway. */
const mirrors = (options: Options, at: string): boolean => {
  const to = options.operands.at(-1);
  return (
    options.operands.length > 1 && to !== undefined && !options.has('remove-source-files') && !isRemote(to.text) && extentOf(to.text, at) === 'remade'
  );
};

const rsync: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'eTfBM',
    long: ['rsh', 'rsync-path', 'exclude', 'include', 'filter', 'files-from', 'password-file', 'log-file', 'bwlimit', 'port'],
  });
  const seen: Seen[] = [];
  const shell = options.value('e', 'rsh');
  if (shell !== undefined) seen.push({ see: 'script', text: shell.text });
  if (!isDryRun(call.args) && !options.has('n', 'list-only')) {
    const names = [...options.named.keys()];
    if (names.some((name) => name === 'del' || name.startsWith('delete') || name === 'remove-source-files'))
      seen.push(harm('SHELL_SYNC_DELETE', mirrors(options, call.at) ? 'MEDIUM' : 'HIGH', { operation: 'delete', category: 'file' }));
  }
  const from = options.operands.slice(0, -1);
  const to = options.operands.at(-1);
  for (const path of from) if (!isRemote(path.text)) seen.push({ see: 'path', path, access: 'read' });
  if (to !== undefined && !isRemote(to.text))
    for (const path of from) seen.push({ see: 'path', path: underFolder(path, to), access: 'write', from: [path] });
  if (to !== undefined && isRemote(to.text))
    for (const path of from) seen.push(...sent({ ...path, text: path.text.replace(/(.)\/+$/, '$1') }, { folders: false }));
  return seen;
};

export const isRemote = (text: string): boolean => /^[^/~.][^/]*:/.test(text) && !/^[A-Za-z]:[\\/]/.test(text);

export const FILES: ProgramTable = {
  rm,
  rmdir,
  unlink: rmdir,
  srm: rm,
  mv,
  cp,
  install: cp,
  ln,
  tee,
  sponge: tee,
  touch,
  mkdir: makesFolder,
  shred,
  truncate,
  chmod,
  chown,
  chgrp: chown,
  rsync,
};
