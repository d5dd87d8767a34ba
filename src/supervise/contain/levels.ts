import { randomBytes } from 'node:crypto';
import { makeGroups } from './cgroups.ts';
import type { RunGroups } from './cgroups.ts';
import { byTools } from './by-tools.ts';
import { contain } from './contain.ts';
import type { Chosen, Way } from './level.ts';
import { prebuilt } from './prebuilt.ts';
import type { Prebuilt } from './prebuilt.ts';
import type { ContainEvent, Verdict } from './verdict.ts';

/** Whether a way works here: tried, not looked up. */
export interface Tried extends Way {
  readonly works: boolean;
  /** What failed. */
  readonly why: string | null;
}

export interface LevelsFound {
  /** The firmest way that works; null where nothing does. */
  readonly chosen: Chosen | null;
  readonly tried: readonly Tried[];
  readonly helper: Prebuilt;
}

const WITH_HELPER = [
  { holder: 'helper', level: 3, userNamespace: false },
  { holder: 'helper', level: 3, userNamespace: true },
  { holder: 'helper', level: 2, userNamespace: false },
  { holder: 'helper', level: 2, userNamespace: true },
] as const;

/** What else holds a namespace, where the helper does not. Bubblewrap makes a namespace of users by itself where it needs one. */
const WITH_TOOLS = [
  { holder: 'unshare', level: 2, userNamespace: false },
  { holder: 'unshare', level: 2, userNamespace: true },
  { holder: 'bwrap', level: 2, userNamespace: false },
] as const;

const HELPER_ALONE = { holder: 'helper', level: 1, userNamespace: false } as const;

const NO_GROUPS: RunGroups = { unified: null, why: null, others: [], holds: [] };

export interface LevelSearch {
  /** The others are tried too, for `aegis doctor`. */
  readonly all?: boolean;
  readonly helper?: Prebuilt;
  /** Where the tools are looked for; default PATH and the folders of the system. */
  readonly path?: string;
}

/**
 * Runs a command that does nothing in each way, from the firmest down, and kills it. The first in which it started and the tree was seen to be
 * empty is chosen. Tools of the machine are tried only where the helper holds no namespace.
 */
export async function findLevel({ all = false, helper = prebuilt(), path }: LevelSearch = {}): Promise<LevelsFound> {
  const tried: Tried[] = [];
  const program = 'path' in helper ? helper.path : '';
  const tryAll = async (ways: readonly Way[]): Promise<void> => {
    for (const way of ways) {
      if (!all && tried.some(({ works }) => works)) return;
      const why = await tryWay(program, way, path);
      tried.push({ ...way, works: why === null, why });
    }
  };
  if ('path' in helper) await tryAll(WITH_HELPER);
  if (!tried.some(({ works }) => works) && process.platform === 'linux') await tryAll(WITH_TOOLS);
  if ('path' in helper) await tryAll([HELPER_ALONE]);
  const chosen = tried.find(({ works }) => works);
  if (chosen === undefined) return { chosen: null, tried, helper };
  const { holder, level, userNamespace } = chosen;
  return { chosen: { program: holder === 'helper' ? program : '', holder, level, userNamespace }, tried, helper };
}

async function tryWay(program: string, way: Way, path: string | undefined): Promise<string | null> {
  const groups = way.level === 3 ? makeGroups(`aegis-try-${randomBytes(6).toString('hex')}`, {}) : NO_GROUPS;
  if (way.level === 3 && groups.unified === null) return groups.why;
  let failed: string | null = null;
  let verdict: Verdict | null = null;
  const heard = (event: ContainEvent): void => {
    if (event.event === 'failed') failed = `${event.step}: ${event.message}`;
    if (event.event === 'ended') verdict = event;
  };
  const terms = { groups, env: {}, cwd: '/', terminal: false, silentMs: 0, graceMs: 0, verifyMs: 2000, userNamespace: way.userNamespace };
  // The helper itself, told nothing, is a command that is surely there: it says how it is used and ends.
  const run =
    way.holder === 'helper'
      ? contain({ ...terms, level: way.level, program, command: [program], stdio: ['ignore', 'ignore', 'ignore'] }, heard)
      : byTools(
          {
            ...terms,
            holder: way.holder,
            command: ['/bin/sh', '-c', ':'],
            stdio: ['ignore', 'ignore', 'ignore'],
            ...(path === undefined ? {} : { path }),
          },
          heard,
        );
  await run.done;
  if (failed !== null) return failed;
  return (verdict as Verdict | null)?.empty === true ? null : 'the tree was not seen to be empty';
}
