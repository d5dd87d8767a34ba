import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { AegisBlockedError, AegisRefusedError, AegisSetupError, AegisUnavailableError, connect, tool, tools, wrap } from '../src/index.ts';
import { startGateway, type Gateway, type Rule } from './gateway.ts';

async function withGateway(rule: Rule | undefined, work: (gateway: Gateway, journalPath: string) => Promise<void>): Promise<void> {
  const gateway = await startGateway(rule);
  const folder = mkdtempSync(join(tmpdir(), 'aegis-sdk-'));
  try {
    await work(gateway, join(folder, 'journal.jsonl'));
  } finally {
    await gateway.close().catch(() => undefined);
    rmSync(folder, { recursive: true });
  }
}

const client = (gateway: Gateway, journalPath: string) =>
  connect({ url: gateway.url, key: 'k', agentId: 'a', session: 's', timeoutMs: 60_000, journalPath });

test('[SDK-7] wrap decides on the arguments, runs, and reports the outcome', async () => {
  await withGateway(
    ({ name }) => (name === 'wipe' ? { effect: 'deny' } : undefined),
    async (gateway, journal) => {
      const aegis = client(gateway, journal);
      const ran: unknown[] = [];
      const lookup = wrap(aegis, 'lookup', (input: { id: number }) => (ran.push(input), { balance: 5 }));
      const wipe = wrap(aegis, 'wipe', (input: { id: number }) => ran.push(input));
      assert.deepEqual(await lookup({ id: 1 }), { balance: 5 });
      await assert.rejects(
        wipe({ id: 1 }),
        (error) => error instanceof AegisBlockedError && error.risk === 'LOW' && error.message === 'Aegis denied wipe',
      );
      assert.deepEqual(ran, [{ id: 1 }]);
      assert.deepEqual(
        gateway.outcomes().map(({ status, result }) => ({ status, result })),
        [{ status: 'succeeded', result: { balance: 5 } }],
      );
    },
  );
});

test('[SDK-4] modified arguments are what runs; positional arguments too', async () => {
  await withGateway(
    ({ name }) => (name === 'pay' ? { effect: 'modify', args: { amount: 1 } } : { effect: 'modify', args: { arguments: ['b', 2] } }),
    async (gateway, journal) => {
      const aegis = client(gateway, journal);
      assert.deepEqual(await tool(aegis, { name: 'pay', execute: (input: { amount: number }) => input }).execute({ amount: 9 }), { amount: 1 });
      assert.deepEqual(await wrap(aegis, 'two', (text: string, times: number) => [text, times])('a', 1), ['b', 2]);
    },
  );
});

test('[SDK-7] a failing tool is reported as failed and throws its own error', async () => {
  await withGateway(undefined, async (gateway, journal) => {
    const fail = wrap(client(gateway, journal), 'fail', () => Promise.reject(new RangeError('out of range')));
    await assert.rejects(fail(), RangeError);
    assert.deepEqual(
      gateway.outcomes().map(({ status, result }) => [status, result]),
      [['failed', 'out of range']],
    );
  });
});

test('[SDK-8] an ask is waited for and goes on when granted', async () => {
  await withGateway(
    () => ({ effect: 'ask' }),
    async (gateway, journal) => {
      const running = wrap(client(gateway, journal), 'pay', () => 'paid')();
      while (!gateway.seen.some(({ method, path }) => method === 'GET' && path.startsWith('/v1/actions/'))) await after(5);
      gateway.grant(gateway.proposals()[0]?.id ?? '');
      assert.equal(await running, 'paid');
    },
  );
});

test('[SDK-8] an ask that nobody answers in time is thrown, never run', async () => {
  await withGateway(
    () => ({ effect: 'ask' }),
    async (gateway, journal) => {
      const aegis = connect({ url: gateway.url, key: 'k', agentId: 'a', askTimeoutMs: 0, journalPath: journal });
      await assert.rejects(
        wrap(aegis, 'pay', () => assert.fail('ran'))(),
        (error) => error instanceof AegisBlockedError && error.decision.effect === 'ask',
      );
    },
  );
});

test('[SDK-9] errors, garbage, half JSON, 429 and a closed gate are never an allow', async () => {
  await withGateway(undefined, async (gateway, journal) => {
    const aegis = client(gateway, journal);
    const lookup = wrap(aegis, 'lookup', () => assert.fail('ran'));
    for (const broken of [
      { status: 500, body: 'boom' },
      { status: 200, body: 'hello' },
      { status: 200, body: '{"effect":"allow"' },
      { status: 200, body: '{}' },
      { status: 200, body: '{"effect":"yes","reasons":[]}' },
      { status: 503, body: '{"code":"GATE_CLOSED"}' },
      { status: 404, body: '<html>' },
    ]) {
      gateway.broken = broken;
      await assert.rejects(lookup(), AegisUnavailableError, broken.body);
    }
    gateway.broken = { status: 429, body: '{"code":"RATE_LIMITED","detail":"slow","hint":"wait"}' };
    await assert.rejects(lookup(), (error) => error instanceof AegisRefusedError && error.code === 'RATE_LIMITED');
  });
});

test('[SDK-9] a gateway that never answers is given up at the deadline', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const port = (silent.address() as { port: number }).port;
  const aegis = connect({
    url: `http://127.0.0.1:${port}`,
    key: 'k',
    agentId: 'a',
    timeoutMs: 50,
    journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl'),
  });
  await assert.rejects(wrap(aegis, 'x', () => assert.fail('ran'))(), AegisUnavailableError);
  silent.close();
});

test('[SDK-10] away: the server’s setting is obeyed, journalled before acting, and replayed', async () => {
  await withGateway(undefined, async (gateway, journal) => {
    gateway.self = { onUnavailable: 'allow_readonly', readOnlyTools: ['lookup'] };
    const aegis = client(gateway, journal);
    const lookup = wrap(aegis, 'lookup', () => 'found');
    const wipe = wrap(aegis, 'wipe', () => assert.fail('ran'));
    assert.equal(await lookup(), 'found');
    gateway.broken = { status: 502, body: '' };
    assert.equal(await lookup(), 'found');
    await assert.rejects(wipe(), AegisUnavailableError);
    const kept = readFileSync(journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { effect: string });
    assert.deepEqual(
      kept.map(({ effect }) => effect),
      ['allow', 'deny'],
    );
    gateway.broken = undefined;
    await lookup();
    const sent = gateway.seen.find(({ path }) => path === '/v1/journal')?.body['entries'] as unknown[];
    assert.equal(sent.length, 2);
    assert.throws(() => readFileSync(journal));
  });
});

test('[SDK-10] away without a journal is a refusal', async () => {
  await withGateway(undefined, async (gateway) => {
    gateway.self = { onUnavailable: 'allow', capabilities: [] };
    const aegis = connect({ url: gateway.url, key: 'k', agentId: 'a', journalPath: join(import.meta.filename, 'journal') });
    await wrap(aegis, 'x', () => 1)();
    gateway.broken = { status: 500, body: '' };
    await assert.rejects(wrap(aegis, 'x', () => assert.fail('ran'))(), AegisUnavailableError);
  });
});

test('[SDK-7] tools() keeps a set’s shape and guards its execute', async () => {
  await withGateway(
    ({ name }) => (name === 'wipe' ? { effect: 'deny' } : undefined),
    async (gateway, journal) => {
      const set = tools(client(gateway, journal), {
        lookup: { description: 'd', execute: ({ id }: { id: number }) => id + 1 },
        wipe: { execute: () => assert.fail('ran') },
        bare: { description: 'no execute' },
      });
      assert.equal(set.lookup.description, 'd');
      assert.equal(await set.lookup.execute({ id: 1 }), 2);
      await assert.rejects(async () => set.wipe.execute(), AegisBlockedError);
    },
  );
});

test('[SDK-7] a wrong set-up says what to do', () => {
  assert.throws(
    () => connect({ agentId: 'a', key: '' }),
    (error) => error instanceof AegisSetupError && error.message.includes('AEGIS_KEY'),
  );
  assert.throws(() => connect({ key: 'k', agentId: '' }), /AEGIS_AGENT/);
});
