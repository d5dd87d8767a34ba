import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startGateway, type Gateway } from './gateway.ts';
import { startVendor, type Vendor } from './vendor.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
const REGISTER = resolve(import.meta.dirname, '../src/register.ts');
const INDEX = JSON.stringify(resolve(import.meta.dirname, '../src/index.ts'));

const ANSWER = {
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'wipe', arguments: '{}' } }] },
    },
  ],
};

/** Asks a model and says what came of it. */
const ASKS = `
import OpenAI from 'openai';
const client = new OpenAI({ apiKey: 'x', baseURL: process.env.VENDOR, maxRetries: 0 });
await client.chat.completions.create({ model: 'm', messages: [] }).then(() => console.log('handed out'), (error) => console.log(error.name));
`;

let vendor: Vendor;
let gateway: Gateway;
let folder: string;
before(async () => {
  vendor = await startVendor(() => ANSWER);
  gateway = await startGateway(({ name }) => (name === 'wipe' ? { effect: 'deny' } : undefined));
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'aegis-discovery-')));
});
after(async () => {
  await vendor.close();
  await gateway.close();
  rmSync(folder, { recursive: true });
});

/** A program with these files, and with these packages of ours installed. */
function program(name: string, files: Readonly<Record<string, string>>, packages: readonly string[] = []): string {
  const place = join(folder, name);
  mkdirSync(join(place, 'node_modules'), { recursive: true });
  for (const one of packages) symlinkSync(join(ROOT, 'node_modules', one), join(place, 'node_modules', one));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
  return place;
}

async function node(args: readonly string[], cwd: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    VENDOR: `${vendor.url}/v1`,
    AEGIS_URL: gateway.url,
    AEGIS_KEY: 'k',
    AEGIS_AGENT: 'a',
    AEGIS_SESSION: 's',
    AEGIS_SOCKET: 'off',
  };
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd, env });
}

test('[SDK-17] a program that is started from another folder is guarded where its own libraries lie, also behind a link', async () => {
  const place = program('elsewhere', { 'agent.mjs': ASKS }, ['openai']);
  symlinkSync(join(place, 'agent.mjs'), join(folder, 'linked.mjs'));
  for (const file of [join(place, 'agent.mjs'), join(folder, 'linked.mjs')]) {
    const { stdout, stderr } = await node(['--import', REGISTER, file], '/');
    assert.equal(stdout, 'AegisBlockedError\n');
    assert.equal(stderr, '', 'nothing is left to say');
  }
});

test('[SDK-17] where no library is found, one line says so; a request to a model that nothing guards is told, once for each address', async () => {
  const asks = `
    import { get, request } from 'node:http';
    const body = JSON.stringify({ model: 'm', messages: [] });
    for (let n = 0; n < 2; n += 1) await fetch(process.env.VENDOR + '/chat/completions', { method: 'POST', body });
    await new Promise((done) => request(process.env.VENDOR + '/messages?beta=true', { method: 'POST' }, (answer) => answer.resume().on('end', done)).end(body));
    for (const path of ['/weather', '/channels/7/messages', '/interactions/7/token/callback', '/survey/responses'])
      await fetch(process.env.VENDOR + path, { method: 'POST', body });
    await new Promise((done) => get(process.env.VENDOR + '/chat/completions', (answer) => answer.resume().on('end', done)));
  `;
  const { stderr } = await node(['--import', REGISTER, 'agent.mjs'], program('alone', { 'agent.mjs': asks }));
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 3, stderr);
  assert.match(lines[0] ?? '', /^aegis: guarded: nothing\. Not guarded: this program/);
  assert.match(lines[1] ?? '', /^aegis: not guarded: http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions was asked/);
  assert.match(lines[2] ?? '', /\/v1\/messages was asked/);
});

test('[SDK-17] worker threads are guarded in the same session, however they were imported', async () => {
  const main = `
    import { Worker } from 'node:worker_threads';
    import { auto } from ${INDEX};
    auto(undefined, { agentId: 'a' });
    const worker = new Worker(new URL('./worker.mjs', import.meta.url));
    worker.once('exit', (code) => console.log('exit', code));
  `;
  const before = gateway.proposals().length;
  const { stdout, stderr } = await node(['main.mjs'], program('threads', { 'main.mjs': main, 'worker.mjs': ASKS }, ['openai']));
  assert.equal(stdout, 'AegisBlockedError\nexit 0\n');
  assert.equal(stderr, '');
  assert.deepEqual(
    gateway
      .proposals()
      .slice(before)
      .map((one) => (one as unknown as { session: string }).session),
    ['s'],
  );
});

test('[SDK-17] a version that no test runs with, and one that is built otherwise, are named; strict refuses them', async () => {
  const says = `
    import { auto } from ${INDEX};
    const { coverage, patched } = auto();
    console.log(JSON.stringify([patched, coverage().unguarded.map(({ what }) => what)]));
    try { auto(undefined, { strict: true }); } catch (error) { console.log(error.name); }
  `;
  const place = program('versions', { 'agent.mjs': says });
  const fake = (name: string, version: string, text: string): void => {
    const at = join(place, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
    writeFileSync(join(at, 'index.js'), text);
  };
  fake('openai', '99.0.0', 'exports.OpenAI = class { request() { return {}; } };');
  fake('@anthropic-ai/sdk', '1.2.3', 'exports.Anthropic = class {};');
  fake('ollama', '0.6.0', 'exports.Ollama = class {};');
  const { stdout, stderr } = await node(['agent.mjs'], place);
  const [found, refused] = stdout.split('\n');
  const [patched, unguarded] = JSON.parse(found ?? '') as [string[], string[]];
  assert.deepEqual(patched, ['openai']);
  assert.deepEqual(
    unguarded.map((what) => what.split(' ').slice(0, 2).join(' ')),
    ['openai 99.0.0', '@anthropic-ai/sdk 1.2.3', 'ollama 0.6.0'],
  );
  assert.equal(refused, 'AegisSetupError');
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.match(stderr, /openai 99\.0\.0 \(guarded, but only 7\.x is tested\)/);
});
