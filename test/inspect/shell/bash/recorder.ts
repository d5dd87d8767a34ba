import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORDERS, STARTERS } from './grammar.ts';

/** A program Bash started: its name and its arguments as it got them. */
export interface Started {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Recorder {
  /** Runs one line in a folder of its own and tells what was started; null when it did not end in time. */
  run(line: string): Promise<readonly Started[] | null>;
  close(): void;
}

/** Only a line that hangs meets it. */
const HANG_MS = 10_000;
/** Likewise for what a line leaves running behind itself, such as `<(…)`, which Bash does not wait for. */
const LEFT_MS = 5_000;

/** First of the usual places that holds an executable; null when none does. */
export function executable(name: string): string | null {
  for (const folder of ['/bin', '/usr/bin', '/usr/local/bin']) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      continue;
    }
  }
  return null;
}

/** Says what it is called and given, as `count NUL name NUL arguments NUL`, in one write, and prints two words. */
const SCRIPT = '#!/bin/sh\nprintf \'%s\\0\' "$#" "${0##*/}" "$@" >> "$AEGIS_RECORD"\necho out put\n';

/** A PATH that holds recorders, and links to the few real programs that start others: nothing else can run. */
export function recorder(bash: string): Recorder {
  const root = mkdtempSync(join(tmpdir(), 'aegis-bash-'));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const name of RECORDERS) {
    writeFileSync(join(bin, name), SCRIPT);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of STARTERS) {
    const real = name === 'bash' || name === 'sh' ? bash : executable(name);
    if (real !== null) symlinkSync(real, join(bin, name));
  }
  let count = 0;
  return {
    run: (line) => {
      const cwd = join(root, String(count++));
      mkdirSync(cwd);
      return record({ bash, bin, cwd }, line);
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function record(
  { bash, bin, cwd }: { readonly bash: string; readonly bin: string; readonly cwd: string },
  line: string,
): Promise<readonly Started[] | null> {
  const file = join(cwd, '.record');
  writeFileSync(file, '');
  // A home that is written as it is read.
  const env = { PATH: bin, HOME: '~', AEGIS_RECORD: file, LC_ALL: 'C.UTF-8' };
  // Everything the line starts inherits the pipe, so `close` comes when the last of it is gone.
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
  const child = spawn(bash, ['--noprofile', '--norc', '-c', line], { cwd, env, stdio: [...stdio], detached: true });
  return new Promise((resolve, reject) => {
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already, with everything it started.
      }
    };
    let late = false;
    const guard = setTimeout(() => {
      late = true;
      kill();
    }, HANG_MS);
    let left: NodeJS.Timeout | undefined;
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(guard);
      left = setTimeout(kill, LEFT_MS);
    });
    child.on('close', () => {
      clearTimeout(left);
      resolve(late ? null : startedIn(readFileSync(file, 'utf8')));
    });
  });
}

function startedIn(text: string): readonly Started[] {
  const fields = text.split('\0');
  const started: Started[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const count = Number(fields[at]);
    started.push({ name: fields[at + 1] ?? '', args: fields.slice(at + 2, at + 2 + count) });
    at += 2 + count;
  }
  return started;
}
