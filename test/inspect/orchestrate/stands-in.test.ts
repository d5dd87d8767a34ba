import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedPolicy } from '../../../eval/effect.ts';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';

const inspect = await createInspect();
const effectOf = await shippedPolicy();

function says(args: JsonObject, folder?: string): string {
  const call = { kind: 'tool', name: 'Bash', args, ...(folder === undefined ? {} : { folder }) } as const;
  return effectOf(call, inspect(call));
}

test('[INSPECT-160] a command is read from the folder it starts in, as an argument or the integration says', () => {
  for (const folder of ['/', '/etc', '/home/me', '~', '/var/lib/postgresql'])
    assert.notEqual(says({ command: 'rm -rf data' }, folder), 'allow', folder);
  assert.equal(says({ command: 'rm -rf *' }, '/'), 'deny');
  assert.equal(says({ command: 'rm -rf *', cwd: '/' }), 'deny');
  assert.equal(says({ command: 'rm -rf build', workdir: '/etc' }), 'ask');
  assert.equal(says({ command: 'cat id_rsa', working_directory: '~/.ssh' }), 'ask');
  assert.equal(says({ command: ['rm', '-rf', 'build'], workdir: '/' }), 'ask');
});

test('[INSPECT-160] a project’s folder changes nothing, and a temporary one is kind', () => {
  for (const folder of ['/home/me/app', '/workspace', '/app', '/srv/app', 'C:\\work']) {
    assert.equal(says({ command: 'rm -rf build' }, folder), 'allow', folder);
    assert.equal(says({ command: 'npm test', cwd: folder }), 'allow', folder);
  }
  assert.equal(says({ command: 'rm -rf *' }, '/tmp/scratch'), 'allow');
  assert.equal(says({ command: 'rm -rf *' }), 'ask');
});

test('[INSPECT-134] a bare connection is made to a host as a request is, and services of one’s own network by their names are daily work', () => {
  assert.notEqual(says({ command: 'nc 169.254.169.254 80' }), 'allow');
  assert.notEqual(says({ command: 'telnet metadata.google.internal 80' }), 'allow');
  for (const command of ['nc -zv example.com 443', 'nc -zv 10.0.0.5 22', 'nc -l 8080', 'curl http://grafana.local/api/search'])
    assert.equal(says({ command }), 'allow', command);
});
