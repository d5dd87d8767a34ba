import { readdirSync, readFileSync } from 'node:fs';
import { processIn, treeOf } from './tree.ts';
import type { Process } from './tree.ts';

const ROUND_MS = 5;

/**
 * Kills what is left of a run whose helper is gone: whoever carries the name of the run in its environment, whoever was there at the last look,
 * and their descendants, until a round finds nobody. Proves nothing: who cleared its environment and was never seen is not found.
 */
export async function sweep(run: string, known: readonly Process[], patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const found = [...named(run), ...known.filter(({ pid, start }) => processIn(pid)?.start === start)].flatMap(({ pid }) => treeOf(pid));
    if (found.length === 0 || performance.now() > until) return;
    for (const { pid, start } of found) strike(pid, start);
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
}

function strike(pid: number, start: string): void {
  try {
    // The same number with another start is another process.
    if (pid !== process.pid && processIn(pid)?.start === start) process.kill(pid, 'SIGKILL');
  } catch {
    // Gone, or not ours to signal.
  }
}

function named(run: string): readonly Process[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => (carries(name, run) ? (processIn(Number(name)) ?? []) : []));
}

function carries(name: string, run: string): boolean {
  try {
    return readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(`AEGIS_RUN=${run}`);
  } catch {
    return false;
  }
}
