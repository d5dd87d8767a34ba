import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { DaemonClient } from '../../src/client/daemon.ts';
import { daemonClient } from '../../src/client/daemon-client.ts';
import { AegisError } from '../../src/errors.ts';
import { running } from '../api/daemon.ts';
import type { Running } from '../api/daemon.ts';
import { cli } from '../fault/daemon.ts';

const NOWHERE = 'http://127.0.0.1:9';
const ACTION = { session: 's1', name: 'look', args: { at: 'the sky' } };

function clientOf(context: TestContext, terms: { url: string; key: string; socket: string }): DaemonClient {
  const client = daemonClient({ url: terms.url, key: terms.key, mostBytes: 8_388_608, env: { AEGIS_SOCKET: terms.socket } });
  context.after(() => client.close());
  return client;
}

const socketOf = ({ daemon }: Running): string => daemon.socket ?? '';
const act = (client: DaemonClient, id: string): ReturnType<DaemonClient['ask']> =>
  client.ask({ method: 'POST', path: '/v1/actions?wait=0', body: { id, ...ACTION }, timeoutMs: 10_000 });

test('[DOOR-16] the socket is asked first, HTTP where there is none, and the socket again once it is there', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const local = clientOf(context, { url: NOWHERE, key, socket: socketOf(aegis) });
  assert.equal((await act(local, 'a1')).status, 200, 'HTTP is not needed');
  const http = clientOf(context, { url: aegis.daemon.url, key, socket: `${socketOf(aegis)}.none` });
  assert.equal((await act(http, 'a2')).status, 200);
  const answers = await Promise.all(Array.from({ length: 300 }, (_, at) => act(local, `b${String(at)}`)));
  assert.deepEqual(
    answers.map(({ body }) => (body as { action: string }).action),
    answers.map((_, at) => `b${String(at)}`),
  );
});

test('[DOOR-16] a daemon that starts again is asked again; what it was asked before it ended is no permission', async (context) => {
  const aegis = await running(context);
  const client = clientOf(context, { url: NOWHERE, key: await aegis.agent('bot'), socket: socketOf(aegis) });
  assert.equal((await act(client, 'a1')).status, 200);
  const policy =
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: asking }\ndefault: allow\nagents:\n  bot: { allow: [look], review: [pay] }\n';
  await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  const body = { id: 'p1', session: 's1', name: 'pay', args: {} };
  const waiting = client.ask({ method: 'POST', path: '/v1/actions?wait=600000', body, timeoutMs: 600_000 });
  const lost = assert.rejects(waiting, (error) => error instanceof AegisError && error.code === 'AEGIS_UNREACHABLE');
  while (((await aegis.ask('GET', '/v1/approvals', { key: aegis.admin })).body['approvals'] as unknown[]).length === 0);
  await aegis.restart();
  await lost;
  assert.equal((await act(client, 'a2')).status, 200);
});

test('[DOOR-15, DOOR-16] a request that is taken back, or comes too late, rejects at once and leaves the connection whole', async (context) => {
  const aegis = await running(context);
  const client = clientOf(context, { url: NOWHERE, key: await aegis.agent('bot'), socket: socketOf(aegis) });
  const policy =
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: asking }\ndefault: allow\nagents:\n  bot: { allow: [look], review: [pay] }\n';
  await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  const stop = new AbortController();
  const pay = (id: string, timeoutMs: number, signal?: AbortSignal): ReturnType<DaemonClient['ask']> =>
    client.ask({ method: 'POST', path: '/v1/actions?wait=600000', body: { id, session: 's1', name: 'pay', args: { id } }, timeoutMs, signal });
  const taken = assert.rejects(pay('p1', 600_000, stop.signal), /cancelled/);
  const late = assert.rejects(pay('p2', 50), /no answer within 50 ms/);
  await late;
  stop.abort();
  await taken;
  await assert.rejects(pay('p3', 600_000, AbortSignal.abort()), /cancelled/);
  assert.equal((await act(client, 'a1')).status, 200);
});

test('[DOOR-14, DOOR-16] a socket others could have put there is not spoken to, and HTTP is not asked in its place', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  chmodSync(dirname(socketOf(aegis)), 0o770);
  const client = clientOf(context, { url: aegis.daemon.url, key, socket: socketOf(aegis) });
  await assert.rejects(act(client, 'a1'), (error) => error instanceof AegisError && /mode must be 0700/.test(error.message));
  const { body } = await aegis.ask('GET', '/v1/actions', { key: aegis.admin });
  assert.deepEqual(body['actions'], []);
  const told = await cli(['agents', '--json'], { AEGIS_URL: aegis.daemon.url, AEGIS_KEY: aegis.admin, AEGIS_SOCKET: socketOf(aegis) });
  assert.equal(told.code, 3, told.stdout);
  assert.match(told.stdout, /mode must be 0700/);
  assert.match(told.stdout, /AEGIS_SOCKET=off/);
});

test('[DOOR-16] the command line asks over the socket, and ends though its connection is still open', async (context) => {
  const aegis = await running(context);
  await aegis.agent('bot');
  const told = await cli(['agents', '--json'], { AEGIS_URL: NOWHERE, AEGIS_KEY: aegis.admin, AEGIS_SOCKET: socketOf(aegis) });
  assert.deepEqual([told.code, told.signal], [0, null], told.stderr);
  assert.match(told.stdout, /"agent": "bot"/);
});
