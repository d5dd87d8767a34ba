/**
 * Durable decisions over HTTP against a bare Fastify echo with the same validation, in the same run; the latency of one connection against
 * the measured fdatasync; start-up and idle memory of a real process. The daemon and the echo run in processes of their own.
 */
import { createRequire } from 'node:module';
import { fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, rssMb, startDaemon, startProgram, stop } from './process.ts';

const ROUNDS = 5;
const ROUND_MS = 2_000;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-'));
  const starts: number[] = [];
  try {
    for (let at = 0; at < ROUNDS; at++) starts.push(await startOnce(join(folder, `empty-${String(at)}`)));
    const daemon = await startDaemon(join(folder, 'data'));
    const echo = await startProgram(['bench/http-echo.ts']);
    try {
      await pause(1_000);
      const idle = rssMb(daemon.child);
      const key = await agentKey(daemon.said);
      const target = { url: daemon.said.url, key };
      const bare = { url: echo.said.url, key: 'none' };
      const alone = await single(target);
      const ratios: { ours: Loaded; theirs: Loaded }[] = [];
      await load(target, 64, 1_000);
      await load(bare, 64, 1_000);
      for (let at = 0; at < ROUNDS; at++) ratios.push({ ours: await load(target, 64, ROUND_MS), theirs: await load(bare, 64, ROUND_MS) });
      return [throughput(ratios), crowd(ratios), latency(alone, fdatasyncMs(folder)), start(starts), memory(idle)];
    } finally {
      await Promise.all([stop(daemon.child), stop(echo.child)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Target {
  readonly url: string;
  readonly key: string;
}

const median = (values: readonly number[]): number => quantile(Float64Array.from(values), 0.5);

type Rounds = readonly { readonly ours: Loaded; readonly theirs: Loaded }[];

function throughput(rounds: Rounds): Figure {
  const ratio = median(rounds.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond));
  const goal = '≥ 0.35 × a bare Fastify echo with the same validation, 64 connections';
  const theirs = median(rounds.map((round) => round.theirs.perSecond));
  return {
    name: 'http: durable decisions',
    unit: '1/s',
    n: rounds.length,
    median: median(rounds.map(({ ours }) => ours.perSecond)),
    peer: `fastify echo: ${theirs.toFixed(0)}/s`,
    ratio,
    goal,
    holds: ratio >= 0.35,
  };
}

/** The median of the rounds; autocannon keeps the times of every request of a round. */
function crowd(rounds: Rounds): Figure {
  const p50 = median(rounds.map(({ ours }) => ours.p50));
  const p99 = median(rounds.map(({ ours }) => ours.p99));
  return { name: 'http: latency at 64 connections', unit: 'ms', n: rounds.length, median: p50, p99, goal: 'reported', holds: true };
}

function latency(samples: Float64Array, fdatasync: number): Figure {
  const p50 = quantile(samples, 0.5);
  const bound = 2 * fdatasync + 1;
  const goal = `p50 ≤ 2 × fdatasync (${fdatasync.toFixed(2)} ms) + 1 ms`;
  return {
    name: 'http: one connection',
    unit: 'ms',
    n: samples.length,
    median: p50,
    p99: quantile(samples, 0.99),
    peer: 'the bound',
    ratio: p50 / bound,
    goal,
    holds: p50 <= bound,
  };
}

function start(samples: readonly number[]): Figure {
  const p50 = median(samples);
  return {
    name: 'http: empty start to /readyz',
    unit: 'ms',
    n: samples.length,
    median: p50,
    goal: '≤ 1000 ms',
    holds: p50 <= 1_000,
  };
}

function memory(mb: number): Figure {
  return { name: 'http: idle RSS', unit: 'MB', n: 1, median: mb, goal: '≤ 150 MB', holds: mb <= 150 };
}

async function startOnce(data: string): Promise<number> {
  const begun = performance.now();
  const daemon = await startDaemon(data);
  const ready = await fetch(`${daemon.said.url}/readyz`);
  const took = performance.now() - begun;
  await stop(daemon.child);
  if (!ready.ok) throw new Error('the daemon was not ready');
  return took;
}

let counter = 0;
const body = (): string =>
  `{"session":"bench-${String(counter++ % 64)}","name":"lookup_balance","args":{"customer":"c-${String(counter)}","fields":["balance","currency"]}}`;

function post(agent: Agent, { url, key }: Target): Promise<void> {
  const text = body();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/actions`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${String(answer.statusCode)}`))));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

interface Loaded {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Shot {
  body: string;
}

interface Volley {
  readonly duration: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly requests: { readonly total: number };
  readonly latency: { readonly p50: number; readonly p99: number };
}

const autocannon = createRequire(import.meta.url)('autocannon') as (options: object) => Promise<Volley>;

/** So many connections, each sending one after another. The loader costs little, so that the servers are what is measured. */
async function load({ url, key }: Target, connections: number, forMs: number): Promise<Loaded> {
  const setupRequest = (shot: Shot): Shot => {
    shot.body = body();
    return shot;
  };
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const requests = [{ setupRequest }];
  const result = await autocannon({ url: `${url}/v1/actions`, method: 'POST', connections, duration: forMs / 1_000, headers, requests });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${String(result.non2xx)} refused, ${String(result.errors)} broken`);
  return { perSecond: result.requests.total / result.duration, p50: result.latency.p50, p99: result.latency.p99 };
}

async function single(target: Target): Promise<Float64Array> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let at = 0; at < 200; at++) await post(agent, target);
  const samples = new Float64Array(1_000);
  for (let at = 0; at < samples.length; at++) {
    const begun = performance.now();
    await post(agent, target);
    samples[at] = performance.now() - begun;
  }
  agent.destroy();
  return samples;
}

function fdatasyncMs(folder: string): number {
  const file = openSync(join(folder, 'probe'), 'w');
  const block = Buffer.alloc(4096, 1);
  const samples = new Float64Array(300);
  for (let at = 0; at < samples.length; at++) {
    writeSync(file, block);
    const begun = performance.now();
    fdatasyncSync(file);
    samples[at] = performance.now() - begun;
  }
  return quantile(samples, 0.5);
}
