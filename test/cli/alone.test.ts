import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pinned } from '../pins/pinned.ts';
import { terminal } from './terminal.ts';

test('init shows first, writes when told, never overwrites', async (context) => {
  const shell = await terminal(context);
  const { aegis, folder } = shell;
  await aegis('init');
  await mkdir(join(folder, 'project'));
  await shell.write('project/package.json', JSON.stringify({ dependencies: { openai: '1', '@langchain/langgraph': '1' } }));
  await aegis('init', 'project');
  assert.ok(!existsSync(join(folder, 'project/aegis.yaml')), 'nothing is written unasked');
  await aegis('init', 'project', '--yes');
  await aegis('init', 'project', '--yes', '--json');
  await aegis('policy', 'check', 'project/policy.yaml');
  await aegis('doctor', '--config', 'project/aegis.yaml');
  await shell.write('project/aegis.yaml', 'polcy: ./policy.yaml\n');
  assert.equal((await aegis('doctor', '--config', 'project/aegis.yaml')).code, 1);
  assert.equal((await aegis('up', '--config', 'project/aegis.yaml')).code, 2);
  await shell.write('project/package.json', '{ not json');
  assert.equal((await aegis('init', 'project')).code, 2);
  assert.equal((await aegis('init', 'nowhere')).code, 2);
  pinned('test/transcripts/init.txt', shell.transcript());
});

test('[CLI-1, CLI-2] wrong usage says what is wrong and which help to read, exit code 2', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  for (const words of [
    ['stauts'],
    ['xyzzy'],
    ['--jsn'],
    ['help', 'stauts'],
    ['help', 'agents', 'lst'],
    ['agents', 'ad'],
    ['policy', 'chek', 'x'],
    ['agents', '--jsn'],
    ['agents', 'add', 'x', 'y'],
    ['agents', 'add', 'x', '--max-priorty', '3'],
    ['agents', 'add', 'x', '--on-unavailable', 'alow', '--json'],
    ['status', 'x'],
    ['up', '--port'],
    ['log', 'proof'],
    ['policy'],
    ['st\u001b[31matus'],
    ['status', '--wat'],
    ['status', '--wat', '--json'],
    ['agents', 'wat'],
    ['agents', 'add'],
    ['agents', 'add', 'x', '--on-unavailable', 'shrug'],
    ['agents', 'add', 'x', '--max-priority', '11'],
    ['agents', 'revoke', 'x'],
    ['actions', '--limit', 'many'],
    ['actions', '--effect', 'maybe'],
    ['operators', 'add', 'x', '--name', 'X', '--role', 'king'],
    ['halt', 'agent', 'x'],
    ['halt', 'everything', '--reason', 'x'],
    ['erase', 'everything', '--reason', 'x'],
    ['up', '--port', '99999'],
    ['conform', '--format', 'pdf'],
  ])
    assert.equal((await aegis(...words)).code, 2, words.join(' '));
  pinned('test/transcripts/usage.txt', shell.transcript());
});

test('conform runs the shipped cases without a daemon, for people and for machines', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  const text = await aegis('conform');
  assert.equal(text.code, 0, text.stdout);
  assert.match(text.stdout, /\d+ of \d+ cases hold\n$/);
  const { total, failed } = JSON.parse((await aegis('conform', '--json')).stdout) as { total: number; failed: number };
  assert.ok(total >= 250);
  assert.equal(failed, 0);
  assert.match((await aegis('conform', '--format', 'junit')).stdout, /^<\?xml[^]*<\/testsuites>\n$/);
  await mkdir(join(shell.folder, 'empty'));
  assert.equal((await aegis('conform', 'empty')).code, 1, 'no cases is not success');
});
