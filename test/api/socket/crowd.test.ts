import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { running } from '../daemon.ts';
import type { Running } from '../daemon.ts';
import { lineClient } from './line-client.ts';

const FRAME = '{"id":1,"method":"POST","path":"/v1/actions","body":{"session":"s1","name":"look","args":{"at":"the sky"}}}\n';
const hello = (key: string): string => `${JSON.stringify({ aegis: 1, key })}\n`;

async function opened({ daemon }: Running): Promise<Socket> {
  const socket = connect(daemon.socket ?? '');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

test('[DOOR-10] what is not whole in time is ended with 408, however steadily it drips; meanwhile others are answered', async (context) => {
  const aegis = await running(context, { config: { limits: { headersTimeoutMs: 400, requestTimeoutMs: 600 } } });
  const key = await aegis.agent('bot');
  const slow = ['', '{"aegis":1,"key', `${hello(key)}{"id":1,"meth`, `${hello(key)}${FRAME}{`, `${hello(key)}{"id":9,"x":"${'y'.repeat(2_000_000)}`];
  const said = slow.map(async (start) => {
    const client = await lineClient(context, aegis);
    client.raw(start);
    const drip = setInterval(() => client.socket.writable && start !== '' && client.raw(' '), 20);
    await client.closed;
    clearInterval(drip);
    return client.heard.map(({ id, status }) => [id, status]);
  });
  const other = await lineClient(context, aegis, key);
  assert.equal((await other.ask('GET', '/healthz')).status, 200);
  const heard = await Promise.all(said);
  const late = [null, 408];
  assert.deepEqual(heard, [[late], [late], [late], [[1, 200], late], [late]]);
  // Whoever said hello may be silent for as long as they like.
  assert.equal((await other.ask('GET', '/healthz')).status, 200);
});

test(
  '[DOOR-18] a thousand connections are served; one beyond the configured number takes the place of the longest idle',
  { timeout: 120_000 },
  async (context) => {
    const aegis = await running(context, { config: { limits: { connections: 1_336, requestsPerSecond: 100_000 } } });
    const key = await aegis.agent('bot');
    const first = await lineClient(context, aegis, key);
    assert.equal((await first.ask('GET', '/healthz')).status, 200);
    const clients = [];
    for (let at = 0; at < 1_000; at++) clients.push(await lineClient(context, aegis, key));
    const answers = await Promise.all(
      clients.map((client, at) => client.ask('POST', '/v1/actions', { session: `s${String(at % 16)}`, name: 'look', args: { at } })),
    );
    assert.ok(answers.every(({ status, body }) => status === 200 && typeof body['effect'] === 'string'));
    for (let at = 1_001; at < 1_336; at++) {
      const client = await lineClient(context, aegis, key);
      assert.equal((await client.ask('GET', '/healthz')).status, 200);
      clients.push(client);
    }
    const beyond = await lineClient(context, aegis, key);
    await first.closed;
    assert.equal((await beyond.ask('GET', '/healthz')).status, 200);
    for (const client of clients) client.socket.destroy();
    await Promise.all(clients.map((client) => client.closed));
    assert.equal((await beyond.ask('GET', '/healthz')).status, 200);
  },
);

test('[DOOR-15, DOOR-19] more requests under way than a share of what may be are refused, undecided, and others have theirs', async (context) => {
  const aegis = await running(context, { config: { limits: { connections: 8, requestsPerSecond: 100_000 } } });
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  const policy = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: asking }\ndefault: allow\nagents:\n  bot: { review: [pay] }\n';
  await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  const ids = Array.from({ length: 12 }, (_, at) =>
    client.send('POST', '/v1/actions?wait=600000', { id: `p${String(at)}`, session: 's1', name: 'pay', args: { at } }),
  );
  for (const id of ids.slice(6)) assert.deepEqual((await client.answer(id)).body['code'], 'RATE_LIMITED');
  const other = await lineClient(context, aegis, await aegis.agent('other'));
  assert.equal((await other.ask('POST', '/v1/actions', { session: 's2', name: 'look', args: {} })).status, 200);
  assert.equal((await aegis.ask('GET', '/v1/agents', { key: aegis.admin })).status, 200, 'over HTTP, too');
  for (const id of ids.slice(0, 6)) client.raw(`{"cancel":${String(id)}}\n`);
  for (const id of ids.slice(0, 6)) assert.equal((await client.answer(id)).body['effect'], 'ask');
  assert.equal((await client.ask('GET', '/v1/agents/self')).status, 200);
});

test('[DOOR-11] a client may leave at any moment of an exchange, and the daemon stays', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const whole = hello(key) + FRAME;
  const leaves: readonly ((socket: Socket) => unknown)[] = [
    (socket) => socket.destroy(),
    // With an answer unread: the daemon's next write is a reset.
    (socket) => socket.pause().destroySoon(),
    (socket) => socket.end(),
    (socket) => once(socket, 'data').then(() => socket.destroy()),
    (socket) => setImmediate(() => socket.destroy()),
  ];
  for (let cut = 0; cut <= whole.length; cut += 7) {
    for (const [at, leave] of leaves.entries()) {
      const socket = await opened(aegis);
      socket.write(whole.slice(0, cut));
      if (at === 3 && cut < whole.length) socket.destroy();
      else leave(socket);
    }
  }
  // One that asks for much and reads nothing of it, then goes.
  const deaf = await opened(aegis);
  deaf.pause();
  deaf.write(
    hello(aegis.admin) + Array.from({ length: 200 }, (_, id) => `{"id":${String(id)},"method":"GET","path":"/v1/log?limit=1000"}\n`).join(''),
  );
  await new Promise((resolve) => setImmediate(resolve));
  deaf.destroy();
  const client = await lineClient(context, aegis, key);
  assert.equal((await client.ask('GET', '/v1/agents/self')).status, 200);
  assert.equal((await aegis.ask('GET', '/healthz')).status, 200);
});

test('[DOOR-11] when the daemon ends, every connection ends with it, and half an answer is never said', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  for (let at = 0; at < 50; at++) client.send('POST', '/v1/actions', { session: 's1', name: 'look', args: { at } });
  await aegis.restart();
  await client.closed;
  assert.ok(client.heard.every(({ status }) => status === 200 || status === 503));
  const again = await lineClient(context, aegis, aegis.admin);
  assert.equal((await again.ask('GET', '/v1/agents')).status, 200);
});
