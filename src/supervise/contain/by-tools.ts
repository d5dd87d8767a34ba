import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, resolve as inFolder } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { RunEndCause } from '../../kernel/words/runs.ts';
import { hasEnded, treeOf } from '../watch/tree.ts';
import type { Process } from '../watch/tree.ts';
import { removeGroups } from './cgroups.ts';
import type { Contained, ContainTerms } from './contain.ts';
import type { ToolHolder } from './level.ts';
import { withPlainPriority } from './plain-priority.ts';
import { errnoOf, toolLine } from './tool-line.ts';
import type { ContainEvent } from './verdict.ts';

// HOLE: a watching process that is stopped and not killed is noticed by nobody here, and the command gets no terminal of its own.
const ROUND_MS = 2;
const MESSAGES: Readonly<Record<number, string>> = { 2: 'No such file or directory', 13: 'Permission denied' };

export type ToolTerms = Omit<ContainTerms, 'program' | 'level'> & { readonly holder: ToolHolder; readonly path?: string };

interface Held {
  readonly terms: ToolTerms;
  readonly child: ChildProcess;
  readonly heard: (event: ContainEvent) => void;
  /** PID 1 of the namespace; null until the namespace is there. */
  first: Process | null;
  /** What of the tree is not the agent's: PID 1 and the shell that starts the command. */
  own: readonly number[];
  /** The command's number inside the namespace. */
  agent: string | null;
  /** A kill that came before there was anything to kill. */
  wanted: RunEndCause | null;
  /** The command has ended by itself. */
  exited: boolean;
  /** Whoever ended the tree tells of it; nobody else does. */
  over: boolean;
  settle: () => void;
}

/**
 * Level 2 without the helper: the PID namespace is made by tools of the machine, which the kernel kills with the process that watches, and the
 * namespace with them. Its end is seen from outside: PID 1 of a namespace is a zombie, or gone, only when everybody else in it is (pid_namespaces(7)).
 */
export function byTools(terms: ToolTerms, heard: (event: ContainEvent) => void): Contained {
  const errno = errnoOfCommand(terms);
  const { groups, processes, holder, userNamespace } = terms;
  const joined = [...groups.others, ...(groups.unified === null ? [] : [groups.unified])];
  const made = toolLine({ holder, userNamespace, groups: joined, processes, command: terms.command }, terms.path);
  if (errno !== 0) return neverRan(terms, heard, { step: 'exec', errno, message: MESSAGES[errno] ?? '' });
  if ('why' in made) return neverRan(terms, heard, { step: 'tools', errno: 2, message: made.why });
  const [program, ...words] = made.line;
  const [stdin, stdout, stderr] = terms.stdio;
  const stdio = [stdin, stdout, 'pipe', 'pipe', 'pipe', stderr === 'inherit' ? 2 : stderr] as const;
  const child = withPlainPriority(() => spawn(program, words, { stdio: [...stdio], env: terms.env, cwd: terms.cwd }));
  const held: Held = { terms, child, heard, first: null, own: [], agent: null, wanted: null, exited: false, over: false, settle: () => undefined };
  // What is written to a namespace that has ended is of no use to anybody.
  (child.stdio[3] as Writable).on('error', () => undefined);
  return {
    pid: child.pid,
    stdio: { stdin: child.stdin, stdout: child.stdout, stderr: (child.stdio as (Readable | null | undefined)[])[5] ?? null },
    kill: () => {
      if (held.first === null) held.wanted = 'kill';
      else void finish(held, 'kill');
    },
    signal: (number) => toAgent(held, number),
    resize: () => undefined,
    resume: () => toAgent(held, 18),
    beat: () => heard({ event: 'beat' }),
    abandon: () => void child.kill('SIGKILL'),
    done: following(held).then(() => removeGroups(groups)),
  };
}

function errnoOfCommand({ command: [name], env, cwd = '/' }: ToolTerms): 0 | 2 | 13 {
  if (name.includes('/')) return errnoOf(inFolder(cwd, name));
  const folders = (env['PATH'] ?? '/bin:/usr/bin').split(delimiter);
  const found = folders.map((folder) => errnoOf(inFolder(cwd, folder, name)));
  return found.includes(0) ? 0 : found.includes(13) ? 13 : 2;
}

function neverRan(terms: ToolTerms, heard: (event: ContainEvent) => void, why: { step: string; errno: number; message: string }): Contained {
  const nothing = (): void => undefined;
  const done = Promise.resolve().then(() => {
    heard({ event: 'failed', ...why });
    return removeGroups(terms.groups);
  });
  const stdio = { stdin: null, stdout: null, stderr: null };
  return { pid: undefined, stdio, kill: nothing, signal: nothing, resize: nothing, resume: nothing, beat: nothing, abandon: nothing, done };
}

/** Ends when the tree has ended, or when nobody can say more of it. */
function following(held: Held): Promise<void> {
  const { child, heard, terms } = held;
  let text = '';
  let complaint = '';
  return new Promise((resolve) => {
    held.settle = resolve;
    // A tool says by itself what it may not do.
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (complaint = (complaint + part).slice(0, 200)));
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (part: string) => {
      const lines = (text + part).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) obey(held, line);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      heard({ event: 'failed', step: terms.holder, errno: Math.abs(error.errno ?? 0), message: error.message });
      resolve();
    });
    void Promise.all([once(child, 'exit'), once(child.stdio[4] as Readable, 'close'), once(child.stdio[2] as Readable, 'close')]).then(
      async ([[code, signal]]) => {
        if (held.over || held.exited) return;
        const how = signal === null ? `it ended with ${String(code)}` : `${String(signal)} ended it`;
        const message = complaint.split('\n')[0] || `no namespace was made: ${how}`;
        if (held.agent === null) heard({ event: 'failed', step: terms.holder, errno: 0, message });
        // It went without a word: nobody is called killed, and everybody in the namespace is.
        else await killed(held);
        resolve();
      },
      () => resolve(),
    );
  });
}

/** One line of the first process. */
function obey(held: Held, line: string): void {
  const [word = '', value = ''] = line.split(' ');
  if (word === 'up' && held.first === null) begin(held);
  else if (word === 'agent' && held.agent === null && held.first !== null) {
    held.agent = value;
    held.heard({ event: 'started', level: 2, first: held.first.pid });
  } else if (word === 'exited' && !held.exited && !held.over) {
    held.exited = true;
    held.heard({ event: 'exited', code: Number(value) });
    void grace(held).then(() => finish(held, 'exit'));
  }
}

/** The namespace is there and holds nothing of the agent yet. */
function begin(held: Held): void {
  const tree = held.child.pid === undefined ? [] : treeOf(held.child.pid);
  const at = tree.findIndex(({ pid }) => numbersOf(pid).length > 1 && numbersOf(pid).at(-1) === '1');
  const first = tree[at];
  if (first === undefined) {
    held.child.kill('SIGKILL');
    return;
  }
  held.first = first;
  held.own = tree.slice(at).map(({ pid }) => pid);
  if (held.wanted !== null) return void finish(held, held.wanted);
  (held.child.stdio[3] as Writable).write('go\n');
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ROUND_MS));

/** What a command leaves behind was asked to end, and has its time to do so. */
async function grace(held: Held): Promise<void> {
  const until = performance.now() + held.terms.graceMs;
  const left = (): boolean => held.first !== null && treeOf(held.first.pid).some(({ pid }) => !held.own.includes(pid));
  while (!held.over && performance.now() < until && left()) await pause();
}

async function finish(held: Held, cause: RunEndCause): Promise<void> {
  if (held.over) return;
  held.over = true;
  const begun = performance.now();
  const empty = await killed(held);
  const alive = empty || held.first === null ? [] : treeOf(held.first.pid).map(({ pid }) => pid);
  const us = Math.round((performance.now() - begun) * 1000);
  const by = `pid-namespace of ${held.terms.holder}`;
  held.heard({ event: 'ended', cause, level: 2, empty, killed: null, alive: alive.length, survivors: alive.slice(0, 64), by, us });
  await holderGone(held);
  held.settle();
}

/** The tool has nothing left to hold; it is waited for, as far as it can be ended. */
async function holderGone({ child, terms }: Held): Promise<void> {
  const until = performance.now() + terms.verifyMs;
  child.kill('SIGKILL');
  while (child.exitCode === null && child.signalCode === null && performance.now() < until) await pause();
}

/** Kills PID 1, and so everybody: true once the kernel shows that it is done. */
async function killed({ first, terms }: Held): Promise<boolean> {
  if (first === null) return false;
  const until = performance.now() + terms.verifyMs;
  for (;;) {
    // The same number with another start is another process.
    if (hasEnded(first)) return true;
    try {
      process.kill(first.pid, 'SIGKILL');
    } catch {
      // Gone, or not ours to signal: then it is reported as alive.
    }
    if (hasEnded(first)) return true;
    if (performance.now() > until) return false;
    await pause();
  }
}

/** To the command and its group, which have the number that the command has outside. */
function toAgent({ first, agent, over }: Held, signal: number): void {
  if (first === null || agent === null || over) return;
  const found = treeOf(first.pid).find(({ pid }) => pid !== first.pid && numbersOf(pid).at(-1) === agent);
  if (found === undefined) return;
  try {
    process.kill(-found.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** The numbers of a process from this namespace down to its own (proc_pid_status(5)). */
function numbersOf(pid: number): readonly string[] {
  try {
    return (/^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'latin1'))?.[1] ?? '').split(/\s+/);
  } catch {
    return [];
  }
}
