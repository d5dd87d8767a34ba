import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { byTools } from '../src/supervise/contain/by-tools.ts';
import { makeGroups } from '../src/supervise/contain/cgroups.ts';
import { contain } from '../src/supervise/contain/contain.ts';
import type { Contained } from '../src/supervise/contain/contain.ts';
import type { Way } from '../src/supervise/contain/level.ts';
import type { ContainEvent } from '../src/supervise/contain/verdict.ts';

/** 150 processes, a third of them in sessions of their own, that ignore TERM. */
export const AGENT = `
import os, signal, sys, time
signal.signal(15, signal.SIG_IGN)
for at in range(149):
    if os.fork() == 0:
        if at % 3 == 0: os.setsid()
        time.sleep(100000)
os.write(int(sys.argv[1]), b'up\\n')
time.sleep(100000)`;

export const nameOf = ({ holder, level, userNamespace }: Way): string =>
  `kill: level ${String(level)}${holder === 'helper' ? '' : ` by ${holder}`}${userNamespace ? ' in a namespace of users' : ''}, 150 processes seen to be gone`;

export interface Rounds {
  readonly most: number;
  /** No round starts after this time, of `performance.now()`. */
  readonly until?: number;
  /** Once the tree is up, before the kill. */
  readonly before?: () => Promise<void>;
  /** Once the tree is gone. */
  readonly after?: () => void;
}

/** Milliseconds from the order to kill until the caller knows that the tree is gone, of as many rounds as the time allows. */
export async function killRounds(way: Way, program: string, { most, until = Infinity, before, after }: Rounds): Promise<Float64Array> {
  const samples: number[] = [];
  while (samples.length < most && performance.now() < until) {
    let gone = 0;
    const held = started(way, program, ['python3', '-c', AGENT, '1'], (event) => {
      if (event.event !== 'ended') return;
      gone = performance.now();
      if (!event.empty) throw new Error(JSON.stringify(event));
    });
    if (held.stdio.stdout === null) throw new Error('no output');
    await once(createInterface({ input: held.stdio.stdout }), 'line');
    await before?.();
    const breach = performance.now();
    held.kill();
    await held.done;
    after?.();
    samples.push(gone - breach);
  }
  return Float64Array.from(samples);
}

/** A command held in this way, which writes to a pipe of ours and ends with us. */
export function started(way: Way, program: string, command: readonly [string, ...string[]], heard: (event: ContainEvent) => void): Contained {
  const { level, holder, userNamespace } = way;
  const groups = level === 3 ? makeGroups(`aegis-bench-${randomBytes(6).toString('hex')}`, {}) : { unified: null, why: null, others: [], holds: [] };
  const terms = { userNamespace, groups, command, env: process.env, stdio: ['ignore', 'pipe', 'inherit'] } as const;
  const all = { ...terms, terminal: false, silentMs: 0, graceMs: 0, verifyMs: 10_000 };
  return holder === 'helper' ? contain({ ...all, program, level }, heard) : byTools({ ...all, holder }, heard);
}
