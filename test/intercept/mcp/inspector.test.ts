import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, ROOT, stage } from './conversation.ts';
import type { Stage } from './conversation.ts';

const PATIENT = { timeout: 240_000 };
const PEERS = join(ROOT, 'test/peers/node_modules/@modelcontextprotocol');
const INSPECTOR = join(PEERS, 'inspector/clients/launcher/build/index.js');
const FILES = join(ROOT, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

/** The official inspector, as a person drives it, started with a client's configuration file. */
async function inspect({ aegis, key, folder }: Stage, notes: string, words: readonly string[]): Promise<Record<string, unknown>> {
  const config = join(folder, 'clients.json');
  const env = { AEGIS_URL: aegis.daemon.url, AEGIS_KEY: key };
  const args = ['--disable-warning=ExperimentalWarning', CLI, 'mcp', '--name', 'files', '--', process.execPath, FILES, notes];
  writeFileSync(config, JSON.stringify({ mcpServers: { files: { command: process.execPath, args, env } } }));
  const child = spawn(process.execPath, [INSPECTOR, '--cli', '--config', config, '--server', 'files', ...words], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complained] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString('utf8')));
  await once(child, 'close');
  assert.ok(said.includes('{'), complained);
  return JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1)) as Record<string, unknown>;
}

test('[MCP-7] the official inspector over `aegis mcp -- <filesystem server>`: list, an allowed call, a denied call', PATIENT, async (context) => {
  assert.ok(existsSync(INSPECTOR), 'the inspector is one of the programs in test/peers');
  const policy =
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nagents:\n  a1: { allow: ["read_*", "list_*", "write_file"], block: [move_file] }\nrules:\n  - id: no-writing\n    when: action.name == "write_file"\n    effect: deny\n    reason: { code: NO_WRITING, message: "Notes are only read." }\n';
  const place = await stage(context, policy);
  mkdirSync(join(place.folder, 'notes'));
  const notes = realpathSync(join(place.folder, 'notes'));
  writeFileSync(join(notes, 'today.txt'), 'Buy milk.');
  const tools = (await inspect(place, notes, ['--method', 'tools/list']))['tools'] as { name: string }[];
  const names = tools.map(({ name }) => name);
  assert.ok(names.includes('read_text_file') && !names.includes('move_file'), names.join());
  const read = await inspect(place, notes, [
    '--method',
    'tools/call',
    '--tool-name',
    'read_text_file',
    '--tool-arg',
    `path=${join(notes, 'today.txt')}`,
  ]);
  assert.match(JSON.stringify(read), /Buy milk/);
  const write = await inspect(place, notes, [
    '--method',
    'tools/call',
    '--tool-name',
    'write_file',
    '--tool-arg',
    `path=${join(notes, 'x.txt')}`,
    'content=x',
  ]);
  assert.match(JSON.stringify(write), /NO_WRITING/);
  assert.ok(!existsSync(join(notes, 'x.txt')));
});
