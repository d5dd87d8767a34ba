import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT } from '../../src/kernel/ids.ts';
import { warmUp } from '../../src/daemon/warm-up.ts';
import { readPolicy } from '../../src/daemon/policy-files.ts';
import { running } from '../api/daemon.ts';

test('[GATE-20] a daemon that rehearsed has the log, the agents and the sessions of one that did not', { timeout: 60_000 }, async (context) => {
  const plain = await running(context);
  const rehearsed = await running(context, { rehearse: true });
  const stateOf = ({ daemon }: typeof plain): object => {
    const { size, agents, sessions, actions } = daemon.gate.world(DEFAULT_TENANT);
    return { size, agents: agents.size, sessions: sessions.size, actions: actions.size };
  };
  const before = stateOf(rehearsed);
  const key = await rehearsed.agent('bot');
  for (let n = 0; n < 20; n++) {
    const { status } = await rehearsed.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'lookup', args: { n } } });
    assert.equal(status, 200);
  }
  assert.deepEqual(before, stateOf(plain));
  assert.equal(rehearsed.daemon.gate.world(DEFAULT_TENANT).agents.size, 1);
  assert.equal(rehearsed.daemon.gate.world(DEFAULT_TENANT).sessions.size, 1);
});

test('[GATE-20] a rehearsal ends when it is told to, and a policy it cannot use is no fault', { timeout: 60_000 }, async () => {
  const stop = warmUp(readPolicy('locked', process.cwd()));
  await stop();
  await stop();
  await warmUp({ path: 'none', text: 'this is no policy', base: process.cwd() })();
});
