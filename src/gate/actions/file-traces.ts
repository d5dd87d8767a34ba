import type { PrintOf } from '../../inspect/trace/trace.ts';
import type { Action, FileTrace } from '../../kernel/action.ts';
import type { Facts, PathFact } from '../../kernel/finding.ts';

/** More files than this in one action are not followed. */
const MOST = 64;

/** The files an action runs and writes, as fingerprints of its session; undefined where there are none. */
export function filesOf({ paths }: Facts, print: PrintOf): Action['files'] {
  const ran = paths.filter(({ access }) => access === 'execute').slice(0, MOST);
  const wrote = paths.filter(({ access }) => access === 'write').slice(0, MOST);
  if (ran.length === 0 && !wrote.some(({ runs }) => runs !== undefined)) return undefined;
  const traced = (fact: PathFact): FileTrace => traceOf(fact, print);
  return { ran: ran.map(traced), wrote: wrote.map(traced) };
}

function traceOf({ path, runs }: PathFact, print: PrintOf): FileTrace {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    name: print(`file name ${name}`),
    rooted: /^(?:[/~]|[A-Za-z]:)/.test(path),
    ...(runs === undefined ? {} : { runs }),
    whole: print(`file ${path}`),
  };
}
