/**
 * The model proxy against the same requests sent directly, through a pass-through that looks at nothing (the floor), and through two other
 * gateways, Portkey's and LiteLLM; one stub provider, one run. Every request through Aegis is decided, durably recorded and settled.
 */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { startLiteLlm } from './litellm.ts';
import { agentKey, rssMb, startDaemon, startProgram, stop } from './process.ts';
import type { Running } from './process.ts';

const ROUNDS = 5;
const REQUESTS = 150;
const STREAMS = 40;
const PORTKEY = 'test/peers/node_modules/@portkey-ai/gateway/build/start-server.js';

type Name = 'direct' | 'floor' | 'aegis' | 'portkey' | 'litellm';

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** LiteLLM only where it can be installed. */
type Targets = Readonly<Record<Exclude<Name, 'litellm'>, Target> & { litellm?: Target }>;

const WORDS = { floor: 'the floor', portkey: 'Portkey', litellm: 'LiteLLM' } as const;

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
    const portkey = await start(startProgram(['--import', './bench/loopback.mjs', PORTKEY, '--headless', '--port=0']));
    const litellm = await startLiteLlm(upstream.url, folder);
    if (typeof litellm === 'string') console.error(`LiteLLM is not measured: ${litellm}`);
    else started.push(litellm);
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
      portkey: { url: portkey.url, headers: { ...json, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream.url}/v1` } },
      ...(typeof litellm === 'string' ? {} : { litellm: { url: litellm.said.url, headers: { ...json, authorization: `Bearer ${litellm.key}` } } }),
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

interface Samples {
  readonly whole: Float64Array;
  readonly first: Float64Array;
}

type ByName = ReadonlyMap<Name, Samples>;

/** One connection, the targets taking turns so that a noisy moment meets all of them. Milliseconds. */
async function sequential(targets: Targets, stream: boolean): Promise<ByName> {
  const count = stream ? STREAMS : REQUESTS;
  const lanes = (Object.entries(targets) as [Name, Target][]).map(([name, target]) => ({
    name,
    target,
    pool: new Pool(target.url, { connections: 1 }),
    samples: { whole: new Float64Array(count * ROUNDS), first: new Float64Array(count * ROUNDS) },
  }));
  for (const { pool, target } of lanes) for (let at = 0; at < 50; at++) await once(pool, target, stream);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { pool, target, samples } of lanes) {
      for (let at = 0; at < count; at++) {
        const { whole, first } = await once(pool, target, stream);
        samples.whole[round * count + at] = whole;
        samples.first[round * count + at] = first;
      }
    }
  }
  await Promise.all(lanes.map(({ pool }) => pool.close()));
  return new Map(lanes.map(({ name, samples }) => [name, samples]));
}

const p50 = (of: ByName, name: Name, kind: keyof Samples = 'whole'): number => quantile(of.get(name)?.[kind] ?? new Float64Array(), 0.5);

async function alone(targets: Targets): Promise<readonly Figure[]> {
  const plain = await sequential(targets, false);
  const streamed = await sequential(targets, true);
  const added = (of: ByName, name: Name): number => p50(of, name) - p50(of, 'direct');
  const over = (name: string, of: ByName, goal: Pick<Figure, 'goal' | 'holds'>): Figure => {
    const samples = of.get('aegis')?.whole ?? new Float64Array();
    const others = (['portkey', 'litellm'] as const)
      .filter((other) => of.has(other))
      .map((other) => `${WORDS[other]} +${added(of, other).toFixed(2)} ms`);
    return {
      name,
      unit: 'ms',
      n: samples.length,
      median: added(of, 'aegis'),
      p99: quantile(samples, 0.99) - p50(of, 'direct'),
      peer: `the floor's +${added(of, 'floor').toFixed(2)} ms (${others.join(', ')})`,
      ratio: added(of, 'aegis') / added(of, 'floor'),
      ...goal,
    };
  };
  const late = p50(streamed, 'aegis', 'first') - p50(streamed, 'floor', 'first');
  return [
    over('model proxy: added, one connection', plain, { goal: '≤ 2.5 ms', holds: added(plain, 'aegis') <= 2.5 }),
    over('model proxy: added, stream of 200 chunks', streamed, {
      goal: '≤ 2 × what the floor adds',
      holds: added(streamed, 'aegis') <= 2 * added(streamed, 'floor'),
    }),
    {
      name: 'model proxy: first token, over the floor',
      unit: 'ms',
      n: streamed.get('aegis')?.first.length ?? 0,
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

async function crowd(targets: Targets): Promise<readonly Figure[]> {
  const measured = (['floor', 'aegis', 'portkey', 'litellm'] as const).flatMap((name) => {
    const target = targets[name];
    return target === undefined ? [] : [{ name, target, rates: new Float64Array(ROUNDS) }];
  });
  for (const { target } of measured) await perSecond(target, 1_000);
  for (let round = 0; round < ROUNDS; round++) for (const { target, rates } of measured) rates[round] = await perSecond(target, 2_000);
  const ratesOf = (name: Name): Float64Array => measured.find((one) => one.name === name)?.rates ?? new Float64Array();
  const ours = ratesOf('aegis');
  const figure = (against: keyof typeof WORDS, least: number): Figure => {
    const theirs = ratesOf(against);
    const ratio = quantile(
      ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN)),
      0.5,
    );
    return {
      name: `model proxy: 32 connections, against ${WORDS[against]}`,
      unit: '1/s',
      n: ROUNDS,
      median: quantile(ours.slice(), 0.5),
      peer: `${WORDS[against]}: ${quantile(theirs.slice(), 0.5).toFixed(0)}/s`,
      ratio,
      goal: `≥ ${String(least)} ×`,
      holds: ratio >= least,
    };
  };
  return [figure('floor', 0.5), figure('portkey', 1), ...(targets.litellm === undefined ? [] : [figure('litellm', 10)])];
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
