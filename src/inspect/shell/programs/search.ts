import type { ContentSearch } from '../../path/read-search.ts';
import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { UNKNOWN } from '../call.ts';
import { readOptions } from '../options.ts';
import type { Options, OptionSpec } from '../options.ts';

/** How one program searches in files. */
interface Manner {
  readonly spec: OptionSpec;
  /** Options whose values are the patterns searched for, or a file of them; without one the first operand is the pattern. */
  readonly pattern: readonly string[];
  /** Options whose values choose files by name. */
  readonly include: readonly string[];
  readonly recursive: (options: Options) => boolean;
  readonly hidden: (options: Options) => boolean;
}

const GREP: Manner = {
  spec: {
    short: 'efmABCdD',
    long: ['regexp', 'file', 'max-count', 'after-context', 'before-context', 'context', 'include', 'exclude', 'exclude-dir', 'exclude-from'],
  },
  pattern: ['e', 'regexp', 'f', 'file'],
  include: ['include'],
  recursive: (options) => options.has('r', 'R', 'recursive', 'dereference-recursive') || options.values('d', 'directories')[0]?.text === 'recurse',
  hidden: () => true,
};

const RIPGREP: Manner = {
  spec: {
    short: 'efgtTmMABCjEdr',
    long: ['regexp', 'file', 'glob', 'iglob', 'type', 'type-not', 'max-count', 'max-columns', 'after-context', 'before-context', 'context'].concat([
      ...['threads', 'encoding', 'max-depth', 'replace', 'sort', 'sortr', 'color', 'colors', 'type-add', 'pre', 'pre-glob', 'ignore-file', 'engine'],
    ]),
  },
  pattern: ['e', 'regexp', 'f', 'file', 'files'],
  include: ['g', 'glob', 'iglob'],
  recursive: () => true,
  hidden: (options) => options.has('.', 'hidden') || options.values('u', 'unrestricted').length > 1,
};

const SILVER: Manner = {
  spec: { short: 'GmABCpW', long: ['file-search-regex', 'max-count', 'after', 'before', 'context', 'ignore', 'ignore-dir', 'depth'] },
  pattern: [],
  include: [],
  recursive: () => true,
  hidden: (options) => options.has('hidden', 'u', 'unrestricted'),
};

const ACK: Manner = {
  ...SILVER,
  spec: { short: 'gmABC', long: ['match', 'ignore-dir', 'ignore-file', 'type', 'max-count'] },
  pattern: ['match'],
  hidden: () => true,
};
const UGREP: Manner = {
  ...GREP,
  recursive: () => true,
  hidden: (options) => options.has('.', 'hidden'),
  include: ['include', 'g', 'glob'],
  spec: { ...GREP.spec, short: 'efgmABCdDtO' },
};

function searches({ spec, pattern, include, recursive, hidden }: Manner, always = false): ProgramReader {
  return ({ args }) => {
    const options = readOptions(args, spec);
    const roots = options.has(...pattern) ? options.operands : options.operands.slice(1);
    const seen: Seen[] = roots.map((path) => ({ see: 'path', path, access: 'read' }));
    const program = options.value('pre');
    if (program !== undefined && program.text !== '') seen.push({ see: 'script', text: program.text });
    for (const path of options.values('f', 'file')) seen.push({ see: 'path', path, access: 'read' });
    if (!always && !recursive(options)) return seen;
    return [...seen, ...searchesOf(roots, { include: options.values(...include), hidden: hidden(options) })];
  };
}

/** One search for each root, or one where the program stands. */
export function searchesOf(roots: readonly Arg[], { include, hidden }: { readonly include: readonly Arg[]; readonly hidden: boolean }): Seen[] {
  const names = include.map(({ text }) => text.replaceAll(UNKNOWN, '…'));
  const from = roots.length === 0 ? [''] : roots.map(({ text }) => text.replaceAll(UNKNOWN, '…'));
  return from.map((root) => ({ see: 'search', search: { root, include: names, hidden } }));
}

/** `git grep` searches what is tracked; behind `--` stand paths and patterns of paths. */
export function gitGrep(args: readonly Arg[]): Seen[] {
  const dashes = args.findIndex(({ text }) => text === '--');
  const paths = dashes < 0 ? [] : args.slice(dashes + 1);
  const untracked = args.some(({ text }) => text === '--no-index' || text === '--untracked');
  const operands = readOptions(dashes < 0 ? args : args.slice(0, dashes), {
    ...GREP.spec,
    long: [...(GREP.spec.long ?? []), 'max-depth', 'threads'],
  });
  const roots = dashes >= 0 ? paths : untracked ? operands.operands.slice(operands.has('e', 'f') ? 0 : 1) : operands.operands;
  return roots
    .filter(({ text }) => text !== UNKNOWN)
    .flatMap((path): Seen[] => [
      { see: 'path', path, access: 'read' },
      {
        see: 'search',
        search: {
          root: path.glob ? '' : path.text,
          include: path.glob || /[*?[]/.test(path.text) ? [path.text.replace(/^:\(?glob\)?/, '')] : [],
          hidden: true,
        },
      },
    ]);
}

/** `REV:path` names a file as it was. */
export function gitShow(args: readonly Arg[]): Seen[] {
  return args.flatMap(({ text, glob }): Seen[] => {
    const colon = text.indexOf(':');
    return text.startsWith('-') || colon < 0 || /^\w+:\/\//.test(text)
      ? []
      : [{ see: 'path', path: { text: text.slice(colon + 1), glob }, access: 'read' }];
  });
}

/** Programs that show what stands in the files they are given. */
const SHOWS = new Set(
  'cat head tail tac nl bat batcat less more strings xxd od hexdump base64 base32 cut rev fold sed awk gawk mawk sort jq yq grep egrep fgrep ggrep rg ag ack ugrep zgrep zcat zless xzgrep bzgrep paste diff tar cp curl openssl Select-String sls Get-Content gc'.split(
    ' ',
  ),
);

/** What is read when this program is given the names a search found. */
export function readFound(program: string, found: readonly ContentSearch[]): Seen[] {
  return SHOWS.has(program.slice(program.lastIndexOf('/') + 1)) ? found.map((search) => ({ see: 'search', search })) : [];
}

/** The files `find` finds, by its roots and tests of names. */
export function findSearch(args: readonly Arg[]): readonly ContentSearch[] {
  const first = args.findIndex(({ text }) => /^[-(!]/.test(text));
  const roots = first < 0 ? args : args.slice(0, first);
  const include = args.filter(
    (_arg, at) => /^-i?(name|path|wholename)$/.test(args[at - 1]?.text ?? '') && args[at - 2]?.text !== '!' && args[at - 2]?.text !== '-not',
  );
  return searchesOf(roots, { include, hidden: true }).flatMap((one) => (one.see === 'search' ? [one.search] : []));
}

/** The files whose names a program prints; undefined where it prints something else. */
export function namesPrinted({ bin, args }: Call): readonly ContentSearch[] | undefined {
  if (bin === 'find' || bin === 'gfind') return findSearch(args);
  const options = readOptions(args, bin === 'rg' ? RIPGREP.spec : { short: 'etEdxX', long: ['extension', 'type', 'exclude', 'max-depth'] });
  const searched = (roots: readonly Arg[], include: readonly Arg[], hidden: boolean): readonly ContentSearch[] =>
    searchesOf(roots, { include, hidden }).flatMap((one) => (one.see === 'search' ? [one.search] : []));
  if (bin === 'ls' || bin === 'Get-ChildItem' || bin === 'gci' || bin === 'dir') return searched(options.operands, [], true);
  if (bin === 'rg' && options.has('files', 'l', 'files-with-matches'))
    return searched(options.operands.slice(options.has('files') ? 0 : 1), options.values('g', 'glob'), RIPGREP.hidden(options));
  if (bin !== 'fd' && bin !== 'fdfind') return undefined;
  const [pattern, ...roots] = options.operands;
  return searched(
    roots,
    pattern === undefined
      ? []
      : [options.has('g', 'glob') ? pattern : { ...pattern, text: pattern.text.replace(/^\^|\$$/g, '').replaceAll('\\.', '.') }],
    options.has('H', 'hidden', 'u'),
  );
}

/** PowerShell's, given files by the pipe. */
const piped: ProgramReader = ({ bin, args, stdin }) => [
  ...readFound(bin, stdin.names ?? []),
  ...args.flatMap((path): Seen[] => (/[\\/~]/.test(path.text) ? [{ see: 'path', path, access: 'read' }] : [])),
];

const grep = searches(GREP);
const ripgrep = searches(RIPGREP);
const ugrep = searches(UGREP);

export const SEARCH: ProgramTable = {
  grep,
  egrep: grep,
  fgrep: grep,
  ggrep: grep,
  gegrep: grep,
  gfgrep: grep,
  zgrep: grep,
  zegrep: grep,
  zfgrep: grep,
  xzgrep: grep,
  bzgrep: grep,
  lzgrep: grep,
  zstdgrep: grep,
  pcregrep: grep,
  pcre2grep: grep,
  rgrep: searches(GREP, true),
  rg: ripgrep,
  rga: ripgrep,
  sift: ripgrep,
  pt: searches(SILVER),
  ag: searches(SILVER),
  ack: searches(ACK),
  ugrep,
  ug: ugrep,
  'Select-String': piped,
  sls: piped,
  'Get-Content': piped,
  gc: piped,
};
