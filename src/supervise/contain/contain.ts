import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { removeGroups } from './cgroups.ts';
import type { RunGroups } from './cgroups.ts';
import type { RunLevel } from '../../kernel/words/runs.ts';
import { eventIn } from './verdict.ts';
import type { ContainEvent } from './verdict.ts';

/** How the helper is to run one command. */
export interface ContainTerms {
  /** The helper. */
  readonly program: string;
  readonly level: RunLevel;
  readonly userNamespace: boolean;
  readonly groups: RunGroups;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Descriptors of this process that become 0, 1 and 2 of the command; `ignore` where it has none. */
  readonly stdio: readonly [Stdio, Stdio, Stdio];
  /** A pseudoterminal between the command and the terminal that descriptor 0 and 1 are. */
  readonly terminal: boolean;
  /** The tree is killed when nothing was said to the helper for so long. 0: never. */
  readonly silentMs: number;
  readonly graceMs: number;
  readonly verifyMs: number;
  /** A limit per user and namespace, where no control group holds one. */
  readonly processes?: number | undefined;
}

export type Stdio = number | 'ignore' | 'pipe' | 'inherit';

/** A command that runs contained. */
export interface Contained {
  /** The watching process. */
  readonly pid: number | undefined;
  readonly stdio: { readonly stdin: Writable | null; readonly stdout: Readable | null; readonly stderr: Readable | null };
  kill(): void;
  /** To the command and its process group. */
  signal(number: number): void;
  resize(): void;
  /** After a stop: the terminal is taken again and the command goes on. */
  resume(): void;
  /** Once in a while, so that the helper knows that somebody is there; it answers. */
  beat(): void;
  /** Ends the helper itself, which answers no more: at 2 and 3 the kernel then ends the tree. */
  abandon(): void;
  /** Ends when the watching process has ended; the last event is `ended` or `failed`, or there was none to be had. */
  readonly done: Promise<void>;
}

const flag = (name: string, value: number | undefined): readonly string[] => (value === undefined ? [] : [`--${name}`, String(value)]);

function wordsFor({ level, userNamespace, groups, terminal, silentMs, graceMs, verifyMs, processes, command }: ContainTerms): readonly string[] {
  return [
    ...['--control', '3', '--report', '4', '--level', String(level)],
    ...flag('silent-ms', silentMs),
    ...flag('grace-ms', graceMs),
    ...flag('verify-ms', verifyMs),
    ...flag('processes', processes),
    ...(userNamespace ? ['--user-namespace'] : []),
    ...(terminal ? ['--terminal'] : []),
    // Below level 3 it holds limits only.
    ...(groups.unified === null ? [] : [level === 3 ? '--cgroup' : '--join', groups.unified]),
    ...groups.others.flatMap((group) => ['--join', group]),
    '--',
    ...command,
  ];
}

/** Starts a command contained at exactly the level asked for: where that cannot be, it fails and the command never runs. */
export function contain(terms: ContainTerms, heard: (event: ContainEvent) => void): Contained {
  const child = spawn(terms.program, wordsFor(terms), {
    stdio: [...terms.stdio, 'pipe', 'pipe'],
    env: terms.env,
    ...(terms.cwd === undefined ? {} : { cwd: terms.cwd }),
  });
  const control = child.stdio[3] as Writable;
  const report = child.stdio[4] as Readable;
  // What is written to a helper that has ended is of no use to anybody.
  control.on('error', () => undefined);
  let held = '';
  report.setEncoding('utf8').on('data', (text: string) => {
    const lines = (held + text).split('\n');
    held = lines.pop() ?? '';
    for (const event of lines.flatMap((line) => eventIn(line) ?? [])) heard(event);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      heard({ event: 'failed', step: 'helper', errno: error.errno ?? 0, message: error.message });
      resolve();
    });
    // Not when its streams are closed: a process that could not be killed holds them.
    const ends = [once(child, 'exit'), once(report, 'close')];
    void Promise.all(ends).then(
      () => resolve(),
      () => resolve(),
    );
  });
  const done = ended.then(() => removeGroups(terms.groups));
  const say = (command: string): void => void control.write(`${command}\n`);
  return {
    pid: child.pid,
    stdio: child,
    kill: () => say('kill'),
    signal: (number) => say(`signal ${String(number)}`),
    resize: () => say('resize'),
    resume: () => say('continue'),
    beat: () => say('beat'),
    abandon: () => void child.kill('SIGKILL'),
    done,
  };
}
