import type { CommandFact, Facts } from '../../kernel/finding.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { FILE_ENDINGS, FILE_OPTIONS, FOLDER_KEYS, FOLDER_OPTIONS, IMPLIED, PASSIVE } from './file-options.ts';

export interface FileName {
  readonly name: string;
  /** It is a file if anything is: that it is not there is worth knowing too. */
  readonly sure: boolean;
}

/** The files an action may read or run, by the names it gives them; which of them exist only the disk knows (ASK-30). */
export interface FileNames {
  readonly names: readonly FileName[];
  /** Folders they may be in besides the one the action starts in, in the order the action enters them. */
  readonly folders: readonly string[];
  /** Names over and above those that are looked at. */
  readonly omitted: number;
}

const MOST_NAMES = 256;
const MOST_FOLDERS = 8;
const MOST_LEAVES = 1_024;
const LONGEST = 1_024;

interface Found {
  readonly names: Map<string, boolean>;
  readonly folders: Set<string>;
  omitted: number;
}

export function fileNamesIn({ args, facts }: { readonly args: JsonObject; readonly facts: Facts }): FileNames {
  const found: Found = { names: new Map(), folders: new Set(), omitted: 0 };
  for (const { path, access } of facts.paths) if (access === 'read' || access === 'execute') add(found, path, true);
  for (const command of facts.commands) fromCommand(found, command);
  fromLeaves(found, args, facts);
  const names = [...found.names].map(([name, sure]) => ({ name, sure }));
  return { names, folders: [...found.folders].slice(0, MOST_FOLDERS), omitted: found.omitted };
}

function add(found: Found, word: string, sure: boolean): void {
  const name = word.startsWith('file://') ? word.slice('file://'.length) : word;
  if (name === '' || name === '-' || name.length > LONGEST || /[\n\r\0]/.test(name) || name.includes('://')) return;
  if (found.names.has(name)) {
    if (sure) found.names.set(name, true);
  } else if (found.names.size < MOST_NAMES) found.names.set(name, sure);
  else found.omitted += 1;
}

/** `a/b`, `x.yaml`: a word that looks like the name of a file and not like a host, a version or a number. */
function looksLikeFile(word: string): boolean {
  if (word.includes('/')) return true;
  const dot = word.lastIndexOf('.');
  const ending = word.slice(dot + 1);
  return dot >= 0 && ending.length > 0 && ending.length <= 10 && /^[A-Za-z][A-Za-z0-9]*$/.test(ending);
}

function isSurely(word: string): boolean {
  if (word === '.' || word === '..' || /^(?:file:\/\/|\.\.?\/|~\/)/.test(word)) return true;
  return looksLikeFile(word) && FILE_ENDINGS.has(word.slice(word.lastIndexOf('.') + 1).toLowerCase());
}

function fromCommand(found: Found, { bin, argv }: CommandFact): void {
  const [program = '', ...words] = argv;
  if (bin === 'cd' || bin === 'pushd') enter(found, words.find((word) => !word.startsWith('-')) ?? '');
  if (PASSIVE.has(bin)) return;
  if (looksLikeFile(program)) add(found, program, program.includes('/'));
  const [verb = ''] = words.filter((word) => !word.startsWith('-'));
  for (const name of IMPLIED.get(bin) ?? IMPLIED.get(`${bin} ${verb}`) ?? []) add(found, name, true);
  let option = '';
  for (const word of words) {
    if (FOLDER_OPTIONS.has(option)) found.folders.add(word);
    else fromWord(found, word, FILE_OPTIONS.has(option));
    option = word.startsWith('-') && !word.includes('=') ? undashed(word) : '';
  }
}

/** A folder entered after another may lie in it, or beside it where the first was a subshell's. */
function enter({ folders }: Found, folder: string): void {
  if (folder === '') return;
  const before = [...folders].at(-1);
  folders.add(folder);
  if (before !== undefined && !folder.startsWith('/') && !folder.startsWith('~')) folders.add(`${before}/${folder}`);
}

function undashed(word: string): string {
  return word.startsWith('--') ? word.slice(2) : word.slice(1);
}

function fromWord(found: Found, word: string, sure: boolean): void {
  if (word.startsWith('-')) return fromOption(found, word);
  if (/\s/.test(word)) return fromScript(found, word);
  const at = word.indexOf('=');
  const value = at < 0 ? word : word.slice(at + 1);
  if (value.startsWith('@')) return add(found, value.slice(1), true);
  if (at >= 0) add(found, value, false);
  add(found, word, sure || isSurely(word));
}

/** `--file=x`, `-chdir=x`, `-fx`. */
function fromOption(found: Found, word: string): void {
  const at = word.indexOf('=');
  if (at >= 0) {
    const option = undashed(word.slice(0, at));
    const value = word.slice(at + 1);
    if (FOLDER_OPTIONS.has(option)) found.folders.add(value);
    else add(found, value.startsWith('@') ? value.slice(1) : value, FILE_OPTIONS.has(option));
  } else if (!word.startsWith('--') && word.length > 2) {
    const value = word.slice(2);
    if (FOLDER_OPTIONS.has(word.slice(1, 2))) found.folders.add(value);
    else add(found, value.startsWith('@') ? value.slice(1) : value, false);
  }
}

const INCLUDES: ReadonlySet<string> = new Set(['\\i', '\\ir', '\\include', '\\.', '.read', 'source', 'SOURCE', '@', '@@', '!source']);

/** Statements of a database's own shell that read another file: `\i q.sql`, `.read q.sql`. */
function fromScript(found: Found, text: string): void {
  add(found, text, false);
  const words = text
    .slice(0, LONGEST)
    .split(/\s/)
    .filter((word) => word !== '');
  for (const [at, word] of words.entries()) {
    const next = words[at + 1];
    if (INCLUDES.has(word) && next !== undefined) add(found, next.replaceAll(/["';]/g, ''), true);
  }
}

/** Texts in a tool's arguments that look like files, but not those it only writes or deletes. */
function fromLeaves(found: Found, args: JsonObject, { paths }: Facts): void {
  const read = new Set(paths.filter(({ access }) => access === 'read' || access === 'execute').map(({ pointer }) => pointer));
  const written = new Set(paths.filter(({ access }) => access === 'write' || access === 'delete').map(({ pointer }) => pointer));
  let left = MOST_LEAVES;
  const walk = (value: Json, pointer: string, key: string): void => {
    if (left <= 0) return;
    if (typeof value === 'string') {
      left -= 1;
      if (FOLDER_KEYS.has(key.toLowerCase().replaceAll(/[-_]/g, ''))) found.folders.add(value);
      else if ((!written.has(pointer) || read.has(pointer)) && looksLikeFile(value)) add(found, value, false);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inside] of Object.entries(value)) {
        walk(inside, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, Array.isArray(value) ? key : name);
      }
    }
  };
  walk(args, '', '');
}
