import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';
import { cli } from '../fault/daemon.ts';
import type { Ended } from '../fault/daemon.ts';

test('[ASK-21, AUTH-1] the command line in an agent’s hands grants, refuses, halts and resumes nothing; in a person’s it does', async (context) => {
  const aegis = await running(context);
  const home = join(aegis.folder, 'home');
  mkdirSync(home);
  const key = await aegis.agent('bot');
  const asked = await aegis.ask('POST', '/v1/actions', { key, body: { id: 'p', session: 's', name: 'withdraw_funds', args: { amount: 1 } } });
  const { approval } = asked.body['ask'] as { approval: string };
  const as = (by: string, ...args: string[]): Promise<Ended> =>
    cli([...args, '--json'], { AEGIS_URL: aegis.daemon.url, AEGIS_KEY: by, HOME: home, XDG_CONFIG_HOME: home, XDG_STATE_HOME: home });
  const forbidden = [
    ['approvals'],
    ['approvals', 'grant', approval, '--reason', 'x'],
    ['approvals', 'refuse', approval, '--reason', 'x'],
    ['halt', 'all', '--reason', 'x'],
    ['resume', 'all', '--reason', 'x'],
  ];
  for (const args of forbidden) {
    const { code, stdout, stderr } = await as(key, ...args);
    assert.ok(code !== 0, `${args.join(' ')} ${stdout}`);
    assert.doesNotMatch(stdout + stderr, /\n\s+at .*:\d+:\d+/);
    assert.match(stdout + stderr, /"hint"/);
  }
  assert.equal((await aegis.ask('GET', `/v1/approvals/${approval}`, { key: aegis.admin })).body['status'], 'pending');
  const granted = await as(aegis.admin, 'approvals', 'grant', approval, '--reason', 'checked');
  assert.equal(granted.code, 0, granted.stdout + granted.stderr);
  const again = await as(aegis.admin, 'approvals', 'grant', approval, '--reason', 'checked');
  assert.equal(again.code, 5, again.stdout + again.stderr);
  const { body } = await aegis.ask('GET', '/v1/actions/p', { key });
  assert.equal((body['decision'] as { effect: string }).effect, 'allow');
});
