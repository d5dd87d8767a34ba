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
