import { spawn } from 'node:child_process';
import type { TripMessage } from './message.ts';

interface Given {
  readonly body: string;
  readonly timeoutMs: number;
}

/** Runs the command in a process group of its own, which is killed when its time is over. @throws Error that says how it failed */
export function runCommand(command: string, { run, code, agent, session }: TripMessage, { body, timeoutMs }: Given): Promise<void> {
  return new Promise((resolve, reject) => {
    const named = { AEGIS_TRIP_RUN: run, AEGIS_TRIP_CODE: code, AEGIS_TRIP_AGENT: agent ?? '', AEGIS_TRIP_SESSION: session };
    const { AEGIS_KEY: _key, AEGIS_TRIP_SECRET: _secret, ...env } = process.env;
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'ignore', 'inherit'], env: { ...env, ...named }, detached: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) endGroup(child.pid);
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (exit, signal) => {
      clearTimeout(timer);
      child.stdin.destroy();
      if (late) reject(new Error(`it did not end within ${String(timeoutMs / 1000)} s and was killed`));
      else if (exit === 0) resolve();
      else reject(new Error(exit === null ? `it was ended by ${String(signal)}` : `it ended with exit code ${String(exit)}`));
    });
    // A command that does not read its input closes it; how it ended is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${body}\n`);
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended at this moment.
  }
}
