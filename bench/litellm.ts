/** LiteLLM as a peer of the model proxy: a Python program, installed once into a folder of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as after } from 'node:timers/promises';
import type { Running } from './process.ts';
import { stop } from './process.ts';

const REQUIREMENTS = fileURLToPath(new URL('litellm.txt', import.meta.url));
const FOLDER = fileURLToPath(new URL('../node_modules/.cache/litellm', import.meta.url));
/** The scripts beside it name the folder they were installed in, which may have moved since. */
const PYTHON = join(FOLDER, 'bin', 'python');
/** It is up after some 15 s on a small machine. */
const UP_MS = 120_000;

export interface LiteLlm extends Running {
  /** The key it asks of its clients. */
  readonly key: string;
}

/** One worker in front of this upstream; or why it cannot be measured here. */
export async function startLiteLlm(upstream: string, folder: string): Promise<LiteLlm | string> {
  const failed = await install();
  if (failed !== null) return failed;
  const config = join(folder, 'litellm.yaml');
  const params = { model: 'openai/gpt-4o-mini', api_base: `${upstream}/v1`, api_key: 'sk-bench' };
  writeFileSync(config, JSON.stringify({ model_list: [{ model_name: 'gpt-4o-mini', litellm_params: params }] }));
  const key = `sk-${randomBytes(16).toString('hex')}`;
  const port = String(await freePort());
  const args = [
    '-c',
    'from litellm import run_server; run_server()',
    '--config',
    config,
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--num_workers',
    '1',
  ];
  const child = spawn(PYTHON, args, {
    env: { ...process.env, LITELLM_MASTER_KEY: key, LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  if (await answers(child, url)) return { child, said: { url }, key };
  if (child.exitCode === null) await stop(child);
  return 'it does not start';
}

/** Null when it is there, as the requirements say. */
async function install(): Promise<string | null> {
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  const done = join(FOLDER, 'installed.txt');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return null;
  console.error('installing LiteLLM, once …');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  if (!(await ran('python3', ['-m', 'venv', FOLDER]))) return 'there is no python3 with venv';
  if (!(await ran(PYTHON, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]))) return 'it cannot be installed';
  writeFileSync(done, wanted);
  return null;
}

function ran(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (const until = Date.now() + UP_MS; Date.now() < until && child.exitCode === null;) {
    const up = await fetch(`${url}/health/liveliness`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return true;
    await after(250);
  }
  return false;
}
