/**
 * What the MCP proxy adds to a call: official servers bare and through Aegis, in turns, in one run. Each governed call is decided and the
 * decision durable before it is forwarded; its end is ordered before its answer leaves, and durable with the next decision (MCP-16).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, startProgram, stop } from './process.ts';
import type { DaemonSaid } from './process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EVERYTHING = join(ROOT, 'test/peers/node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const FILES = join(ROOT, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');
const ROUNDS = 5;
const CALLS = 200;
const WARM = 200;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-mcp-'));
  const file = join(folder, 'note.txt');
  writeFileSync(file, 'A short note.\n');
  const port = await freePort();
  const bare = `http://127.0.0.1:${String(port)}/mcp`;
  const server = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  const config = join(folder, 'aegis.yaml');
  writeFileSync(config, `mcp: { servers: [{ name: everything, url: ${bare} }] }\npolicy: ${join(folder, 'policy.yaml')}\n`);
  writeFileSync(
    join(folder, 'policy.yaml'),
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: bench }\ndefault: allow\nloops: { identical: { max: 1000000, windowMs: 1000 } }\n',
  );
  const up = ['src/cli/main.ts', 'up', '--port', '0', '--data', join(folder, 'data'), '--config', config, '--json'];
  const daemon = await startProgram<DaemonSaid>(up, { AEGIS_LIMITS_REQUESTS_PER_SECOND: '1000000', AEGIS_CHECKPOINT_DIR: join(folder, 'witness') });
  try {
    const key = await agentKey(daemon.said);
    const aegis = { daemon: daemon.said, key };
    return [
      await stdio('mcp stdio: echo', [EVERYTHING, 'stdio'], { tool: 'echo', args: (n) => ({ message: `hello ${String(n)}` }) }, aegis),
      await stdio('mcp stdio: file read', [FILES, folder], { tool: 'read_text_file', args: () => ({ path: file }) }, aegis),
      await http(
        'mcp http: echo',
        { bare, governed: `${daemon.said.url}/mcp/everything` },
        { tool: 'echo', args: (n) => ({ message: `hello ${String(n)}` }) },
        await agentKey(daemon.said, 'bench-http'),
      ),
    ];
  } finally {
    await Promise.all([stop(daemon.child), stop(server)]);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Work {
  readonly tool: string;
  readonly args: (n: number) => object;
}

type Call = (method: string, params: object) => Promise<void>;

async function compared(terms: { name: string; bare: Call; governed: Call; work: Work; goalMs: number }): Promise<Figure> {
  const { name, bare, governed, work, goalMs } = terms;
  let n = 0;
  const timed = async (call: Call, times: number): Promise<Float64Array> => {
    const samples = new Float64Array(times);
    for (let at = 0; at < times; at++) {
      const begun = performance.now();
      await call('tools/call', { name: work.tool, arguments: work.args(n++) });
      samples[at] = performance.now() - begun;
    }
    return samples;
  };
  await timed(bare, WARM);
  await timed(governed, WARM);
  const added: number[] = [];
  const alone: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const without = quantile(await timed(bare, CALLS), 0.5);
    const samples = await timed(governed, CALLS);
    all.push(...samples);
    alone.push(without);
    added.push(quantile(samples, 0.5) - without);
  }
  const median = quantile(Float64Array.from(added), 0.5);
  const base = quantile(Float64Array.from(alone), 0.5);
  const p99 = quantile(Float64Array.from(all), 0.99) - base;
  const goal = `≤ ${String(goalMs)} ms added to the p50 of the bare server`;
  return {
    name,
    unit: 'ms added',
    n: ROUNDS * CALLS,
    median,
    p99,
    peer: `bare: ${base.toFixed(2)} ms`,
    ratio: (base + median) / base,
    goal,
    holds: median <= goalMs,
  };
}

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

async function stdio(name: string, server: readonly string[], work: Work, aegis: { daemon: DaemonSaid; key: string }): Promise<Figure> {
  const env = { ...process.env, AEGIS_URL: aegis.daemon.url, AEGIS_KEY: aegis.key };
  const own = [process.execPath, ...server];
  const bare = spawn(process.execPath, server, { stdio: ['pipe', 'pipe', 'ignore'] });
  const cli = ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/cli/main.ts'), 'mcp', '--name', work.tool, '--', ...own];
  const governed = spawn(process.execPath, cli, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    return await compared({ name, bare: await over(bare), governed: await over(governed), work, goalMs: 1.8 });
  } finally {
    bare.stdin.end();
    governed.stdin.end();
    await Promise.all([stop(bare), stop(governed)]);
  }
}

async function over(child: ChildProcess): Promise<Call> {
  const waiting = new Map<number, (said: { error?: unknown; result?: { isError?: boolean } }) => void>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const said = JSON.parse(line) as { id?: number; error?: unknown; result?: { isError?: boolean } };
    if (said.id === undefined) return;
    waiting.get(said.id)?.(said);
    waiting.delete(said.id);
  });
  let next = 1;
  const send = (message: object): void => void child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const call: Call = (method, params) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, (said) => (said.error === undefined && said.result?.isError !== true ? resolve() : reject(new Error(JSON.stringify(said)))));
      send({ id, method, params });
    });
  await call('initialize', HELLO);
  send({ method: 'notifications/initialized' });
  return call;
}

async function http(name: string, { bare, governed }: { bare: string; governed: string }, work: Work, key: string): Promise<Figure> {
  for (let tries = 0; tries < 100; tries++) if (await reachable(bare)) break;
  return compared({ name, bare: await session(bare), governed: await session(governed, key), work, goalMs: 1.5 });
}

async function reachable(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => pause(100, false),
  );
}

async function session(url: string, key?: string): Promise<Call> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let id: string | undefined;
  let next = 1;
  const post = (message: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify({ jsonrpc: '2.0', ...message });
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'content-length': Buffer.byteLength(text),
        ...(id === undefined ? {} : { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      };
      const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
        const given = answer.headers['mcp-session-id'];
        if (typeof given === 'string') id = given;
        let said = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
        answer.on('end', () => ((answer.statusCode ?? 500) < 300 ? resolve(said) : reject(new Error(`${String(answer.statusCode)} ${said}`))));
      });
      sent.on('error', reject);
      sent.end(text);
    });
  const call: Call = async (method, params) => {
    const said = await post({ id: next++, method, params });
    if (!said.includes('"result"') || said.includes('"isError":true')) throw new Error(said);
  };
  await call('initialize', HELLO);
  await post({ method: 'notifications/initialized' });
  return call;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
