import type { Finding } from '../kernel/finding.ts';
import { guarded } from './guarded.ts';
import type { Inspect } from './inspect.ts';
import { inspectAction } from './inspect-action.ts';
import { readPath } from './path/read-path.ts';
import { readSearch } from './path/read-search.ts';
import type { Readers } from './readers.ts';
import { readShell, readSource } from './shell/read-shell.ts';
import { readSqlFragment } from './sql/fragment/read-fragment.ts';
import { prepareSql, readSql } from './sql/read-sql.ts';
import type { Steps } from './steps.ts';
import { readUrl } from './url/read-url.ts';

/** Loads the parsers once; what it gives is pure, synchronous, total and linear. */
export async function createInspect(): Promise<Inspect> {
  await prepareSql();
  return (subject) => inspectAction(subject, (steps) => guarded(readersFor(steps), steps));
}

/** The readers of one action, which take their steps from the same. */
export function readersFor(steps: Steps): Readers {
  const nested = { steps, readSql: (sql: string, at: string): readonly Finding[] => readSql(sql, at, { steps }).findings };
  return {
    shell: (text, pointer, at) => readShell(text, pointer, at === undefined || at === '' ? nested : { ...nested, at }),
    source: (language, text, pointer) => readSource(language, text, pointer, nested),
    path: readPath,
    search: readSearch,
    sql: (text, pointer) => readSql(text, pointer, { steps }),
    fragment: readSqlFragment,
    url: (text, pointer) => {
      const { findings, url } = readUrl(text, pointer);
      return { findings, urls: url === null ? [] : [url] };
    },
  };
}
