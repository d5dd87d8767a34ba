import { randomBytes } from 'node:crypto';
import { makeGroups } from './cgroups.ts';
import type { RunGroups } from './cgroups.ts';
import { contain } from './contain.ts';
import type { RunLevel } from '../../kernel/words/runs.ts';
import { prebuilt } from './prebuilt.ts';
import type { Prebuilt } from './prebuilt.ts';
import type { Verdict } from './verdict.ts';

/** A way to hold a command, and whether it works here: tried, not looked up. */
export interface Tried {
  readonly level: RunLevel;
  readonly userNamespace: boolean;
  readonly works: boolean;
  /** What failed. */
  readonly why: string | null;
}

export interface LevelsFound {
  /** The firmest way that works; null where there is no helper. */
  readonly chosen: { readonly program: string; readonly level: RunLevel; readonly userNamespace: boolean } | null;
  readonly tried: readonly Tried[];
  readonly helper: Prebuilt;
}

const WAYS = [
  { level: 3, userNamespace: false },
  { level: 3, userNamespace: true },
  { level: 2, userNamespace: false },
  { level: 2, userNamespace: true },
  { level: 1, userNamespace: false },
] as const;

const NO_GROUPS: RunGroups = { unified: null, why: null, others: [], holds: [] };

/**
 * Runs a command that does nothing at each level, from the firmest down, and kills it. The first at which it started and the tree was seen to be
 * empty is chosen; with `all`, the others are tried too (for `aegis doctor`).
 */
export async function findLevel({ all = false, helper = prebuilt() }: { all?: boolean; helper?: Prebuilt } = {}): Promise<LevelsFound> {
  if (!('path' in helper)) return { chosen: null, tried: [], helper };
  const tried: Tried[] = [];
  for (const way of WAYS) {
    const why = await tryWay(helper.path, way);
    tried.push({ ...way, works: why === null, why });
    if (why === null && !all) break;
  }
  const chosen = tried.find(({ works }) => works);
  return { chosen: chosen === undefined ? null : { program: helper.path, level: chosen.level, userNamespace: chosen.userNamespace }, tried, helper };
}

async function tryWay(program: string, way: (typeof WAYS)[number]): Promise<string | null> {
  const groups = way.level === 3 ? makeGroups(`aegis-try-${randomBytes(6).toString('hex')}`, {}) : NO_GROUPS;
  if (way.level === 3 && groups.unified === null) return groups.why;
  let failed: string | null = null;
  let verdict: Verdict | null = null;
  const run = contain(
    {
      ...{ program, ...way, groups, env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'ignore'], terminal: false },
      // The helper itself, told nothing, is a command that is surely there: it says how it is used and ends.
      ...{ command: [program], silentMs: 0, graceMs: 0, verifyMs: 2000 },
    },
    (event) => {
      if (event.event === 'failed') failed = `${event.step}: ${event.message}`;
      if (event.event === 'ended') verdict = event;
    },
  );
  await run.done;
  if (failed !== null) return failed;
  return (verdict as Verdict | null)?.empty === true ? null : 'the tree was not seen to be empty';
}
