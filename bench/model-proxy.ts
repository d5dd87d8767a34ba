/**
 * The model proxy against the same requests sent directly, through a pass-through that looks at nothing (the floor), and through another
 * gateway; one stub provider, one run. Every request through Aegis is decided, durably recorded and settled.
 */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, rssMb, startDaemon, startProgram, stop } from './process.ts';
import type { Running } from './process.ts';

const ROUNDS = 5;
const REQUESTS = 150;
const STREAMS = 40;
const PEER = 'test/peers/node_modules/@portkey-ai/gateway/build/start-server.js';

type Name = 'direct' | 'floor' | 'aegis' | 'peer';

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Targets = Readonly<Record<Name, Target>>;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-'));
  const started: Running<object>[] = [];
  const start = async <Said extends object>(running: Promise<Running<Said>>): Promise<Said> => {
    const one = await running;
    started.push(one);
    return one.said;
  };
  try {
    const upstream = await start(startProgram(['bench/model-upstream.ts']));
    const floor = await start(startProgram(['bench/model-floor.ts', upstream.url]));
    const peer = await start(startProgram(['--import', './bench/loopback.mjs', PEER, '--headless', '--port=0']));
    const daemon = await startDaemon(join(folder, 'data'), {
      AEGIS_LLM_PORT: '0',
      AEGIS_LLM_OPENAI_URL: upstream.url,
      AEGIS_LLM_OPENAI_KEY: 'sk-bench',
    });
    started.push(daemon);
    const key = await agentKey(daemon.said);
    const json = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
    const targets: Targets = {
      direct: { url: upstream.url, headers: json },
      floor: { url: floor.url, headers: json },
      aegis: { url: daemon.said.modelUrl ?? '', headers: { ...json, authorization: `Bearer ${key}`, 'x-aegis-session': 'bench' } },
      peer: { url: peer.url, headers: { ...json, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream.url}/v1` } },
    };
    return [...(await alone(targets)), ...(await crowd(targets)), await memory(targets.aegis, daemon)];
  } finally {
    await Promise.all(started.map(({ child }) => stop(child)));
    rmSync(folder, { recursive: true, force: true });
  }
}

let asked = 0;

/** No two prompts are the same: an agent that says the same again and again is asked about, which is not what is measured. */
const requestBody = (stream: boolean): string =>
  JSON.stringify({
    model: 'gpt-4o-mini',
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    messages: [{ role: 'user', content: `Say something about number ${String(asked++)}.` }],
  });

interface Times {
  readonly whole: number;
  readonly first: number;
}

async function once(pool: Pool, target: Target, stream: boolean): Promise<Times> {
  const begun = performance.now();
  const answer = await pool.request({ method: 'POST', path: '/v1/chat/completions', headers: target.headers, body: requestBody(stream) });
  if (answer.statusCode !== 200) throw new Error(`status ${String(answer.statusCode)}: ${await answer.body.text()}`);
  let first = 0;
  for await (const _ of answer.body) first ||= performance.now() - begun;
  return { whole: performance.now() - begun, first };
}

/** One connection, the targets taking turns so that a noisy moment meets all of them. Milliseconds. */
async function sequential(targets: Targets, stream: boolean): Promise<Record<Name, { whole: Float64Array; first: Float64Array }>> {
  const count = stream ? STREAMS : REQUESTS;
  const names = Object.keys(targets) as Name[];
  const samples = Object.fromEntries(
    names.map((name) => [name, { whole: new Float64Array(count * ROUNDS), first: new Float64Array(count * ROUNDS) }]),
  ) as Record<Name, { whole: Float64Array; first: Float64Array }>;
  const pools = Object.fromEntries(names.map((name) => [name, new Pool(targets[name].url, { connections: 1 })])) as Record<Name, Pool>;
  for (const name of names) for (let at = 0; at < 50; at++) await once(pools[name], targets[name], stream);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      for (let at = 0; at < count; at++) {
        const { whole, first } = await once(pools[name], targets[name], stream);
        samples[name].whole[round * count + at] = whole;
        samples[name].first[round * count + at] = first;
      }
    }
  }
  await Promise.all(names.map((name) => pools[name].close()));
  return samples;
}

async function alone(targets: Targets): Promise<readonly Figure[]> {
  const plain = await sequential(targets, false);
  const streamed = await sequential(targets, true);
  const p50 = (samples: Float64Array): number => quantile(samples, 0.5);
  const added = (of: typeof plain, name: Name): number => p50(of[name].whole) - p50(of.direct.whole);
  const over = (name: string, of: typeof plain): Figure => ({
    name,
    unit: 'ms',
    n: of.aegis.whole.length,
    median: added(of, 'aegis'),
    p99: quantile(of.aegis.whole, 0.99) - p50(of.direct.whole),
    peer: `the floor's +${added(of, 'floor').toFixed(2)} ms (the other gateway +${added(of, 'peer').toFixed(2)} ms)`,
    ratio: added(of, 'aegis') / added(of, 'floor'),
    goal: '≤ 2 × what the floor adds',
    holds: added(of, 'aegis') <= 2 * added(of, 'floor'),
  });
  const late = p50(streamed.aegis.first) - p50(streamed.floor.first);
  return [
    over('model proxy: added, one connection', plain),
    over('model proxy: added, stream of 200 chunks', streamed),
    {
      name: 'model proxy: first token, over the floor',
      unit: 'ms',
      n: streamed.aegis.first.length,
      median: late,
      goal: '≤ 1 ms',
      holds: late <= 1,
    },
  ];
}

interface Volley {
  readonly duration: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly requests: { readonly total: number };
}

const autocannon = createRequire(import.meta.url)('autocannon') as (options: object) => Promise<Volley>;

async function perSecond({ url, headers }: Target, forMs: number): Promise<number> {
  const path = `${url}/v1/chat/completions`;
  const setupRequest = (shot: { body: string }): { body: string } => Object.assign(shot, { body: requestBody(false) });
  const requests = [{ setupRequest }];
  const result = await autocannon({ url: path, method: 'POST', connections: 32, duration: forMs / 1_000, headers, requests });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${String(result.non2xx)} refused, ${String(result.errors)} broken`);
  return result.requests.total / result.duration;
}

async function crowd({ floor, aegis, peer }: Targets): Promise<readonly Figure[]> {
  for (const target of [floor, aegis, peer]) await perSecond(target, 1_000);
  const rounds: Record<'floor' | 'aegis' | 'peer', number>[] = [];
  for (let at = 0; at < ROUNDS; at++) {
    rounds.push({ floor: await perSecond(floor, 2_000), aegis: await perSecond(aegis, 2_000), peer: await perSecond(peer, 2_000) });
  }
  const median = (of: (round: (typeof rounds)[number]) => number): number => quantile(Float64Array.from(rounds.map(of)), 0.5);
  const figure = (against: 'floor' | 'peer', words: string, least: number): Figure => {
    const ratio = median((round) => round.aegis / round[against]);
    return {
      name: `model proxy: 32 connections, against ${words}`,
      unit: '1/s',
      n: rounds.length,
      median: median(({ aegis: ours }) => ours),
      peer: `${words}: ${median((round) => round[against]).toFixed(0)}/s`,
      ratio,
      goal: `≥ ${String(least)} ×`,
      holds: ratio >= least,
    };
  };
  return [figure('floor', 'the floor', 0.5), figure('peer', 'the other gateway', 5)];
}

/** 10,000 streams, sixteen at a time. */
async function memory(target: Target, daemon: Running<object>): Promise<Figure> {
  const pool = new Pool(target.url, { connections: 16 });
  const streams = (count: number): Promise<unknown> => {
    let at = 0;
    const lane = async (): Promise<void> => {
      while (at++ < count) await once(pool, target, true);
    };
    return Promise.all(Array.from({ length: 16 }, lane));
  };
  await streams(2_000);
  const before = rssMb(daemon.child);
  await streams(8_000);
  const after = rssMb(daemon.child);
  await pool.close();
  return {
    name: 'model proxy: RSS after 10,000 streams',
    unit: 'MB',
    n: 1,
    median: after,
    peer: `after 2,000: ${before.toFixed(0)} MB`,
    ratio: after / before,
    goal: '≤ 1.25 × what it was after 2,000',
    holds: after / before <= 1.25,
  };
}
