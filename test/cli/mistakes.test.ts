import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ERRORS } from '../../src/errors.ts';
import { pinned } from '../pins/pinned.ts';
import { terminal } from './terminal.ts';

const TYPO = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: mine }\ndefualt: allow\nagents:\n  bot: { block: delete_records }\n';
const OPEN = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: mine\ndefault: allow\n';

test('[CLI-9] what newcomers get wrong is answered with what was given, what is wrong with it and the next step', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  const code = async (...words: string[]): Promise<number> => (await aegis(...words)).code;
  await shell.write('typo.yaml', TYPO);
  await shell.write('open.yaml', OPEN);
  await shell.write('tab.yaml', 'apiVersion: aegis.dev/v1\nmetadata:\n\tname: mine\n');
  await shell.write('wrong.yaml', 'server: { port: eighty }\n');
  assert.equal(await code('status'), 4);
  assert.equal(await code('log', 'verify'), 2, 'a folder without a store');
  assert.equal(await code('policy', 'check', 'typo.yaml'), 1);
  assert.equal(await code('policy', 'check', 'open.yaml'), 1);
  assert.equal(await code('policy', 'check', 'tab.yaml'), 1);
  assert.equal(await code('up', '--policy', 'nosuch'), 2);
  assert.equal(await code('up', '--config', 'wrong.yaml', '--port', '0'), 2, 'also where a flag hides it');
  assert.equal(await code('up', '--data', 'typo.yaml'), 2);
  const up = await shell.up('--proxy-port', '0');
  const { port } = new URL(up.url);
  const same = ['--data', 'data', '--checkpoints', 'checkpoints'];
  assert.equal(await code('up', '--port', port, '--proxy-port', '0', ...same), 1, 'a second start');
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  context.after(() => busy.close());
  const taken = String((busy.address() as AddressInfo).port);
  assert.equal(await code('up', '--port', '0', '--proxy-port', taken, '--data', 'other', '--checkpoints', 'elsewhere'), 1);
  assert.equal(await code('login', '127.0.0.1:7411', '--url', '127.0.0.1:7411'), 2, 'an address without http://');
  assert.equal(await code('login', 'the-admin-token', '--url', up.url), 4);
  assert.equal(await code('login', up.admin, '--url', up.url), 0);
  assert.equal(await code('agents', 'add', 'Support Bot'), 2);
  const { stdout } = await aegis('agents', 'add', 'support-bot', '--json');
  assert.equal(await code('agents', 'add', 'support-bot'), 5);
  assert.equal(await code('agents', 'revoke', 'suport-bot', '--reason', 'retired'), 5);
  assert.equal(await code('actions', '99'), 5);
  assert.equal(await code('hook', 'install', 'cluade-code'), 2);
  assert.equal(await code('operators', 'reset-admin'), 2, 'no terminal');
  Object.assign(shell.env, { AEGIS_URL: up.url, AEGIS_KEY: (JSON.parse(stdout) as { key: string }).key });
  assert.equal(await code('approvals'), 4, 'an agent’s key in a person’s terminal');
  pinned(
    'test/transcripts/mistakes.txt',
    shell
      .transcript()
      .replaceAll(/process \d+/g, 'process <pid>')
      .replaceAll(/port \d{2,}/g, 'port <port>'),
  );
});

test('[CLI-9] the page of what goes wrong quotes what is really said', () => {
  // Said by npm, and where nobody sits at a terminal and nobody allowed scripts (loosening.test.ts).
  const elsewhere = ['could not determine executable to run', 'needs a person at a terminal, and its standard input is not one.'];
  const files = [...globSync('test/transcripts/*.txt'), 'bin/bootstrap.mjs'].map((file) => readFileSync(file, 'utf8'));
  const said = [...files, ...elsewhere].join('\n');
  const templates = Object.values(ERRORS).map(({ message }) => message);
  const rows = [...readFileSync('docs/when-something-goes-wrong.md', 'utf8').matchAll(/^\| `([^|]+)` +\|/gm)].map(([, text = '']) => text);
  assert.ok(rows.length >= 20);
  const pieces = (text: string): readonly string[] => text.split('…').map((piece) => piece.trim());
  const found = (text: string): boolean => pieces(text).every((piece) => said.includes(piece) || templates.some((one) => one.includes(piece)));
  assert.deepEqual(
    rows.filter((text) => !found(text)),
    [],
  );
});
