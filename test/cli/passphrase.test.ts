import assert from 'node:assert/strict';
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { atOneTerminal, atTerminal } from './pseudo-terminal.ts';
import { act, terminal } from './terminal.ts';

const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: bank }
default: allow
agents:
  teller: { review: ['send_*'] }
approvals: { timeoutMs: 3600000 }
`;
const PASSPHRASE = 'correct horse battery';
const NEW = /New passphrase: /;
const AGAIN = /The same again: /;
const ASKED = /Passphrase of your Aegis key: /;

test('[AUTH-16] at a terminal a passphrase is chosen twice alike and not too short, and nothing of it is shown', async (context) => {
  const shell = await terminal(context);
  const { url, admin } = await shell.up();
  const place = { cwd: shell.folder, env: shell.env };
  const path = join(shell.folder, 'config/aegis/credentials.json');
  const login = ['login', admin, '--url', url, '--lock'];
  const short = await atTerminal(login, place, [[NEW, 'seven77\n']]);
  assert.equal(short.code, 2, short.seen);
  assert.match(short.seen, /has fewer than 8 characters/);
  const different = await atTerminal(login, place, [
    [NEW, `${PASSPHRASE}\n`],
    [AGAIN, 'correct horse butter\n'],
  ]);
  assert.equal(different.code, 2, different.seen);
  assert.match(different.seen, /The two are not the same/);
  assert.equal(existsSync(path), false, 'a login that was not finished keeps no key');
  const locked = await atTerminal(login, place, [
    [NEW, `${PASSPHRASE}\n`],
    [AGAIN, `${PASSPHRASE}\n`],
  ]);
  assert.equal(locked.code, 0, locked.seen);
  assert.ok(!readFileSync(path, 'utf8').includes(admin));
  for (const { seen } of [short, different, locked]) assert.doesNotMatch(seen, /seven77|correct horse/);
  assert.match((await atTerminal(['lock'], place)).seen, /is locked already/);
});

test('[AUTH-16] a loosening command asks for the passphrase, a wrong one is refused, and an unlocked terminal is not asked', async (context) => {
  const shell = await terminal(context);
  await shell.write('bank.yaml', POLICY);
  const { url, admin } = await shell.up('--policy', 'bank.yaml');
  const place = { cwd: shell.folder, env: shell.env };
  await shell.aegis('login', admin, '--url', url);
  const { key } = JSON.parse((await shell.aegis('agents', 'add', 'teller', '--json')).stdout) as { key: string };
  const asked = async (text: string): Promise<readonly string[]> => {
    const decision = await act(url, key, { session: 'desk', name: 'send_message', args: { text } });
    const { ask } = decision as unknown as { readonly ask: { readonly approval: string } };
    return ['approvals', 'grant', ask.approval, '--reason', 'checked'];
  };
  const [first, second, third] = [await asked('one'), await asked('two'), await asked('three')];
  const lock = await atTerminal(['lock'], place, [
    [NEW, `${PASSPHRASE}\n`],
    [AGAIN, `${PASSPHRASE}\n`],
  ]);
  assert.equal(lock.code, 0, lock.seen);
  const wrong = await atTerminal(first, place, [[ASKED, 'correct horse butter\n']]);
  assert.equal(wrong.code, 4, wrong.seen);
  assert.match(wrong.seen, /That is not the passphrase/);
  const right = await atTerminal(first, place, [[ASKED, `${PASSPHRASE}\n`]]);
  assert.equal(right.code, 0, `what was refused granted nothing: ${right.seen}`);
  // Where terminals cannot be told apart (no /proc) nothing is unlocked for one.
  const unlock = await atOneTerminal([['unlock', '--for', '10'], second], place, [[/Passphrase: /, `${PASSPHRASE}\n`]]);
  if (process.platform === 'linux') {
    assert.equal(unlock.code, 0, unlock.seen);
    assert.match(unlock.seen, /Unlocked for 10 minutes in this terminal/);
    assert.doesNotMatch(unlock.seen, ASKED);
  } else assert.match(unlock.seen, /cannot tell terminals apart/);
  const elsewhere = await atTerminal(third, place, [[ASKED, 'correct horse butter\n']]);
  assert.equal(elsewhere.code, 4, `another terminal is asked: ${elsewhere.seen}`);
});
