import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startGateway, type Gateway } from './gateway.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');

const ANSWER = {
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'wipe', arguments: '{"id":7}' } }] },
    },
  ],
};

/** What an agent does; `SAID` is the name of the error it met. */
const BODY = `
const client = new OpenAI({ apiKey: 'x', baseURL: process.env.VENDOR, maxRetries: 0 });
client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'wipe it' }] }).then(
  () => console.log('it ran'),
  (error) => console.log(error.name, error instanceof AegisBlockedError, error.toolName),
);
`;

const TYPED = `
import { AegisBlockedError, auto, tool, type Decision } from '@aegis/sdk';
const aegis = auto('http://127.0.0.1:7411', { agentId: 'a', key: 'k', session: 's' });
export const lookup = tool(aegis, { name: 'lookup', execute: ({ id }: { id: number }) => Promise.resolve(id + 1) });
export const effect = (decision: Decision): string => decision.effect;
export const blocked = (error: unknown): string => (error instanceof AegisBlockedError ? error.toolName : '');
// @ts-expect-error a key is text
auto('http://127.0.0.1:7411', { key: 7 });
`;

let gateway: Gateway;
let project: string;
const vendor = createServer((request, reply) => {
  request.resume().on('end', () => reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER)));
});

before(async () => {
  await new Promise<void>((done) => vendor.listen(0, '127.0.0.1', done));
  gateway = await startGateway(({ name }) => (name === 'wipe' ? { effect: 'deny' } : undefined));
  project = await mkdtemp(join(tmpdir(), 'aegis-package-'));
  await mkdir(join(project, 'node_modules/@aegis/sdk'), { recursive: true });
  const { stdout } = await run(process.execPath, [join(ROOT, 'bin/pack-sdk.mjs'), join(project, 'packed'), '--json']);
  const { file } = JSON.parse(stdout) as { file: string };
  await run('tar', ['-xzf', file, '--strip-components=1', '-C', join(project, 'node_modules/@aegis/sdk')]);
  for (const name of ['openai', 'typescript', '@types']) await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  const said = "import { AegisBlockedError, auto } from '@aegis/sdk';\nimport OpenAI from 'openai';\nauto();";
  await writeFile(join(project, 'agent.mjs'), said + BODY);
  await writeFile(
    join(project, 'agent.cjs'),
    `const { AegisBlockedError, auto } = require('@aegis/sdk');\nconst OpenAI = require('openai');\nauto();${BODY}`,
  );
  await writeFile(join(project, 'untouched.mjs'), said.replace('\nauto();', '') + BODY);
  await writeFile(join(project, 'typed.mts'), TYPED);
});

after(async () => {
  vendor.closeAllConnections();
  vendor.close();
  await gateway.close();
  await rm(project, { recursive: true, force: true });
});

/** This Node, and the machine's own where that is another one. */
async function nodes(): Promise<readonly string[]> {
  const found = new Map<string, string>([[process.version, process.execPath]]);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    if (folder.includes('node_modules') || !existsSync(node)) continue;
    const { stdout } = await run(node, ['--version']);
    const [major = 0, minor = 0] = stdout.trim().slice(1).split('.').map(Number);
    if (major > 20 || (major === 20 && minor >= 19)) found.set(stdout.trim(), node);
  }
  return [...found.values()];
}

test('[SDK-11] the packed SDK guards a program that installed it, in ESM, in CommonJS and from outside, under every Node here', async (context) => {
  const port = (vendor.address() as AddressInfo).port;
  const env = {
    PATH: process.env['PATH'],
    HOME: project,
    VENDOR: `http://127.0.0.1:${String(port)}/v1`,
    AEGIS_URL: gateway.url,
    AEGIS_KEY: 'k',
    AEGIS_AGENT: 'a',
    AEGIS_SESSION: 's',
  };
  const all = await nodes();
  context.diagnostic(`${String(all.length)} versions of Node`);
  for (const node of all) {
    for (const args of [['agent.mjs'], ['agent.cjs'], ['--import', '@aegis/sdk/auto', 'untouched.mjs']]) {
      const { stdout } = await run(node, args, { cwd: project, env });
      assert.equal(stdout.trim(), 'AegisBlockedError true wipe', `${node} ${args.join(' ')}`);
    }
  }
});

test('[SDK-11] its types hold in a strict program of somebody else', async () => {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2022', '--types', 'node'];
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'typed.mts'], { cwd: project });
});
