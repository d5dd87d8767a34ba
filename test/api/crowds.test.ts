import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createShares } from '../../src/http/shares.ts';
import { rateLimiter } from '../../src/http/rate.ts';
import type { Digest } from '../../src/kernel/ids.ts';
import { fc } from '../random.ts';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

const PATIENT = { timeout: 120_000 };
const MOST = 64;

/** A peer that never closes by itself, also where the other side did. */
async function stubborn(context: TestContext, place: string, words: string): Promise<Socket> {
  const where = place.startsWith('/') ? { path: place } : { host: new URL(place).hostname, port: Number(new URL(place).port) };
  const socket = connect({ ...where, allowHalfOpen: true });
  socket.on('error', () => undefined);
  context.after(() => socket.destroy());
  await once(socket, 'connect');
  if (words !== '') socket.write(words);
  return socket;
}

const listeners = ({ daemon }: Running): readonly string[] => [daemon.url, daemon.modelUrl ?? '', daemon.socket ?? ''];

test('[DOOR-18] connections that say nothing, or never finish, take nobody’s place, however many there are at any port', PATIENT, async (context) => {
  const aegis = await running(context, { config: { limits: { connections: MOST, headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 } } });
  const key = await aegis.agent('bot');
  for (const [at, words] of [
    '',
    'POST /v1/actions HTTP/1.1\r\nX: ',
    '{"aegis":1,"key":null}\n',
    `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`,
  ].entries()) {
    for (const place of listeners(aegis)) {
      for (let n = 0; n < 3 * MOST; n++) await stubborn(context, place, words);
      const decided = await aegis.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'look', args: { at, place } } });
      assert.equal(decided.body['effect'], 'allow', `${place} ${words}`);
      assert.equal((await fetch(`${aegis.daemon.modelUrl ?? ''}/healthz`)).status, 200, `${place} ${words}`);
      const local = await stubborn(
        context,
        aegis.daemon.socket ?? '',
        `{"aegis":1,"key":"${key}"}\n{"id":1,"method":"GET","path":"/v1/agents/self"}\n`,
      );
      assert.match(String(await once(local, 'data')), /"status":200/, `${place} ${words}`);
      local.destroy();
    }
  }
});

test('[DOOR-18] a key that was shown keeps its connection while strangers come and go', PATIENT, async (context) => {
  const aegis = await running(context, { config: { limits: { connections: 16 } } });
  const key = await aegis.agent('bot');
  const { host } = new URL(aegis.daemon.url);
  const own = await stubborn(context, aegis.daemon.url, '');
  const asked = async (): Promise<string> => {
    own.write(`GET /v1/agents/self HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    return String(await once(own, 'data'));
  };
  assert.match(await asked(), /^HTTP\/1\.1 200/);
  for (let n = 0; n < 100; n++) await stubborn(context, aegis.daemon.url, n % 2 === 0 ? '' : 'GET ');
  assert.match(await asked(), /^HTTP\/1\.1 200/);
});

test('[DOOR-18] what was told 408 or 400 is gone a little later, also where the peer never closes', PATIENT, async (context) => {
  const aegis = await running(context, { config: { limits: { headersTimeoutMs: 200, requestTimeoutMs: 300 } } });
  for (const place of listeners(aegis)) {
    for (const words of ['', 'GET / HT', 'no http at all\r\n\r\n']) {
      const socket = await stubborn(context, place, words);
      assert.match(String(await once(socket, 'data')), /408|400/, place);
      socket.resume();
      let closed = false;
      socket.once('close', () => (closed = true));
      // A side that is only half closed takes bytes for ever; one that is gone resets. Paced, or the writing itself would be the load.
      while (!closed) {
        socket.write('x');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
});

test('[DOOR-18] a peer that reads nothing of what it asked for is let go, and one that waits is not', PATIENT, async (context) => {
  const { createConnections } = await import('../../src/http/connections.ts');
  const { createServer } = await import('node:http');
  const connections = createConnections({ most: 8, stallMs: 1_500, sweepMs: 50 });
  const written: Promise<unknown>[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200);
    written.push(new Promise((resolve) => response.write('x'.repeat(50_000_000), resolve)));
  });
  server.on('connection', (socket) => connections.take(socket));
  server.on('timeout', (socket) => connections.quiet(socket));
  server.on('request', (request, response) => response.once('close', connections.begin(request.socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
    connections.close();
  });
  const place = `http://127.0.0.1:${String((server.address() as { port: number }).port)}`;
  const asked = once(server, 'request');
  const deaf = await stubborn(context, place, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [there] = (await asked) as [{ socket: Socket }];
  const gone = once(there.socket, 'close');
  const askedToo = once(server, 'request');
  const reader = await stubborn(context, place, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [waiting] = (await askedToo) as [{ socket: Socket }];
  let read = 0;
  reader.on('data', (chunk: Buffer) => (read += chunk.length));
  await gone;
  deaf.destroy();
  while (read < 50_000_000) await once(reader, 'data');
  await written[1];
  // All was read and more may come: however often its silence is noticed, it is waited for.
  connections.quiet(waiting.socket);
  assert.equal(waiting.socket.destroyed, false);
});

test('[DOOR-19] whatever is shared has room for whoever has less than an even share', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.tuple(fc.constantFrom(...names), fc.boolean()), { maxLength: 200 }), (all, steps) => {
      const shares = createShares(all);
      const held = new Map<string, (() => void)[]>(names.map((name) => [name, []]));
      const used = (): number => [...held.values()].reduce((sum, { length }) => sum + length, 0);
      for (const [name, taking] of steps) {
        const own = held.get(name) ?? [];
        if (!taking) {
          const give = own.pop();
          give?.();
          // A place is given back once.
          give?.();
          continue;
        }
        const others = [...held].filter(([one, { length }]) => one !== name && length > 0).length;
        const place = shares.take(name);
        const expected = used() < all && (used() < all - Math.ceil(all / 4) || own.length < all / (others + 2));
        assert.equal(place !== null, expected);
        if (place !== null) own.push(place);
        assert.ok(used() <= all);
      }
    }),
  );
  const shares = createShares(16);
  while (shares.take('greedy') !== null);
  for (let n = 0; n < 4; n++) assert.notEqual(shares.take('other'), null);
  const bounded = createShares(16, 2);
  assert.deepEqual([bounded.take('a') === null, bounded.take('a') === null, bounded.take('a') === null], [false, false, true]);
});

test('[DOOR-19] one agent’s waiting requests leave others theirs, and one person’s streams leave others theirs', PATIENT, async (context) => {
  const aegis = await running(context, { config: { limits: { connections: 16, requestsPerSecond: 100_000 } } });
  const [greedy, other] = [await aegis.agent('greedy'), await aegis.agent('other')];
  const policy = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: asking }\ndefault: allow\nagents:\n  greedy: { review: [pay] }\n';
  await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  const stop = new AbortController();
  const ask = (at: number): Promise<number> =>
    fetch(`${aegis.daemon.url}/v1/actions?wait=600000`, {
      method: 'POST',
      signal: stop.signal,
      headers: { authorization: `Bearer ${greedy}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: `p${String(at)}`, session: 's', name: 'pay', args: { at } }),
    }).then(
      ({ status }) => status,
      () => 0,
    );
  const asked = Array.from({ length: 24 }, (_, at) => ask(at));
  // The first answers are refusals: what waits does so until it is given up.
  assert.equal(await Promise.race(asked), 429);
  for (let n = 0; n < 20; n++) {
    const decided = await aegis.ask('POST', '/v1/actions', { key: other, body: { session: 'o', name: 'look', args: { n } } });
    assert.equal(decided.body['effect'], 'allow');
  }
  stop.abort();
  const statuses = await Promise.all(asked);
  assert.ok(statuses.filter((status) => status === 0).length >= 8, String(statuses));

  const roomy = await running(context, { config: { limits: { connections: 1_024 } } });
  const ann = await roomy.operator('ann', 'operator');
  const leave = new AbortController();
  const stream = (key: string): Promise<number> =>
    fetch(`${roomy.daemon.url}/v1/stream`, { signal: leave.signal, headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);
  let taken = 0;
  while ((await stream(ann)) === 200) taken += 1;
  assert.ok(taken >= 128 && taken <= 192, String(taken));
  for (let n = 0; n < 32; n++) assert.equal(await stream(roomy.admin), 200);
  leave.abort();
});

test('[DOOR-19] a key’s rate is its own however many other keys there are', () => {
  const limiter = rateLimiter(2);
  const key = 'k' as Digest;
  limiter(key, 0);
  limiter(key, 1);
  for (let n = 0; n < 30_000; n++) limiter(`other-${String(n)}` as Digest, 2 + n / 1_000_000);
  assert.throws(() => limiter(key, 3), { code: 'RATE_LIMITED' });
  for (let n = 0; n < 30_000; n++) limiter(`later-${String(n)}` as Digest, 5_000);
  limiter(key, 5_001);
});
