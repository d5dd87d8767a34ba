import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedStore } from '../e2e/daemons.ts';
import type { DaemonProcess } from '../e2e/daemons.ts';
import { atTerminal } from './pseudo-terminal.ts';
import { terminal } from './terminal.ts';

const KEY = /aegis_admin_[\w.-]+/;
const WHERE = ['--data', 'data', '--checkpoints', 'checkpoints'];

async function reset(daemon: DaemonProcess, key: string): Promise<{ operator: string; by: string } | null> {
  return (await daemon.ask(key, 'GET', '/v1/stats')).body['adminReset'] as { operator: string; by: string } | null;
}

test('[AUTH-13] an administrator is reset at a terminal only, by who types the words, never while a daemon serves the store', async (t) => {
  const aegis = await terminal(t);
  const place = { cwd: aegis.folder, env: aegis.env };
  const run = ['operators', 'reset-admin', ...WHERE];
  const nowhere = await atTerminal(run, place);
  assert.match(nowhere.seen, /there is no store in/);
  const store = await sharedStore(t);
  const there = { cwd: store.folder, env: { ...aegis.env, HOME: store.folder } };
  const daemon = await store.up();
  const held = await atTerminal(run, there);
  assert.match(held.seen, new RegExp(`is held by process ${String(daemon.pid)} at ${daemon.url}`));
  assert.doesNotMatch(held.seen, KEY);
  await daemon.stop();
  const piped = await aegis.aegis(...run, '--data', store.data);
  assert.equal(piped.code, 2);
  assert.match(piped.stderr, /needs a terminal/);
  for (const typed of ['yes\n', '\n', '\u0004']) {
    const refused = await atTerminal(run, there, [[/to go on: /, typed]]);
    assert.equal(refused.code, 2, refused.seen);
    assert.match(refused.seen, /Nothing was changed/);
    assert.doesNotMatch(refused.seen, KEY);
  }
  const unknown = await atTerminal([...run, '--tenant', 'acme'], there, [[/to go on: /, 'reset acme\n']]);
  assert.notEqual(unknown.code, 0);
  assert.doesNotMatch(unknown.seen, KEY);
});

test('[AUTH-14] a reset makes one more administrator, of each tenant, and every start tells of it until one acknowledges it', async (t) => {
  const store = await sharedStore(t);
  const tenants = { AEGIS_TENANTS: 'default,acme' };
  const first = await store.up([], tenants);
  const old = first.firstKeys[0]?.key ?? '';
  await first.stop();
  const place = { cwd: store.folder, env: { PATH: process.env['PATH'], HOME: store.folder, XDG_RUNTIME_DIR: store.folder } };
  const keys: string[] = [];
  for (const tenant of ['default', 'acme']) {
    const done = await atTerminal(['operators', 'reset-admin', ...WHERE, '--tenant', tenant], place, [[/to go on: /, `reset ${tenant}\n`]]);
    assert.equal(done.code, 0, done.seen);
    assert.match(done.seen, /Added the administrator admin-2/);
    keys.push(KEY.exec(done.seen)?.[0] ?? '');
  }
  const [key = '', acme = ''] = keys;
  const second = await store.up([], tenants);
  assert.deepEqual(second.firstKeys, []);
  assert.equal((await reset(second, old))?.operator, 'admin-2', 'who was there stays');
  assert.equal((await reset(second, key))?.operator, 'admin-2');
  assert.equal((await reset(second, acme))?.operator, 'admin-2');
  const acknowledged = await second.ask(key, 'POST', '/v1/admin-reset/acknowledge', {});
  assert.equal(acknowledged.status, 200, JSON.stringify(acknowledged.body));
  assert.equal(await reset(second, key), null);
  assert.equal((await second.ask(key, 'POST', '/v1/admin-reset/acknowledge', {})).status, 409);
  await second.stop();
  assert.match(second.said(), /The administrator was reset offline by \S+ on/);
  assert.match(second.said(), /The administrator of tenant acme was reset offline/);
  const third = await store.up([], tenants);
  assert.notEqual(await reset(third, acme), null);
  await third.stop();
  assert.doesNotMatch(third.said(), /The administrator was reset/);
  assert.match(third.said(), /of tenant acme was reset offline/);
});
