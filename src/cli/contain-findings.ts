import { LEVEL_TEXT } from '../supervise/contain/level.ts';
import { findLevel } from '../supervise/contain/levels.ts';
import type { LevelSearch } from '../supervise/contain/levels.ts';
import { machineFacts, remedyFor } from '../supervise/contain/remedy.ts';
import { waysAround } from '../supervise/contain/ways-around.ts';
import type { Finding } from './finding.ts';

/** What `aegis run` can hold a command with on this machine: every level was tried just now (RUN-1). */
export async function containFindings(env: NodeJS.ProcessEnv, search: LevelSearch = {}): Promise<readonly Finding[]> {
  const found = await findLevel({ ...search, all: true });
  const level = found.chosen?.level ?? 0;
  const user = found.chosen?.userNamespace === true ? ', in a namespace of users' : '';
  const holder = found.chosen?.holder ?? 'helper';
  const held = holder === 'helper' ? '' : `, held by ${holder === 'unshare' ? 'setpriv and unshare' : 'bubblewrap'}`;
  const first = found.tried.findIndex(({ works }) => works);
  const failed = found.tried
    .slice(0, first === -1 ? undefined : first)
    .map(({ level: one, holder: by, why }) => `level ${String(one)}${by === 'helper' ? '' : ` by ${by}`}: ${why ?? ''}`);
  const missed = [...('why' in found.helper ? [found.helper.why] : []), ...new Set(failed)];
  const next = remedyFor(found, machineFacts());
  const around = waysAround(env);
  return [
    {
      check: 'containment',
      state: level >= 2 ? 'ok' : 'warn',
      detail: `level ${String(level)} of 3, tried just now: ${LEVEL_TEXT[level].is}${user}${held}${missed.length === 0 ? '' : ` (${missed.join('; ')})`}`,
      ...(next === null ? {} : { next }),
    },
    around.length === 0
      ? { check: 'ways around', state: 'ok', detail: 'no service here starts processes for a program of this user' }
      : {
          check: 'ways around',
          state: 'warn',
          detail: `not containable: an agent of this user can have processes started by ${around.join(', ')}`,
          next: 'Run agents as a user that may not use these, or in a container without them.',
        },
  ];
}
