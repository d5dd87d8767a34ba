import { isSecretFile } from '../../path/sensitive.ts';
import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { readOptions } from '../options.ts';
import { recipes } from './launchers.ts';
import { extentOf } from './places.ts';
import { readService } from './service-verbs.ts';

/** Programs with an option whose value runs (the GTFOBins class): by option name, the value is a shell text. */
function hatch(short: string, names: readonly string[], long: readonly string[] = []): ProgramReader {
  return (call) => {
    const options = readOptions(call.args, { short, long });
    return options
      .values(...names)
      .filter((arg) => arg.text !== '')
      .flatMap((arg): Seen[] => [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: arg.text }]);
  };
}

/** Files inside a folder, whatever they are called. */
export const insideOf = (folder: Arg): Arg => ({ ...folder, text: `${folder.text.replace(/\/+$/, '')}/*` });

/** The folders that unpacking an archive fills: those it is told, or where it stands and, below that, the one that archives of its name hold. */
export function unpacked(archives: readonly Arg[], folders: readonly Arg[]): Seen[] {
  if (folders.length > 0) return folders.map((folder) => ({ see: 'path', path: insideOf(folder), access: 'write', from: archives }));
  const own = archives.flatMap(({ text }) => stemsOf(text)).map((text): Arg => ({ text: `${text}/*`, glob: false }));
  return [{ text: './*', glob: false }, ...own].map((path) => ({ see: 'path', path, access: 'write', from: archives }));
}

/** `tool-1.2-linux.tar.gz` holds `tool-1.2-linux`, `tool-1.2` or `tool`. */
function stemsOf(archive: string): string[] {
  const name = archive.slice(archive.lastIndexOf('/') + 1).replace(/(?:\.tar)?\.(?:gz|xz|bz2|zst|tgz|tbz2?|txz|tzst|tar|zip|7z|rar|cpio)$/i, '');
  const stems: string[] = [];
  for (let stem = name; stem !== '' && stems.length < 5;) {
    stems.push(stem);
    const cut = Math.max(stem.lastIndexOf('-'), stem.lastIndexOf('_'));
    stem = cut > 0 ? stem.slice(0, cut) : '';
  }
  return stems;
}

/** A folder that is packed is read whole. */
const packed = (path: Arg): Seen[] => (isSecretFile(path.text) ? [{ see: 'search', search: { root: path.text, include: [], hidden: true } }] : []);

const tar: ProgramReader = (call) => {
  const first = call.args[0]?.text ?? '';
  const args = /^[a-zA-Z]+$/.test(first) ? [{ text: `-${first}`, glob: false }, ...call.args.slice(1)] : call.args;
  const options = readOptions(args, {
    short: 'fCTIXbFgLHN',
    long: [
      'file',
      'directory',
      'checkpoint-action',
      'use-compress-program',
      'to-command',
      'info-script',
      'new-volume-script',
      'rsh-command',
      'rmt-command',
      'exclude',
      'files-from',
      'transform',
      'strip-components',
      'one-top-level',
      'owner',
      'group',
      'mode',
      'exclude-from',
    ],
  });
  const seen: Seen[] = [];
  for (const action of options.values('checkpoint-action'))
    if (action.text.startsWith('exec=')) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: action.text.slice(5) });
  for (const text of options.values('to-command', 'info-script', 'new-volume-script', 'rsh-command', 'rmt-command', 'F'))
    seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: text.text });
  for (const text of options.values('use-compress-program', 'I')) {
    if (/^(gzip|pigz|bzip2|pbzip2|xz|pixz|zstd|zstdmt|lz4|lzip|brotli|lzma)(\s+-?-?[\w=-]+)*$/.test(text.text)) continue;
    seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: text.text });
  }
  if (options.has('x', 'extract', 'get')) seen.push(...unpacked(options.values('f', 'file'), options.values('C', 'directory', 'one-top-level')));
  // Members named from the root, or above it, go where they say.
  if (options.has('x', 'extract', 'get') && options.has('P', 'absolute-names'))
    seen.push(harm('SHELL_SYSTEM_COPY', 'HIGH', { operation: 'write', category: 'file' }));
  if (options.has('x', 'extract', 'get') && options.values('C', 'directory').some(({ text }) => /^\/+$/.test(text)))
    seen.push(harm('SHELL_SYSTEM_COPY', 'HIGH', { operation: 'write', category: 'file', target: '/' }));
  if (options.has('remove-files')) seen.push(harm('SHELL_MOVE_AWAY', 'HIGH', { operation: 'delete' }));
  if (options.has('c', 'create', 'r', 'append', 'u', 'update'))
    for (const path of options.operands) seen.push({ see: 'path', path, access: 'read' }, ...packed(path));
  return seen;
};

/** Editors run shell texts through their own command language. */
const vim: ProgramReader = (call) => {
  // Behind `-e`, `s` means silent and takes no file.
  const given = call.args.filter(({ text }) => !/^-[eE]s?$/.test(text));
  const options = readOptions(given, { short: 'ScuUTsit', long: ['cmd', 'startuptime'] });
  const commands = [
    ...options.values('c', 'cmd').map((arg) => arg.text),
    ...call.args.filter((arg) => arg.text.startsWith('+')).map((arg) => arg.text.slice(1)),
  ];
  const seen: Seen[] = [];
  for (const text of commands) {
    const shell = /^:?\s*(silent!?\s+|execute\s+['"])*(!|r!|read\s*!|w\s*!|terminal\s|term\s|%!|argdo\s+!|bufdo\s+!)\s*(.+)$/.exec(text);
    if (shell?.[3] !== undefined) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: shell[3] });
    else if (/^:?\s*(py3?|python3?|lua|ruby|perl|tcl|pyx|mzscheme)\b/.test(text))
      seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'code', language: 'python', text });
    else if (/^:?\s*(shell|sh|set shell=|terminal|call\s+(system|jobstart|termopen)|echo\s+system)/.test(text))
      seen.push(harm('SHELL_HATCH', 'HIGH'));
  }
  for (const path of options.operands) if (!path.text.startsWith('+')) seen.push({ see: 'path', path, access: 'read' });
  return seen;
};

const emacs: ProgramReader = (call) => {
  const options = readOptions(
    call.args.map((arg) => (/^-(eval|batch|Q|nw|l|f)$/.test(arg.text) ? { ...arg, text: `-${arg.text}` } : arg)),
    { long: ['eval', 'execute', 'load', 'funcall'] },
  );
  return options
    .values('eval', 'execute')
    .some((arg) => /shell-command|call-process|start-process|term |make-process|delete-(file|directory)/.test(arg.text))
    ? [harm('SHELL_HATCH', 'HIGH')]
    : [];
};

const zip: ProgramReader = (call) => {
  const texts = call.args.flatMap((arg, index) =>
    arg.text === '-TT' || arg.text === '--unzip-command'
      ? [call.args[index + 1]?.text ?? '']
      : arg.text.startsWith('--unzip-command=')
        ? [arg.text.slice(16)]
        : [],
  );
  const moved: Seen[] = call.args.some((arg) => /^-[a-zA-Z]*m[a-zA-Z]*$/.test(arg.text) || arg.text === '--move')
    ? [harm('SHELL_MOVE_AWAY', call.args.some((arg) => /^-[a-zA-Z]*r/.test(arg.text)) ? 'HIGH' : 'MEDIUM', { operation: 'delete' })]
    : [];
  const [, ...files] = readOptions(call.args, { short: 'xitnbP' }).operands;
  return [...files.flatMap(packed), ...moved, ...texts.flatMap((text): Seen[] => [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text }])];
};

const gdb: ProgramReader = (call) => {
  const texts = call.args.flatMap((arg, index) => (/^--?(ex|eval-command|iex|o|one-line)$/.test(arg.text) ? [call.args[index + 1]?.text ?? ''] : []));
  const attached = call.args.some(({ text }) => /^--?(?:p|pid|attach)(?:=|$)/.test(text));
  return texts.flatMap((text): Seen[] => {
    if (attached && /\b(?:system|exec\w*|popen|dlopen)\s{0,2}\(/.test(text)) return [harm('SHELL_HATCH', 'HIGH')];
    const shell = /^(!|shell\s|platform shell\s|make\s)\s*(.*)$/.exec(text.trim());
    if (shell?.[2] !== undefined) return [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: shell[2] }];
    return /^(python|py|script)\b/.test(text.trim())
      ? [harm('SHELL_HATCH', 'HIGH'), { see: 'code', language: 'python', text: text.trim().replace(/^\w+/, '') }]
      : [];
  });
};

/** Targets that delete where a variable of the call says: `make clean DESTDIR=/`. */
function clears({ args }: Call): Seen[] {
  const target = args.find(({ text }) => /^(?:\w*clean\w*|uninstall\w*|purge|remove|wipe|mrproper|reset|realclean|nuke|destroy)$/.test(text));
  if (target === undefined) return [];
  return args.flatMap((arg): Seen[] => {
    const value = /^[A-Za-z_]\w*=(.*)$/.exec(arg.text)?.[1] ?? '';
    if (!/^[/~]/.test(value)) return [];
    const extent = extentOf(value);
    return extent === 'all' || extent === 'system' || extent === 'home'
      ? [harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file', target: value })]
      : [];
  });
}

/** Variable definitions of make with a `$(shell …)`, and `--eval`. */
const make: ProgramReader = (call) => {
  const seen: Seen[] = [];
  for (const arg of call.args) {
    const body = /^--eval=?(.*)$/s.exec(arg.text);
    if (body !== null) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: (body[1] ?? '').replace(/^[^:]*:\s*/, '') });
    if (/^SHELL=/.test(arg.text)) seen.push(harm('SHELL_HATCH', 'HIGH'));
  }
  const fed = readOptions(call.args, { short: 'fCIWoj', long: ['file', 'makefile', 'directory'] }).values('f', 'file', 'makefile');
  if (fed.some(({ text }) => text === '-' || text === '/dev/stdin')) seen.push(...recipes(call.stdin.text ?? ''));
  return [...seen, ...clears(call)];
};

const openssl: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text);
  if (words.some((word) => word === '-engine' || word === '-provider-path')) return [harm('SHELL_HATCH', 'HIGH')];
  const seen: Seen[] = [];
  for (const [index, path] of call.args.entries()) {
    if (/^-(in|inkey)$/.test(words[index - 1] ?? '')) seen.push({ see: 'path', path, access: 'read' });
    if (/^-(out|keyout)$/.test(words[index - 1] ?? '')) seen.push({ see: 'path', path, access: 'write' });
  }
  return seen;
};

const tcpdump = hatch('zcCFGirswWyV', ['z']);
const man = hatch('PCHELRMS', ['P', 'pager', 'H'], ['pager', 'html', 'config-file']);
const less: ProgramReader = (call) =>
  call.args.flatMap((arg): Seen[] => {
    if (arg.text.startsWith('+!')) return [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: arg.text.slice(2) }];
    return /^[-+]/.test(arg.text) ? [] : [{ see: 'path', path: arg, access: 'read' }];
  });

/** coreutils' `split --filter`, and the client of the flag service of the same name. */
const splitFilter = hatch('abCln', ['filter'], ['filter', 'lines', 'bytes']);

export const HATCHES: ProgramTable = {
  tar,
  bsdtar: tar,
  gtar: tar,
  vim,
  vi: vim,
  nvim: vim,
  view: vim,
  ex: vim,
  rvim: vim,
  rview: vim,
  vimtutor: vim,
  gview: vim,
  rgview: vim,
  vimdiff: vim,
  gvim: vim,
  emacs,
  emacsclient: emacs,
  zip,
  gdb,
  lldb: gdb,
  make,
  gmake: make,
  openssl,
  tcpdump,
  man,
  less,
  more: less,
  cpio: hatch('EFHIMOR', ['rsh-command'], ['rsh-command']),
  dosbox: hatch('c', ['c']),
  mutt: hatch('eas', []),
  split: (call) => [...splitFilter(call), ...readService(call)],
  nmap: (call) => (call.args.some((arg) => /^--interactive$|^--script=?.*os\.execute/.test(arg.text)) ? [harm('SHELL_HATCH', 'HIGH')] : []),
  'run-parts': (call) => readOptions(call.args, { long: ['regex', 'arg'] }).operands.map((path) => ({ see: 'path', path, access: 'execute' })),
};
