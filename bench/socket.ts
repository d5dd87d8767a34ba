/**
 * Durable decisions over the local socket against the same over HTTP, in turns, in one run: throughput at 64 connections, the daemon's CPU
 * time for each, and the latency of one connection. Both loaders write prepared bytes and look for the end of an answer, nothing more.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, startDaemon, stop } from './process.ts';

const ROUNDS = 7;
const ROUND_MS = 2_000;
const CONNECTIONS = 64;
const ALONE = 1_000;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-socket-'));
  const daemon = await startDaemon(join(folder, 'data'), { AEGIS_SERVER_SOCKET: join(folder, 'run', 'aegis.sock') });
  try {
    const key = await agentKey(daemon.said);
    const pid = daemon.child.pid ?? 0;
    const [http, local] = [overHttp(daemon.said.url, key), overSocket(daemon.said.socket ?? '', key)];
    await load(http, pid, 1_000);
    await load(local, pid, 1_000);
    const rounds: { readonly http: Loaded; readonly local: Loaded }[] = [];
    for (let at = 0; at < ROUNDS; at++) rounds.push({ http: await load(http, pid, ROUND_MS), local: await load(local, pid, ROUND_MS) });
    const alone = { http: await single(http), local: await single(local) };
    return [throughput(rounds), cpu(rounds), latency(alone)];
  } finally {
    await stop(daemon.child);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Loaded {
  readonly perSecond: number;
  /** Of all threads of the daemon. */
  readonly cpuMicros: number;
}

type Rounds = readonly { readonly http: Loaded; readonly local: Loaded }[];

const median = (values: readonly number[]): number => quantile(Float64Array.from(values), 0.5);

function throughput(rounds: Rounds): Figure {
  const ratio = median(rounds.map(({ local, http }) => local.perSecond / http.perSecond));
  return {
    name: `socket: durable decisions, ${String(CONNECTIONS)} connections`,
    unit: '1/s',
    n: rounds.length,
    median: median(rounds.map(({ local }) => local.perSecond)),
    peer: `HTTP: ${median(rounds.map(({ http }) => http.perSecond)).toFixed(0)}/s`,
    ratio,
    goal: '≥ 1.4 × HTTP',
    holds: ratio >= 1.4,
  };
}

function cpu(rounds: Rounds): Figure {
  return {
    name: 'socket: CPU time of the daemon for a decision',
    unit: 'µs',
    n: rounds.length,
    median: median(rounds.map(({ local }) => local.cpuMicros)),
    peer: `HTTP: ${median(rounds.map(({ http }) => http.cpuMicros)).toFixed(0)} µs`,
    ratio: median(rounds.map(({ local, http }) => local.cpuMicros / http.cpuMicros)),
    goal: 'reported',
    holds: true,
  };
}

function latency({ http, local }: { readonly http: Float64Array; readonly local: Float64Array }): Figure {
  const [ours, theirs] = [quantile(local, 0.5), quantile(http, 0.5)];
  return {
    name: 'socket: one connection',
    unit: 'ms',
    n: local.length,
    median: ours,
    p99: quantile(local, 0.99),
    peer: `HTTP: ${theirs.toFixed(2)} ms`,
    ratio: ours / theirs,
    goal: 'reported',
    holds: true,
  };
}

/** One way to the daemon: how a connection is opened, a request written, and where an answer ends. */
interface Way {
  readonly open: () => Socket;
  readonly request: (body: string) => string;
  /** Characters of the first whole answer in what came, or -1. @throws Error for an answer that is no success */
  readonly end: (text: string) => number;
}

function overSocket(path: string, key: string): Way {
  return {
    open: () => {
      const socket = connect(path);
      socket.write(`${JSON.stringify({ aegis: 1, key })}\n`);
      return socket;
    },
    request: (body) => `{"id":1,"method":"POST","path":"/v1/actions","body":${body}}\n`,
    end: (text) => {
      const end = text.indexOf('\n') + 1;
      if (end > 0 && !text.startsWith('{"id":1,"status":200,')) throw new Error(text.slice(0, 300));
      return end === 0 ? -1 : end;
    },
  };
}

function overHttp(url: string, key: string): Way {
  const { port, host } = new URL(url);
  const head = `POST /v1/actions HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
  return {
    open: () => connect(Number(port), '127.0.0.1'),
    request: (body) => `${head}content-length: ${String(body.length)}\r\n\r\n${body}`,
    end: (text) => {
      const body = text.indexOf('\r\n\r\n') + 4;
      if (body < 4) return -1;
      if (!text.startsWith('HTTP/1.1 200')) throw new Error(text.slice(0, 300));
      const at = text.indexOf('content-length: ') + 16;
      const end = body + Number(text.slice(at, text.indexOf('\r', at)));
      return text.length >= end ? end : -1;
    },
  };
}

let counter = 0;
const body = (): string =>
  `{"session":"bench-${String(counter++ % 64)}","name":"lookup_balance","args":{"customer":"c-${String(counter)}","fields":["balance","currency"]}}`;

/** Sends one request after another over a connection until told to stop. */
function client({ open, request, end }: Way, answered: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open().setNoDelay(true).setEncoding('latin1');
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      try {
        const at = end(text);
        if (at === -1) return;
        text = text.slice(at);
        if (answered()) return void socket.write(request(body()));
        socket.destroy();
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    });
    socket.on('error', reject);
    socket.write(request(body()));
  });
}

async function load(way: Way, pid: number, forMs: number): Promise<Loaded> {
  let count = 0;
  const before = cpuMs(pid);
  const begun = performance.now();
  const answered = (): boolean => {
    count += 1;
    return performance.now() - begun < forMs;
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, () => client(way, answered)));
  const took = performance.now() - begun;
  return { perSecond: (count * 1_000) / took, cpuMicros: ((cpuMs(pid) - before) * 1_000) / count };
}

async function single(way: Way): Promise<Float64Array> {
  const samples = new Float64Array(ALONE);
  let at = -200;
  let begun = performance.now();
  await client(way, () => {
    const now = performance.now();
    if (at >= 0) samples[at] = now - begun;
    begun = now;
    return ++at < ALONE;
  });
  return samples;
}

/** User and system time of a process, all its threads, in milliseconds (proc_pid_stat(5), a hundred ticks a second). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
