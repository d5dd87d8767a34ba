import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinned } from '../pins/pinned.ts';
import { act, terminal, type Terminal, type Up } from './terminal.ts';

const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: bank }
default: allow
agents:
  teller: { allow: [lookup], review: ['send_*'], block: [delete_records] }
approvals: { timeoutMs: 3600000 }
`;

/** Colour, cursor, window title, bell, direction, width, new lines, tags: what a terminal would obey, hide or reorder by. */
const HOSTILE = 'pay\u001b[31m red\u001b]0;owned\u0007 \u202eevil\u202c z\u200bero \ufeffbom\r\nline\u2028two \u{e0041}tag \u009b31m';

async function asked(up: Up, key: string, args: object): Promise<string> {
  const decision = (await act(up.url, key, { session: 'desk', name: 'send_message', args })) as unknown as {
    effect: string;
    ask: { approval: string };
  };
  assert.equal(decision.effect, 'ask');
  return decision.ask.approval;
}

async function bank(shell: Terminal): Promise<{ up: Up; key: string }> {
  await shell.write('bank.yaml', POLICY);
  const up = await shell.up('--policy', 'bank.yaml');
  await shell.aegis('login', up.admin, '--url', up.url);
  const added = await shell.aegis('agents', 'add', 'teller', '--json');
  return { up, key: (JSON.parse(added.stdout) as { key: string }).key };
}

test('approvals at the command line: list, show, grant, edit, remember, refuse, and what no longer waits', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  const { up, key } = await bank(shell);
  const first = await asked(up, key, { to: 'customer 3', text: 'Your card is ready.' });
  await aegis('approvals');
  const [one] = JSON.parse((await aegis('approvals', 'list', '--json')).stdout) as readonly { readonly index: number }[];
  const number = String(one?.index ?? '');
  const { stdout: asks } = await aegis('actions', number);
  assert.ok(asks.includes(`aegis approvals grant ${number} --reason`), 'what it says to type is the number');
  await aegis('approvals', 'show', number);
  await aegis('approvals', 'show', first);
  await aegis('approvals', 'show', first, '--json');
  assert.equal((await aegis('approvals', 'grant', first)).code, 2, 'a reason is needed');
  await aegis('approvals', 'grant', first, '--reason', 'checked with Ada');
  assert.equal((await aegis('approvals', 'grant', first, '--reason', 'again')).code, 5, 'single use');
  const second = await asked(up, key, { to: 'customer 3', text: 'Pay 5000 now.' });
  assert.equal((await aegis('approvals', 'grant', second, '--args', '{to:3}', '--reason', 'x')).code, 2, 'not JSON');
  await aegis('approvals', 'grant', second, '--args', '{"to":"customer 3","text":"Pay 50 now."}', '--reason', 'less is enough', '--json');
  const third = await asked(up, key, { to: 'customer 4', text: 'Hello' });
  await aegis('approvals', 'refuse', third, '--reason', 'not today');
  assert.equal((await aegis('approvals', 'refuse', third, '--reason', 'still not', '--json')).code, 5);
  const fourth = await asked(up, key, { to: 'customer 5', text: 'Hello' });
  assert.equal((await aegis('approvals', 'grant', fourth, '--reason', 'x', '--remember', 'often')).code, 2);
  await aegis('approvals', 'grant', fourth, '--reason', 'harmless', '--remember', '2', '--for', '30');
  const again = (await act(up.url, key, { session: 'desk', name: 'send_message', args: { to: 'customer 5', text: 'Hello' } })) as { effect: string };
  assert.equal(again.effect, 'allow', 'the same again is remembered');
  assert.equal((await aegis('approvals', 'show', 'nope')).code, 5);
  await aegis('actions');
  pinned('test/transcripts/approvals.txt', shell.transcript());
});

test('what an agent wrote cannot steer the terminal: every hidden or obeyed character is spelled out', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  const { up, key } = await bank(shell);
  const approval = await asked(up, key, { text: HOSTILE, [`key${HOSTILE}`]: 1 });
  await act(up.url, key, { session: 'desk', name: `lookup\u001b[2J${'\u202e'}evil`, args: {} });
  await act(up.url, key, { session: 'desk', name: 'send_long', args: { text: `${'a'.repeat(4000)} the end matters` } });
  await aegis('approvals');
  await aegis('approvals', 'show', approval);
  await aegis('approvals', 'refuse', approval, '--reason', `no ${HOSTILE}`.slice(0, 40));
  for (const row of JSON.parse((await aegis('approvals', 'list', '--json')).stdout) as readonly { approval: string }[])
    await aegis('approvals', 'refuse', row.approval, '--reason', 'odd');
  await aegis('halt', 'session', 'desk', '--reason', 'odd \u001b[31mtext');
  await aegis('status');
  await aegis('actions');
  await aegis('log', 'tail', '--no-follow');
  const text = shell.transcript();
  const outside = text.split('\n').filter((line) => !line.startsWith('$ '));
  assert.deepEqual(
    outside.filter((line) => /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u.test(line)),
    [],
  );
  pinned(
    'test/transcripts/hostile.txt',
    text
      .split('\n')
      .map((line) => (line.startsWith('$ ') ? JSON.stringify(line).slice(1, -1) : line))
      .join('\n'),
  );
});
