import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { removeGroups } from './cgroups.ts';
import type { Contained, ContainTerms } from './contain.ts';
import { withPlainPriority } from './plain-priority.ts';
import type { ContainEvent, Verdict } from './verdict.ts';
import { processIn, treeOf } from '../watch/tree.ts';
import type { Process } from '../watch/tree.ts';

// HOLE: what leaves the group, and whose parent is gone, is not found here; on Windows nothing but the command itself is ended.
const ROUND_MS = 5;

/**
 * Without the helper: a process group of its own, and on Linux every descendant that /proc shows. Level 0, because what leaves the group and its
 * parent is not found again, and because it outlives a watching process that is killed.
 */
export function inProcessGroup(terms: Omit<ContainTerms, 'program' | 'level' | 'userNamespace'>, heard: (event: ContainEvent) => void): Contained {
  const [program, ...args] = terms.command;
  const place = terms.cwd === undefined ? {} : { cwd: terms.cwd };
  const child = withPlainPriority(() => spawn(program, args, { stdio: [...terms.stdio], env: terms.env, detached: true, ...place }));
  const { pid } = child;
  let over = false;
  const toGroup = (signal: number): void => {
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody is left in it.
    }
  };
  const finish = async (cause: Verdict['cause']): Promise<void> => {
    if (over) return;
    over = true;
    heard({ event: 'ended', ...(await endAll(pid, cause, terms.verifyMs)) });
  };
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      heard({ event: 'failed', step: 'exec', errno: Math.abs(error.errno ?? 0), message: error.message });
      resolve();
    });
    child.once('spawn', () => heard({ event: 'started', level: 0, first: pid ?? 0 }));
    void once(child, 'exit').then(
      async ([code, signal]: unknown[]) => {
        heard(signal === null ? { event: 'exited', code: Number(code) } : { event: 'exited', signal: numberOf(String(signal)) });
        toGroup(15);
        await finish('exit');
        resolve();
      },
      () => resolve(),
    );
  });
  const done = ended.then(() => removeGroups(terms.groups));
  const nothing = (): void => undefined;
  return {
    pid,
    stdio: child,
    kill: () => void finish('kill'),
    signal: toGroup,
    resize: nothing,
    resume: () => toGroup(18),
    beat: () => heard({ event: 'beat' }),
    abandon: nothing,
    done,
  };
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 };
const numberOf = (signal: string): number => SIGNALS[signal] ?? 9;

async function endAll(pid: number | undefined, cause: Verdict['cause'], patienceMs: number): Promise<Verdict> {
  const begun = performance.now();
  const known = new Map<number, Process>();
  let left: readonly Process[];
  do {
    for (const one of pid === undefined ? [] : treeOf(pid)) known.set(one.pid, one);
    strike(pid, [...known.values()]);
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    // The same number with another start is another process.
    left = [...known.values()].filter(({ pid: one, start }) => processIn(one)?.start === start);
  } while (left.length > 0 && performance.now() - begun < patienceMs);
  const looked = existsSync('/proc/self/stat');
  return {
    ...{ cause, level: 0 as const, killed: looked ? known.size : null, alive: left.length, survivors: left.map((one) => one.pid) },
    // Advisory: nobody knows what left the group before it was looked at.
    ...{ empty: false, by: looked ? 'descendants in /proc' : 'nobody', us: Math.round((performance.now() - begun) * 1000) },
  };
}

function strike(group: number | undefined, found: readonly Process[]): void {
  for (const target of [
    ...(group === undefined ? [] : [-group]),
    ...found.filter(({ pid, start }) => processIn(pid)?.start === start).map(({ pid }) => pid),
  ]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Gone, or not ours to signal: then it is found again and reported.
    }
  }
}
