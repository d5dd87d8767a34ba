import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pinned } from '../pins/pinned.ts';
import { act, terminal, type Terminal, type Up } from './terminal.ts';

async function someHistory(shell: Terminal): Promise<Up> {
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  const { key } = JSON.parse((await shell.aegis('agents', 'add', 'clerk', '--json')).stdout) as { key: string };
  for (const customer of [1, 2, 3]) await act(up.url, key, { session: 'books', name: 'lookup', args: { customer } });
  await checkpointed(up, 8);
  return up;
}

/** Until the daemon has signed this many entries. */
async function checkpointed(up: Up, size: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`${up.url}/v1/log/checkpoint`, { headers: { authorization: `Bearer ${up.admin}` } });
    if ((await answer.text()).includes(`\\n${String(size)}\\n`)) return;
    await pause(50);
  }
  assert.fail('no checkpoint came');
}

/** Changes one recorded effect on disk, as somebody who owns the machine would. */
function tamper(data: string, index: number): void {
  const database = new DatabaseSync(join(data, 'log.sqlite'));
  const rows = database.prepare('SELECT id, CAST(bytes AS TEXT) AS text FROM entry').all() as unknown as readonly { id: number; text: string }[];
  const row = rows.find(({ text }) => (JSON.parse(text) as { index: number }).index === index);
  assert.ok(row);
  const changed = row.text.replace('"effect":"allow"', '"effect":"deny"');
  assert.notEqual(changed, row.text);
  database.prepare('UPDATE entry SET bytes = ? WHERE id = ?').run(new TextEncoder().encode(changed), row.id);
  database.close();
}

async function publicKey(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const name = names.find((one) => one.endsWith('key.pub'));
  assert.ok(name, names.join(' '));
  return (await readFile(join(folder, name), 'utf8')).trim();
}

test('the log at the command line: tail, proof, export, verify, and what was touched', async (context) => {
  const shell = await terminal(context);
  const { aegis, folder } = shell;
  const up = await someHistory(shell);
  await aegis('log', 'tail', '--no-follow');
  await aegis('log', 'tail', '--no-follow', '--last', '1', '--json');
  assert.equal((await aegis('log', 'tail', '--last', 'all')).code, 2);
  await aegis('log', 'proof', '6');
  assert.equal((await aegis('log', 'proof', '9999')).code, 5);
  assert.equal((await aegis('log', 'proof', 'six')).code, 2);
  await aegis('log', 'export', '--out', 'audit.jsonl');
  const piped = await aegis('log', 'export');
  assert.equal(piped.stdout.split('\n')[0], (await shell.read('audit.jsonl')).split('\n')[0]);
  assert.equal((await aegis('log', 'rotate-key', '--reason', 'yearly')).code, 0);
  await up.stop();
  await aegis('log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints');
  await aegis('log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints', '--json');
  assert.equal((await aegis('log', 'verify', '--data', 'nowhere')).code, 2);
  await aegis('log', 'verify', '--export', 'audit.jsonl');
  await aegis('log', 'verify', '--export', 'audit.jsonl', '--json');
  const key = await publicKey(join(folder, 'checkpoints'));
  assert.equal((await aegis('log', 'verify', '--export', 'audit.jsonl', '--key', key)).code, 0);
  const text = await shell.read('audit.jsonl');
  const lines = text.split('\n');
  const touched = lines.map((line, at) => (at === 7 ? line.replace('"effect":"allow"', '"effect":"deny"') : line)).join('\n');
  assert.notEqual(touched, text);
  await shell.write('touched.jsonl', touched);
  assert.equal((await aegis('log', 'verify', '--export', 'touched.jsonl')).code, 1);
  assert.equal((await aegis('log', 'verify', '--export', 'touched.jsonl', '--json')).code, 1);
  assert.equal((await aegis('log', 'verify', '--export', 'audit.jsonl', '--key', 'nonsense')).code, 2);
  assert.equal((await aegis('log', 'verify', '--export', 'nowhere.jsonl')).code, 2);
  tamper(join(folder, 'data'), 6);
  assert.equal((await aegis('log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints')).code, 1);
  assert.equal((await aegis('log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints', '--json')).code, 1);
  pinned('test/transcripts/log.txt', shell.transcript());
});

test('erasing, and going on after a restored backup', async (context) => {
  const shell = await terminal(context);
  const { aegis, folder } = shell;
  const up = await someHistory(shell);
  await up.stop();
  await cp(join(folder, 'data'), join(folder, 'backup'), { recursive: true });
  const again = await shell.up();
  shell.env['AEGIS_URL'] = again.url;
  await aegis('halt', 'all', '--reason', 'incident 12');
  await aegis('erase', 'session/books', '--reason', 'request 881');
  await aegis('erase', 'agent/clerk', '--reason', 'request 882', '--json');
  assert.notEqual((await aegis('erase', 'everything', '--reason', 'x')).code, 0);
  await aegis('replay');
  await again.stop();
  await aegis('log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints');
  await rm(join(folder, 'data'), { recursive: true });
  await cp(join(folder, 'backup'), join(folder, 'data'), { recursive: true });
  assert.equal((await aegis('up', '--port', '0', '--data', 'data', '--checkpoints', 'checkpoints')).code, 1, 'an older store is refused');
  await aegis('recover', '--data', 'data', '--checkpoints', 'checkpoints', '--reason', 'restored from the backup of Friday');
  await aegis('recover', '--data', 'data', '--checkpoints', 'checkpoints', '--reason', 'twice', '--json');
  const third = await shell.up();
  shell.env['AEGIS_URL'] = third.url;
  await aegis('status');
  pinned('test/transcripts/recover.txt', shell.transcript());
});
