import type { Json, JsonObject } from '../kernel/json.ts';
import type { ToolClass } from './classify/classify.ts';
import type { ContentSearch } from './path/read-search.ts';
import { escapePointer } from './walk.ts';

/** A search a tool makes in the contents of files, and where its call says so. */
export interface ToolSearch {
  readonly search: ContentSearch;
  readonly pointer: string;
}

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Words of tools that look into files, and what they call the text they look for. */
const SEARCHERS = set('grep rg ripgrep ag ack ugrep search find codebase read pattern');
const SOUGHT = set(
  'pattern patterns query queries regex regexp search searchtext searchterm searchpattern substringpattern text needle keyword keywords term contentpattern',
);
const ROOTS = set(
  'path paths dir dirpath directory directories folder root cwd searchpath searchdirectory directorytosearch targetdirectory targetdirectories relativepath basepath',
);
const INCLUDES = set(
  'glob globs include includes includepattern includepatterns filepattern filepatterns filemask fileglob fileglobs pathsincludeglob filter filetypes filenamepattern files',
);
/** `read_many_files` and its like are given the patterns themselves. */
const READS_MANY = set('many multiple batch');

const plain = (key: string): string => key.replace(/[^A-Za-z]/g, '').toLowerCase();

/** The searches of one call; none where the tool does not look into files, or only at their names. */
export function searchesIn({ words, operations }: ToolClass, args: JsonObject): readonly ToolSearch[] {
  if (!words.some((word) => SEARCHERS.has(word)) || operations.some((one) => one !== 'read')) return [];
  const many = words.includes('read') && words.some((word) => READS_MANY.has(word));
  const given = Object.entries(args).map(([key, value]) => ({ key: plain(key), pointer: `/${escapePointer(key)}`, texts: textsOf(value) }));
  const sought = given.filter(({ key, texts }) => SOUGHT.has(key) && texts.length > 0);
  if (!many && (sought.length === 0 || (onlyNames(words) && sought.every(({ key }) => key !== 'regex' && key !== 'regexp')))) return [];
  const includes = given.filter(({ key }) => INCLUDES.has(key) || (many && key === 'paths'));
  const roots = given.filter(({ key }) => ROOTS.has(key) && !(many && key === 'paths'));
  const include = includes
    .flatMap(({ texts }) => texts)
    .flatMap((text) => text.split(/,(?![^{]*\})/))
    .map((text) => text.trim());
  const searched = roots.flatMap(({ texts, pointer }) => texts.map((root) => ({ root, pointer })));
  const at = searched.length === 0 ? [{ root: '', pointer: '' }] : searched;
  return at.map(({ root, pointer }) => ({
    search: { root, include: include.filter((text) => text !== ''), hidden: true },
    pointer: (include.length > 0 ? includes[0]?.pointer : undefined) ?? pointer,
  }));
}

/** `search_files` and `find_file` look at names, `search_file_content` and `find_in_files` into the files. */
function onlyNames(words: readonly string[]): boolean {
  const has = (...any: readonly string[]): boolean => any.some((word) => words.includes(word));
  return has('file', 'files', 'name', 'names', 'directory', 'glob') && !has('content', 'contents', 'text', 'in', 'grep', 'rg', 'ripgrep', 'code');
}

function textsOf(value: Json): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return all.filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= 4_096).slice(0, 64);
}
