import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinned } from '../pins/pinned.ts';
import { act, terminal } from './terminal.ts';

const GOOD = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: team }
default: allow
rules:
  - id: no-deletes-outside-tmp
    when: action.category == "file" && action.operation == "delete" && !action.paths.all(p, p.startsWith("/tmp/"))
    effect: deny
    reason: { code: DELETE_OUTSIDE_TMP, message: Only files under /tmp may be deleted. }
`;

const CASES = `cases:
  - why: temporary files may go
    action: { name: delete_file, args: { path: /tmp/a } }
    expect: { effect: allow }
  - why: others may not
    action: { name: delete_file, args: { path: /home/ada/notes.txt } }
    expect: { effect: deny, reasons: [DELETE_OUTSIDE_TMP] }
`;

const FAULTY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: team }
default: perhaps
defualt: deny
rules:
  - id: broken
    when: action.nmae == "x"
    effect: deny
  - id: endless
    when: action.name ==
    effect: explode
budgets:
  - { scope: agent, period: day, usd: -1 }
`;

const BAD_CONDITIONS = GOOD.replace('action.category', 'action.categroy').replace(
  'rules:',
  'rules:\n  - { id: cut, when: action.name ==, effect: deny }',
);

test('policies at the command line: check, test, show, simulate, activate', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  await shell.write('team.yaml', GOOD);
  await shell.write('team.cases.yaml', CASES);
  await shell.write('wrong.cases.yaml', CASES.replace('effect: allow', 'effect: ask'));
  await shell.write('faulty.yaml', FAULTY);
  await shell.write('conditions.yaml', BAD_CONDITIONS);
  await aegis('policy', 'check', 'team.yaml');
  await aegis('policy', 'check', 'default', '--json');
  assert.equal((await aegis('policy', 'check', 'faulty.yaml')).code, 1);
  assert.equal((await aegis('policy', 'check', 'faulty.yaml', '--json')).code, 1);
  assert.equal((await aegis('policy', 'check', 'conditions.yaml')).code, 1);
  assert.equal((await aegis('policy', 'check', 'nowhere.yaml')).code, 2);
  await aegis('policy', 'test', 'team.yaml', 'team.cases.yaml');
  await aegis('policy', 'test', 'team.yaml', 'team.cases.yaml', '--json');
  assert.equal((await aegis('policy', 'test', 'team.yaml', 'wrong.cases.yaml')).code, 1);
  assert.equal((await aegis('policy', 'test', 'team.yaml', 'faulty.yaml')).code, 2);
  const up = await shell.up();
  await aegis('login', up.admin, '--url', up.url);
  const { key } = JSON.parse((await aegis('agents', 'add', 'cleaner', '--json')).stdout) as { key: string };
  await act(up.url, key, { session: 'evening', name: 'delete_file', args: { path: '/tmp/old.log' } });
  await act(up.url, key, { session: 'evening', name: 'delete_file', args: { path: '/home/ada/notes.txt' } });
  await aegis('policy', 'simulate', 'team.yaml');
  await aegis('policy', 'simulate', 'team.yaml', '--json');
  assert.equal((await aegis('policy', 'simulate', 'faulty.yaml')).code, 1);
  assert.equal((await aegis('policy', 'activate', 'faulty.yaml')).code, 1);
  assert.equal((await aegis('policy', 'activate', 'faulty.yaml', '--json')).code, 1);
  await aegis('policy', 'activate', 'team.yaml');
  await aegis('policy', 'activate', 'team.yaml', '--json');
  await aegis('policy', 'show');
  await aegis('policy', 'show', '--json');
  const denied = (await act(up.url, key, { session: 'evening', name: 'delete_file', args: { path: '/home/ada/notes.txt' } })) as { effect: string };
  assert.equal(denied.effect, 'deny');
  await aegis('replay');
  await aegis('replay', 'evening', '--json');
  assert.equal((await aegis('replay', 'nowhere')).code, 5);
  pinned('test/transcripts/policy.txt', shell.transcript());
});
