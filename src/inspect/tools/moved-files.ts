import { wordsOf } from '../classify/words.ts';
import type { Gathered } from '../gather.ts';
import { addPaths } from '../gather.ts';
import { resolvePath } from '../path/resolve.ts';
import type { JsonObject } from '../../kernel/json.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const MOVES = set('move rename copy cp mv duplicate clone link symlink hardlink');
const FETCHES = set('download fetch wget curl retrieve grab pull save');
const UNPACKS = set('unzip extract unpack decompress untar unarchive gunzip inflate');
const EDITS = set('edit replace insert append patch apply update modify str chmod touch multi');

const FROM = set('source src from oldpath old frompath sourcepath srcpath origin original input path file filepath archive archivepath zipfile');
const TO = set(
  'destination dest dst to target newpath new topath destinationpath destpath targetpath newname output outputpath outputdir outdir outputdirectory directory dir folder destinationdir extractto',
);
const SAVED = set(
  'path file filepath filename output outputpath outputfile outfile destination dest dst to target savepath saveto saveas localpath localfile topath',
);
const LONGEST = 1024;

/** Says of the files a tool moves, copies, unpacks, fetches or edits whose content they hold from then on, as a command's are (INSPECT-193). */
export function movedFiles(words: readonly string[], args: JsonObject, into: Gathered): void {
  const does = (verbs: ReadonlySet<string>): boolean => words.some((word) => verbs.has(word));
  if (does(MOVES)) holds(args, into, (to) => to);
  else if (does(UNPACKS)) holds(args, into, (to) => `${to.replace(/\/+$/, '')}/*`);
  else if (does(FETCHES) && Object.values(args).some((value) => typeof value === 'string' && /^(?:https?|ftp):\/\//i.test(value)))
    fetched(args, into);
  else if (does(EDITS))
    for (const [at, fact] of into.paths) if (fact.access === 'write' && fact.from === undefined) into.paths.set(at, { ...fact, from: [fact.path] });
}

interface Named {
  readonly path: string;
  readonly pointer: string;
}

function named(args: JsonObject, keys: ReadonlySet<string>): Named | undefined {
  for (const [key, value] of Object.entries(args)) {
    if (typeof value !== 'string' || value === '' || value.length > LONGEST || value.includes('\n') || /^\w+:\/\//.test(value)) continue;
    if (keys.has(wordsOf(key).join(''))) return { path: value, pointer: `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` };
  }
  return undefined;
}

function holds(args: JsonObject, into: Gathered, place: (to: string) => string): void {
  const from = named(args, FROM);
  const to = named(args, TO);
  if (from === undefined || to === undefined) return;
  write({ path: place(to.path), pointer: to.pointer }, into, { from: [resolvePath(from.path).path] });
}

function fetched(args: JsonObject, into: Gathered): void {
  const to = named(args, SAVED);
  if (to !== undefined) write(to, into, { runs: 'HIGH' });
}

/** One fact for one file: what was known of it as written stays. */
function write({ path: given, pointer }: Named, into: Gathered, more: { readonly from?: readonly string[]; readonly runs?: 'HIGH' }): void {
  const { path } = resolvePath(given);
  const before = [...into.paths].find(([, one]) => one.access === 'write' && one.path === path);
  if (before !== undefined) into.paths.set(before[0], { ...before[1], ...more });
  else addPaths(into, [{ path, access: 'write', ...more, pointer }]);
}
