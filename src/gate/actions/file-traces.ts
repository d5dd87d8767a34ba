import type { PrintOf } from '../../inspect/trace/trace.ts';
import type { Action, FileSource, FileTrace } from '../../kernel/action.ts';
import type { Facts, PathFact } from '../../kernel/finding.ts';

/** More files than this in one action are not followed. */
const MOST = 64;
/** Folders around a file that are looked for. */
const MOST_FOLDERS = 6;

/** The files an action runs and writes, as fingerprints of its session; undefined where there are none. */
export function filesOf({ paths }: Facts, print: PrintOf): Action['files'] {
  const ran = paths.filter(({ access }) => access === 'execute').slice(0, MOST);
  const wrote = paths.filter(({ access }) => access === 'write').slice(0, MOST);
  if (ran.length === 0 && wrote.length === 0) return undefined;
  const traced = ({ path, runs, from }: PathFact): FileTrace => ({
    ...sourceOf(path, print),
    ...(runs === undefined ? {} : { runs }),
    ...(from === undefined ? {} : { from: from.map((one) => ({ ...sourceOf(one, print), ...within(one, print) })) }),
  });
  return { ran: ran.map((fact) => ({ ...traced(fact), ...within(fact.path, print) })), wrote: wrote.map(traced) };
}

function sourceOf(path: string, print: PrintOf): FileSource {
  const parts = path.split('/');
  const name = parts.slice(parts.at(-1) === '*' ? -2 : -1).join('/');
  return { name: print(`file name ${name}`), rooted: isRooted(path), whole: print(`file ${path}`) };
}

const isRooted = (path: string): boolean => /^(?:[/~]|[A-Za-z]:)/.test(path);

/** What is run out of an unpacked archive to build or to test it is what it was unpacked for. */
const BUILDS = /(?:^|\/)(?:configure|gradlew|mvnw|autogen\.sh|bootstrap(?:\.sh)?|Makefile)$|\.(?:py|[cm]?[jt]s|rb|pl|php|lua|jar)$/;

/** The folders a file lies in, as a folder that was filled is remembered. */
function within(path: string, print: PrintOf): Pick<FileSource, 'within'> {
  if (BUILDS.test(path)) return {};
  const folders = path.split('/').slice(0, -1);
  const around = folders.map((_, at) => folders.slice(0, at + 1).join('/')).filter((folder) => folder !== '' && folder !== '.' && folder !== '~');
  const prints = around.slice(-MOST_FOLDERS).flatMap((folder) => {
    const whole = `${folder}/*`;
    return [print(`file ${whole}`), print(`file name ${whole.split('/').slice(-2).join('/')}`)];
  });
  return prints.length === 0 ? {} : { within: prints };
}
