/**
 * What a coding agent waits for before each tool call: the http handler of Claude Code over a connection that is kept, and the command the
 * other harnesses run, beside a Node that does nothing. Both get a durable decision from a daemon in a process of its own.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { guarded } from '../src/cli/hook/command-line.ts';
import { LAUNCHER } from '../src/cli/hook/install.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, startDaemon, stop } from './process.ts';

const ASKS = 2_000;
const STARTS = 60;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-hook-'));
  const daemon = await startDaemon(join(folder, 'data'));
  try {
    const { url } = daemon.said;
    const key = await agentKey(daemon.said);
    const asked = await overHttp(url, key);
    const { answerKey } = (await (await fetch(`${url}/v1/identity`)).json()) as { answerKey: string };
    const settings = join(folder, 'hook.json');
    const sockets = daemon.said.socket == null ? [] : [daemon.said.socket];
    writeFileSync(settings, JSON.stringify({ url, sockets, key, answerKey, query: '', deadlineMs: 20_000, onUnavailable: 'deny' }));
    const command = guarded({ node: process.execPath, launcher: LAUNCHER, harness: 'codex', event: 'PreToolUse', settings }, 'decide');
    const ours = new Float64Array(STARTS);
    const bare = new Float64Array(STARTS);
    for (let at = -3; at < STARTS; at++) {
      const [a, b] = [await timed(['/bin/sh', '-c', command], payload('codex')), await timed([process.execPath, '-e', '0'], '')];
      if (at >= 0) [ours[at], bare[at]] = [a, b];
    }
    return [http(asked), launched(ours, bare)];
  } finally {
    await stop(daemon.child);
    rmSync(folder, { recursive: true, force: true });
  }
}

function http(samples: Float64Array): Figure {
  const [median, p99] = [quantile(samples, 0.5), quantile(samples, 0.99)];
  return {
    name: 'hook: decision through Claude Code’s http handler',
    unit: 'ms',
    n: samples.length,
    median,
    p99,
    goal: 'p50 ≤ 5 ms, p99 ≤ 15 ms',
    holds: median <= 5 && p99 <= 15,
  };
}

function launched(ours: Float64Array, bare: Float64Array): Figure {
  const [median, empty] = [quantile(ours, 0.5), quantile(bare, 0.5)];
  return {
    name: 'hook: decision through a command',
    unit: 'ms',
    n: ours.length,
    median,
    peer: `an empty Node: ${empty.toFixed(0)} ms`,
    ratio: median / empty,
    goal: 'reported',
    holds: true,
  };
}

let counter = 0;
const payload = (session: string): string =>
  JSON.stringify({
    session_id: `${session}-${String(counter % 16)}`,
    transcript_path: '/home/ann/.claude/projects/shop/8f4c2d10.jsonl',
    cwd: '/home/ann/shop',
    permission_mode: 'default',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_input: { command: `npm test -- --grep case-${String(counter)}`, description: 'Run one test' },
    tool_use_id: `toolu_${String(counter++)}`,
  });

async function overHttp(url: string, key: string): Promise<Float64Array> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const samples = new Float64Array(ASKS);
  for (let at = -300; at < ASKS; at++) {
    const begun = performance.now();
    await ask(agent, `${url}/v1/hooks/claude-code/PreToolUse?wait=60000`, key);
    if (at >= 0) samples[at] = performance.now() - begun;
  }
  agent.destroy();
  return samples;
}

function ask(agent: Agent, url: string, key: string): Promise<void> {
  const text = payload('bench');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (part: string) => (said += part));
      answer.on('end', () => (said === '{}' ? resolve() : reject(new Error(said))));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

function timed([program = '', ...args]: readonly string[], input: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(performance.now() - begun) : reject(new Error(`ended with ${String(code)}`))));
    child.stdin.end(input);
  });
}
