import type { RunLevel } from '../../kernel/words/runs.ts';

/** What each level is and what it cannot promise: said by `aegis doctor` and by every certificate. */
export const LEVEL_TEXT: Readonly<Record<RunLevel, { readonly is: string; readonly open: string }>> = {
  0: { is: 'the command alone', open: 'what it starts may survive a stop; this level is advisory' },
  1: {
    is: 'the command and everything that descends from it',
    open: 'a program of the same user can kill or stop the process that watches, and what is started by a service of the machine is not followed',
  },
  2: {
    is: 'a PID namespace that the kernel ends as a whole',
    open: 'what is started by a service of the machine (containers, cron, systemd) is not followed, and the number of processes is not limited as a group',
  },
  3: {
    is: 'a PID namespace and a control group that the kernel ends as a whole',
    open: 'what is started by a service of the machine (containers, cron, systemd) is not followed',
  },
};

/** What makes and holds a namespace: the helper of this version, or tools of the machine where the helper cannot. */
export type ToolHolder = 'unshare' | 'bwrap';
export type Holder = 'helper' | ToolHolder;

/** A way to hold a command. */
export interface Way {
  readonly holder: Holder;
  readonly level: RunLevel;
  readonly userNamespace: boolean;
}

/** The way that is used. `program` is the helper; empty where tools hold. */
export interface Chosen extends Way {
  readonly program: string;
}

/** What a level does not hold when tools hold it, beside what is open at the level. */
const TOOLS_OPEN =
  'a watching process that is stopped and not killed is not noticed, the command has no terminal of its own, and writing into the terminal of the user is not refused';

/** What a run at this level, held by this, does not promise. */
export const openAt = (level: RunLevel, holder: Holder | null): string =>
  holder === null || holder === 'helper' ? LEVEL_TEXT[level].open : `${LEVEL_TEXT[level].open}; ${TOOLS_OPEN}`;
