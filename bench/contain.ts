/**
 * From the breach of a limit to the tree seen to be empty, with 150 processes of which a third have a session of their own and all ignore TERM:
 * by the helper alone at each level that works here, by tools of the machine, and through a whole `Supervisor` as its caller sees it. Against
 * killing the process group, which leaves a third alive and proves nothing. Memory and start-up of the watching process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { findLevel } from '../src/supervise/contain/levels.ts';
import { Supervisor } from '../src/supervise/supervisor.ts';
import { processIn } from '../src/supervise/watch/tree.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { AGENT, killRounds, nameOf } from './kill-rounds.ts';

const ROUNDS = 200;
const WHOLE_ROUNDS = 40;
const GOAL = 'p50 ≤ 35 ms, p99 ≤ 150 ms';

export async function run(): Promise<readonly Figure[]> {
  const { tried, helper } = await findLevel({ all: true });
  if (!('path' in helper)) throw new Error(helper.why);
  const tools = (await findLevel({ helper: { why: 'tools are measured here' } })).chosen;
  const ways = [...tried.filter(({ works, level }) => works && level >= 2), ...(tools === null ? [] : [tools])];
  const figures: Figure[] = [];
  for (const way of ways) figures.push(timed(nameOf(way), await killRounds(way, helper.path, { most: ROUNDS })));
  const whole = await throughSupervisor();
  figures.push(timed('kill: report → the caller knows that 150 processes are gone', whole.ms));
  figures.push({
    name: 'kill: memory of the watching process',
    unit: 'MB',
    n: whole.mb.length,
    median: quantile(whole.mb, 0.5),
    goal: '≤ 60 MB',
    holds: quantile(whole.mb, 0.5) <= 60,
  });
  figures.push({
    name: 'kill: start of a watched command',
    unit: 'ms',
    n: whole.start.length,
    median: quantile(whole.start, 0.5),
    peer: 'the command alone',
    goal: '≤ 100 ms more',
    holds: quantile(whole.start, 0.5) - quantile(whole.plain, 0.5) <= 100,
    ratio: quantile(whole.start, 0.5) / quantile(whole.plain, 0.5),
  });
  return figures;
}

function timed(name: string, ms: Float64Array): Figure {
  const [median, p99] = [quantile(ms, 0.5), quantile(ms, 0.99)];
  return { name, unit: 'ms', n: ms.length, median, ...(ms.length >= ROUNDS ? { p99 } : {}), goal: GOAL, holds: median <= 35 && p99 <= 150 };
}

interface Whole {
  readonly ms: Float64Array;
  readonly mb: Float64Array;
  readonly start: Float64Array;
  readonly plain: Float64Array;
}

async function throughSupervisor(): Promise<Whole> {
  const whole = {
    ms: new Float64Array(WHOLE_ROUNDS),
    mb: new Float64Array(WHOLE_ROUNDS),
    start: new Float64Array(WHOLE_ROUNDS),
    plain: new Float64Array(WHOLE_ROUNDS),
  };
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-kill-'));
  for (let at = 0; at < WHOLE_ROUNDS; at++) {
    const begun = performance.now();
    await once(spawn('true', { stdio: 'ignore' }), 'spawn');
    whole.plain[at] = performance.now() - begun;
    const file = join(folder, String(at));
    const out = openSync(file, 'w');
    const run = new Supervisor({ command: 'python3', args: ['-c', AGENT, '1'], limits: { maxTokensPerMinute: 1 }, stdio: ['ignore', out, 'ignore'] });
    const asked = performance.now();
    await run.start();
    whole.start[at] = performance.now() - asked;
    while (readFileSync(file, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5));
    whole.mb[at] = (watcher()?.bytes ?? Number.NaN) / 1_000_000;
    const breach = performance.now();
    run.reportTokens(2);
    const end = await run.done;
    whole.ms[at] = performance.now() - breach;
    if (end.verdict?.empty !== true) throw new Error(JSON.stringify(end.verdict));
  }
  rmSync(folder, { recursive: true, force: true });
  return whole;
}

/** The watching process that this one started. */
function watcher(): ReturnType<typeof processIn> {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processIn(Number(name)) ?? []) : []));
  return (
    all.find(({ pid, parent }) => parent === process.pid && readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('watch/main.ts')) ?? null
  );
}
