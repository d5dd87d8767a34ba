import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { makeGroups } from '../../src/supervise/contain/cgroups.ts';
import { byTools } from '../../src/supervise/contain/by-tools.ts';
import { contain } from '../../src/supervise/contain/contain.ts';
import type { Contained } from '../../src/supervise/contain/contain.ts';
import type { Holder } from '../../src/supervise/contain/level.ts';
import { prebuilt } from '../../src/supervise/contain/prebuilt.ts';
import type { ContainEvent } from '../../src/supervise/contain/verdict.ts';

export const helper = prebuilt();
export const program = 'path' in helper ? helper.path : '';

export interface Way {
  readonly holder?: Holder;
  readonly level: 1 | 2 | 3;
  readonly userNamespace: boolean;
}

export interface Staged {
  readonly run: Contained;
  readonly events: readonly ContainEvent[];
  /** Resolves once the command wrote this many lines. */
  lines(count: number): Promise<readonly string[]>;
  /** The last event once the helper has ended. */
  end(): Promise<ContainEvent | undefined>;
}

/** Starts a command at one level, with its output held here. */
export function staged(
  way: Way,
  command: readonly [string, ...string[]],
  more: { silentMs?: number; graceMs?: number; verifyMs?: number; program?: string } = {},
): Staged {
  const groups =
    way.level === 3 ? makeGroups(`aegis-test-${randomBytes(6).toString('hex')}`, {}) : { unified: null, why: null, others: [], holds: [] };
  const events: ContainEvent[] = [];
  const { holder = 'helper' } = way;
  const times = { silentMs: 0, graceMs: 2000, verifyMs: 5000, ...more };
  const terms = { ...times, ...way, groups, command, env: process.env, stdio: ['ignore', 'pipe', 'inherit'], terminal: false } as const;
  const heard = (event: ContainEvent): void => void events.push(event);
  const run = holder === 'helper' ? contain({ program, ...terms }, heard) : byTools({ ...terms, holder }, heard);
  const seen: string[] = [];
  let wake: () => void = () => undefined;
  const lines = run.stdio.stdout === null ? null : createInterface({ input: run.stdio.stdout });
  lines?.on('line', (line) => {
    seen.push(line);
    wake();
  });
  // What was written is read to its end before anybody is told that there is no more of it.
  const silent = Promise.all([run.done, lines === null ? null : once(lines, 'close')]);
  return {
    run,
    events,
    lines: async (count) => {
      while (seen.length < count)
        await Promise.race([
          new Promise<void>((resolve) => (wake = resolve)),
          silent.then(() => {
            if (seen.length >= count) return;
            throw new Error(`ended after ${String(seen.length)} lines: ${JSON.stringify(events)}`);
          }),
        ]);
      return seen;
    },
    end: async () => {
      await run.done;
      return events.at(-1);
    },
  };
}

/** A word no other process carries. */
export const word = (): string => `aegis-test-${randomBytes(8).toString('hex')}`;

/** Process ids of everything alive whose command line carries the word, looked up by nobody's word but /proc's. */
export function carrying(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(mark) && !/\) [ZX] /.test(readFileSync(`/proc/${name}/stat`, 'utf8'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

export const closed = async (stream: NodeJS.ReadableStream | null): Promise<void> => {
  if (stream !== null) await once(stream, 'close');
};
