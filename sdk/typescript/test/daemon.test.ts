import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { running, type Running } from '../../../test/api/daemon.ts';
import { AegisBlockedError, AegisHaltedError, AegisUnavailableError, connect, wrap, type AegisClient } from '../src/index.ts';

const client = (aegis: Running, key: string, url = aegis.daemon.url): AegisClient =>
  connect({ url, key, agentId: 'bot', session: 'run-1', journalPath: join(aegis.folder, 'journal.jsonl'), timeoutMs: 5_000 });

const types = async (aegis: Running): Promise<readonly string[]> => {
  const { body } = await aegis.ask('GET', '/v1/log?limit=1000', { key: aegis.admin });
  return (body['entries'] as readonly { type: string }[]).map(({ type }) => type);
};

test('[SDK-7, SDK-8] against a real Aegis: allowed, denied, asked and granted, settled', async (context) => {
  const aegis = await running(context);
  const sdk = client(aegis, await aegis.agent('bot'));
  const run = wrap(sdk, 'run_command', ({ command }: { command: string }) => `ran ${command}`);
  assert.equal(await run({ command: 'ls' }), 'ran ls');
  await assert.rejects(
    run({ command: 'rm -rf /' }),
    (error) => error instanceof AegisBlockedError && error.risk === 'CRITICAL' && /SHELL_RECURSIVE_DELETE/.test(error.message),
  );
  const pushing = run({ command: 'git push --force origin main' });
  const [waiting] = await pending(aegis);
  await aegis.ask('POST', `/v1/approvals/${String(waiting?.approval)}/grant`, { key: aegis.admin, body: { reason: 'asked for' } });
  assert.equal(await pushing, 'ran git push --force origin main');
  assert.deepEqual(
    (await types(aegis)).filter((type) => type === 'action-settled'),
    ['action-settled', 'action-settled'],
  );
});

async function pending(aegis: Running): Promise<readonly { approval: string }[]> {
  for (;;) {
    const { body } = await aegis.ask('GET', '/v1/approvals', { key: aegis.admin });
    const approvals = body['approvals'] as readonly { approval: string }[];
    if (approvals.length > 0) return approvals;
  }
}

test('[SDK-1] against a real Aegis: a halted agent hears it as such', async (context) => {
  const aegis = await running(context);
  const sdk = client(aegis, await aegis.agent('bot'));
  await aegis.ask('POST', '/v1/agents/bot/halt', { key: aegis.admin, body: { reason: 'stop' } });
  await assert.rejects(wrap(sdk, 'look', () => assert.fail('ran'))(), AegisHaltedError);
});

test('[SDK-10] against a real Aegis: away, the server’s word holds; back, the journal is in the log', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot', { onUnavailable: 'allow_readonly', capabilities: ['readonly:look'] });
  const { port } = new URL(aegis.daemon.url);
  const sdk = client(aegis, key);
  const look = wrap(sdk, 'look', () => 'seen');
  assert.equal(await look(), 'seen');
  await aegis.daemon.close();
  assert.equal(await look(), 'seen');
  await assert.rejects(wrap(sdk, 'change', () => assert.fail('ran'))(), AegisUnavailableError);
  await aegis.restart();
  // A new port: the same journal goes out through a new connection, as after a restart of the agent.
  assert.notEqual(new URL(aegis.daemon.url).port, port);
  assert.equal(await wrap(client(aegis, key), 'look', () => 'seen')(), 'seen');
  assert.deepEqual(
    (await types(aegis)).filter((type) => type === 'action-journalled'),
    ['action-journalled', 'action-journalled'],
  );
});
