import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { running, type Running } from '../../../test/api/daemon.ts';
import { AegisBlockedError, AegisHaltedError, AegisSetupError, AegisUnavailableError, connect, wrap, type AegisClient } from '../src/index.ts';

/** Over the socket alone, with nothing at the address, and over HTTP alone. */
const WAYS = {
  'the socket': ({ daemon }: Running) => ({ url: 'http://127.0.0.1:9', socket: daemon.socket ?? 'none' }),
  HTTP: ({ daemon }: Running) => ({ url: daemon.url, socket: 'off' }),
};

const client = (aegis: Running, key: string, way: object = WAYS.HTTP(aegis)): AegisClient =>
  connect({ ...way, key, agentId: 'bot', session: 'run-1', journalPath: join(aegis.folder, 'journal.jsonl'), timeoutMs: 60_000 });

const types = async (aegis: Running): Promise<readonly string[]> => {
  const { body } = await aegis.ask('GET', '/v1/log?limit=1000', { key: aegis.admin });
  return (body['entries'] as readonly { type: string }[]).map(({ type }) => type);
};

for (const [name, way] of Object.entries(WAYS)) {
  test(`[SDK-7, SDK-8, DOOR-16] against a real Aegis over ${name}: allowed, denied, asked and granted, settled`, async (context) => {
    const aegis = await running(context);
    const sdk = client(aegis, await aegis.agent('bot'), way(aegis));
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
}

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

test('[SDK-10, DOOR-16] over the socket: away, the server’s word holds; back, the same client goes on and the journal is in the log', async (context) => {
  const aegis = await running(context);
  const sdk = client(
    aegis,
    await aegis.agent('bot', { onUnavailable: 'allow_readonly', capabilities: ['readonly:look'] }),
    WAYS['the socket'](aegis),
  );
  const look = wrap(sdk, 'look', () => 'seen');
  assert.equal(await look(), 'seen');
  await aegis.daemon.close();
  assert.equal(await look(), 'seen');
  await assert.rejects(wrap(sdk, 'change', () => assert.fail('ran'))(), AegisUnavailableError);
  await aegis.restart();
  assert.equal(await look(), 'seen');
  assert.equal((await types(aegis)).filter((type) => type === 'action-journalled').length, 2);
});

test('[DOOR-16] many calls at once share the connection, each with its own decision; one that is given up waits no longer', async (context) => {
  const aegis = await running(context);
  const sdk = client(aegis, await aegis.agent('bot'), WAYS['the socket'](aegis));
  const ids = Array.from({ length: 200 }, (_, at) => `a-${String(at)}`);
  const decided = await Promise.all(ids.map((id) => sdk.decide({ id, name: 'look', args: { id } })));
  assert.deepEqual(
    decided.map(({ action }) => action),
    ids,
  );
  const stop = new AbortController();
  const given = sdk.decide({ id: 'p1', name: 'run_command', args: { command: 'git push --force origin main' } }, stop.signal);
  await pending(aegis);
  stop.abort(new RangeError('given up'));
  await assert.rejects(given, RangeError);
  assert.equal((await sdk.decide({ name: 'look', args: {} })).effect, 'allow');
});

test('[DOOR-14, SDK-9] a socket others could have put there is said as what it is, and nothing is asked over HTTP in its place', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot', { onUnavailable: 'allow' });
  chmodSync(dirname(aegis.daemon.socket ?? ''), 0o777);
  const sdk = client(aegis, key, { url: aegis.daemon.url, socket: aegis.daemon.socket });
  await assert.rejects(wrap(sdk, 'look', () => assert.fail('ran'))(), (error) => error instanceof AegisSetupError && /mode 0700/.test(error.message));
  assert.ok(!(await types(aegis)).includes('action-decided'));
});

test('[DOOR-16] a program that asked over the socket ends by itself', async (context) => {
  const aegis = await running(context);
  const program = `import { connect } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
    console.log((await connect().decide({ name: 'look', args: {} })).effect);`;
  const env = {
    ...process.env,
    AEGIS_URL: 'http://127.0.0.1:9',
    AEGIS_SOCKET: aegis.daemon.socket ?? '',
    AEGIS_KEY: await aegis.agent('bot'),
    AEGIS_AGENT: 'bot',
    HOME: aegis.folder,
  };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    env,
    timeout: 60_000,
  });
  assert.equal(stdout, 'allow\n');
});

test('[SDK-13] against a real Aegis: what JSON cannot say is asked about as uninspectable, and a granted call gets the value itself', async (context) => {
  const aegis = await running(context);
  const sdk = client(aegis, await aegis.agent('bot'));
  class Handle {
    readonly text = 'of a database';
  }
  const handle = new Handle();
  const asking = wrap(sdk, 'look_up', (args: { readonly id: number; readonly with: unknown }) => args.with === handle)({ id: 7, with: handle });
  const [waiting] = await pending(aegis);
  const { body } = await aegis.ask('GET', `/v1/approvals/${String(waiting?.approval)}`, { key: aegis.admin });
  assert.match(JSON.stringify(body), /UNINSPECTABLE/);
  assert.match(JSON.stringify(body), /of a database/);
  await aegis.ask('POST', `/v1/approvals/${String(waiting?.approval)}/grant`, { key: aegis.admin, body: { reason: 'it is the usual handle' } });
  assert.equal(await asking, true);
  // The benign neighbour: dates, addresses and bytes are said in JSON, and nobody is asked.
  const plain = wrap(sdk, 'look_up', (args: { readonly at: Date; readonly bytes: Uint8Array }) => [args.at.getTime(), args.bytes.length]);
  assert.deepEqual(await plain({ at: new Date(5), bytes: new Uint8Array(3) }), [5, 3]);
});

test('[SDK-13] against a real Aegis: pointers that are none are refused', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const ask = (unreadable: unknown) => aegis.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'look', args: { a: 'x' }, unreadable } });
  for (const wrong of [['a'], [7], 'a', Array.from({ length: 65 }, () => '/a'), [`/${'a'.repeat(1_024)}`]]) {
    const { status, body } = await ask(wrong);
    assert.deepEqual([status, body['code']], [400, 'REQUEST_INVALID'], JSON.stringify(wrong).slice(0, 60));
  }
  assert.deepEqual((await ask([''])).body['effect'], 'ask');
  assert.deepEqual((await ask([])).body['effect'], 'allow');
});

test('[SDK-15] against a real Aegis: a call that is taken back while a person is asked withdraws the question', async (context) => {
  const aegis = await running(context);
  const sdk = client(aegis, await aegis.agent('bot'));
  const leaving = new AbortController();
  const push = { callId: 'c1', name: 'run_command', args: { command: 'git push --force origin main' } };
  const pushing = sdk.decide(push, leaving.signal);
  const [waiting] = await pending(aegis);
  leaving.abort();
  await assert.rejects(pushing, { name: 'AbortError' });
  const approval = async (): Promise<unknown> =>
    (await aegis.ask('GET', `/v1/approvals/${String(waiting?.approval)}`, { key: aegis.admin })).body['status'];
  while ((await approval()) === 'pending');
  assert.equal(await approval(), 'voided');
  const { status } = await aegis.ask('POST', `/v1/approvals/${String(waiting?.approval)}/grant`, { key: aegis.admin, body: { reason: 'late' } });
  assert.equal(status, 409);
  // The same call of the model, made again, is asked about again.
  const again = new AbortController();
  const second = sdk.decide(push, again.signal);
  const [asked] = await pending(aegis);
  assert.notEqual(asked?.approval, waiting?.approval);
  again.abort();
  await assert.rejects(second, { name: 'AbortError' });
});
