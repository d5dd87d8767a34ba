/**
 * What people feel: the first action of a fresh daemon, an agent that acts now and then, long arguments, a neighbour that sends a lot.
 * A figure "of the ordering thread" is that thread's own CPU time, which other programs on the machine move little.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, startDaemon, startProgram, stop } from './process.ts';
import { rawClient } from './raw-client.ts';
import type { RawClient } from './raw-client.ts';

const STARTS = 5;
const PACE_MS = 25;
const PACED = 200;

/** A daemon is left alone this long after it says it is ready, as a person leaves it. */
const SETTLE_MS = 1_000;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-felt-'));
  try {
    return [await first(folder), ...(await paced(folder)), ...(await sizes(folder)), await neighbour(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let counter = 0;
const lookup = (): object => {
  counter++;
  const args = { customer: `c-${String(counter)}`, fields: ['balance', 'currency'] };
  return { session: `bench-${String(counter % 64)}`, name: 'lookup_balance', args };
};

async function timed(client: RawClient, action: object): Promise<number> {
  const begun = performance.now();
  await client.act(action);
  return performance.now() - begun;
}

/** Milliseconds of CPU a process's first thread has taken, to the nanosecond as Linux counts it. */
function threadMs(pid: number): number {
  return Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
}

interface Place {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  /** The key of another agent. */
  readonly otherKey: () => Promise<string>;
  readonly end: () => Promise<void>;
}

async function place(data: string): Promise<Place> {
  const { child, said } = await startDaemon(data);
  const key = await agentKey(said);
  await pause(SETTLE_MS);
  return { url: said.url, key, pid: child.pid ?? 0, otherKey: () => agentKey(said, 'other'), end: () => stop(child) };
}

async function first(folder: string): Promise<Figure> {
  const samples = new Float64Array(STARTS);
  for (let at = 0; at < STARTS; at++) {
    const { url, key, end } = await place(join(folder, `first-${String(at)}`));
    const client = await rawClient(url, key);
    samples[at] = await timed(client, lookup());
    client.close();
    await end();
  }
  const median = quantile(samples, 0.5);
  return { name: 'felt: first action of a fresh daemon', unit: 'ms', n: STARTS, median, goal: '≤ 10 ms', holds: median <= 10 };
}

async function pacedThrough(client: RawClient): Promise<Float64Array> {
  const samples = new Float64Array(PACED);
  for (let at = 0; at < PACED; at++) {
    await pause(PACE_MS);
    samples[at] = await timed(client, lookup());
  }
  return samples;
}

async function paced(folder: string): Promise<readonly Figure[]> {
  const { url, key, end } = await place(join(folder, 'paced'));
  const echo = await startProgram(['bench/http-echo.ts']);
  const [ours, theirs] = [await rawClient(url, key), await rawClient(echo.said.url, 'none')];
  const samples = await pacedThrough(ours);
  const floor = quantile(await pacedThrough(theirs), 0.5);
  ours.close();
  theirs.close();
  await Promise.all([end(), stop(echo.child)]);
  const [median, p99] = [quantile(samples, 0.5), quantile(samples, 0.99)];
  const name = `felt: one action every ${String(PACE_MS)} ms`;
  const peer = `fastify echo: ${floor.toFixed(2)} ms`;
  return [{ name, unit: 'ms', n: PACED, median, p99, peer, ratio: median / floor, goal: 'p50 ≤ 2.5 ms', holds: median <= 2.5 }];
}

const PROSE = 'The committee met on Tuesday and agreed to publish the report once the figures of the second quarter are complete. ';

const SIZES = [
  { kilobytes: 1, calls: 600, goalMs: null },
  { kilobytes: 10, calls: 400, goalMs: 0.8 },
  { kilobytes: 100, calls: 100, goalMs: 6 },
] as const;

async function sizes(folder: string): Promise<readonly Figure[]> {
  const { url, key, pid, end } = await place(join(folder, 'sizes'));
  const client = await rawClient(url, key);
  const figures: Figure[] = [];
  for (const { kilobytes, calls, goalMs } of SIZES) {
    const text = PROSE.repeat(Math.ceil((kilobytes * 1_024) / PROSE.length)).slice(0, kilobytes * 1_024);
    const act = (): object => ({ session: `long-${String(counter++ % 16)}`, name: 'summarise_report', args: { text: `${String(counter)} ${text}` } });
    for (let at = 0; at < calls / 2; at++) await client.act(act());
    const begun = threadMs(pid);
    const samples = new Float64Array(calls);
    for (let at = 0; at < calls; at++) samples[at] = await timed(client, act());
    const cpu = (threadMs(pid) - begun) / calls;
    const size = `${String(kilobytes)} KB`;
    const goal = goalMs === null ? 'reported' : `≤ ${String(goalMs)} ms`;
    const of = `felt: ${size} of arguments`;
    figures.push({ name: `${of}, ordering thread`, unit: 'ms', n: calls, median: cpu, goal, holds: goalMs === null || cpu <= goalMs });
    figures.push({ name: of, unit: 'ms', n: calls, median: quantile(samples, 0.5), p99: quantile(samples, 0.99), goal: 'reported', holds: true });
  }
  client.close();
  await end();
  return figures;
}

const HEAVY = 3;
const HEAVY_BYTES = 900_000;

/** One agent's load beside another's: text that looks like telephone numbers, the slowest to read there was. */
async function neighbour(folder: string): Promise<Figure> {
  const { url, key, otherKey, end } = await place(join(folder, 'neighbour'));
  const theirs = await otherKey();
  const client = await rawClient(url, key);
  await pacedThrough(client);
  const alone = quantile(await pacedThrough(client), 0.5);
  const digits = '+49 40 123456-78 / 0171 2345678; '.repeat(Math.ceil(HEAVY_BYTES / 33)).slice(0, HEAVY_BYTES);
  let over = false;
  const heavy = Array.from({ length: HEAVY }, async (_, worker) => {
    const loader = await rawClient(url, theirs);
    for (let n = 0; !over; n++)
      await loader.act({ session: `heavy-${String(worker)}`, name: 'import_contacts', args: { text: `${String(n)} ${digits}` } });
    loader.close();
  });
  await pause(500);
  const beside = await pacedThrough(client);
  over = true;
  await Promise.all(heavy);
  client.close();
  await end();
  const median = quantile(beside, 0.5);
  const ratio = median / alone;
  return {
    name: `felt: beside ${String(HEAVY)} × 900 KB of another agent`,
    unit: 'ms',
    n: PACED,
    median,
    p99: quantile(beside, 0.99),
    peer: `alone: ${alone.toFixed(2)} ms`,
    ratio,
    goal: '≤ 2 ×',
    holds: ratio <= 2,
  };
}
