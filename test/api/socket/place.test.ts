import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { socketFault } from '../../../src/client/socket-folder.ts';
import { socketPlaces, socketsFor } from '../../../src/client/socket-place.ts';
import { DEFAULTS } from '../../../src/config/schema.ts';
import { startDaemon } from '../../../src/daemon/main.ts';
import type { Daemon } from '../../../src/daemon/main.ts';
import { AegisError } from '../../../src/errors.ts';
import { atEnd } from '../../fault/daemon.ts';
import { bareClient } from './line-client.ts';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-place-'));
  atEnd(context, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started(context: TestContext, folder: string, socket: string, faults: unknown[] = []): Promise<Daemon> {
  const config = {
    ...DEFAULTS,
    dataDir: join(folder, 'data'),
    checkpointDir: join(folder, 'witness'),
    server: { ...DEFAULTS.server, port: 0, socket },
    llm: { ...DEFAULTS.llm, listen: 'off' as const },
  };
  const daemon = await startDaemon({ config, cwd: folder, onFault: (fault) => faults.push(fault) });
  atEnd(context, () => daemon.close());
  return daemon;
}

/** Runs with another variable of the environment, which is put back when the test ends. */
function withVariable(context: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  atEnd(context, () => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

const refused = (part: RegExp) => (error: unknown) => error instanceof AegisError && error.code === 'LISTEN_FAILED' && part.test(error.message);

test('[DOOR-14] the socket lies in the runtime folder under the port, for its user alone, and goes with the daemon', async (context) => {
  const folder = folderOf(context);
  withVariable(context, 'XDG_RUNTIME_DIR', folder);
  const faults: unknown[] = [];
  const daemon = await started(context, folder, 'on', faults);
  const path = join(folder, 'aegis', `${new URL(daemon.url).port}.sock`);
  assert.equal(daemon.socket, path);
  assert.deepEqual([lstatSync(join(folder, 'aegis')).mode & 0o777, lstatSync(path).mode & 0o777], [0o700, 0o600]);
  assert.equal(socketFault(path), null);
  assert.deepEqual(socketsFor(daemon.url)[0], path);
  const client = await bareClient(path);
  await daemon.close();
  await client.closed;
  assert.ok(!existsSync(path));
  assert.deepEqual(faults, []);
});

test('[DOOR-14] where the folder is another user’s, open to others, a link or no folder, no daemon listens and no client speaks', async (context) => {
  const folder = folderOf(context);
  const made = (name: string, mode: number): string => {
    mkdirSync(join(folder, name), { mode });
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const open = made('open', 0o755);
  const group = made('group', 0o710);
  made('real', 0o700);
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  // Only root can give a folder away; anybody else has one of root's at hand.
  const others = process.getuid?.() === 0 ? made('others', 0o700) : '/';
  if (others !== '/') chownSync(others, 65_534, 65_534);
  const cases: readonly (readonly [string, RegExp])[] = [
    [open, /mode must be 0700/],
    [group, /mode must be 0700/],
    [join(folder, 'link'), /is no folder/],
    [join(folder, 'file'), /is no folder|EEXIST/],
    [others, /another user/],
  ];
  for (const [where, why] of cases) {
    const path = join(where, 's.sock');
    await assert.rejects(started(context, folder, path), refused(why), where);
    assert.match(socketFault(path) ?? '', why.source.includes('EEXIST') ? /is no folder/ : why, where);
  }
});

test('[DOOR-14] a place where another program listens, or where no socket lies, is left alone; what a killed daemon left is replaced', async (context) => {
  const folder = folderOf(context);
  const path = join(folder, 'run', 'a.sock');
  const first = await started(context, folder, path);
  await assert.rejects(started(context, join(folder, 'second'), path), refused(/another program listens/));
  const client = await bareClient(path);
  client.raw('{"aegis":1}\n');
  assert.equal((await client.ask('GET', '/healthz')).status, 200, 'the first still answers');
  await first.close();
  writeFileSync(path, 'notes');
  await assert.rejects(started(context, join(folder, 'third'), path), refused(/no socket/));
  rmSync(path);
  // What a program that was killed leaves: a socket nobody listens at.
  const dead = createServer().listen(`${path}.dead`);
  await new Promise((resolve) => dead.once('listening', resolve));
  linkSync(`${path}.dead`, path);
  await new Promise((resolve) => dead.close(resolve));
  assert.ok(existsSync(path));
  const last = await started(context, join(folder, 'fourth'), path);
  assert.equal(last.socket, path);
  const heard = await bareClient(path);
  heard.raw('{"aegis":1}\n');
  assert.equal((await heard.ask('GET', '/healthz')).status, 200);
});

test('[DOOR-14] without a place for it HTTP serves alone, and says why unless it was told to', async (context) => {
  const folder = folderOf(context);
  const long = join(folder, 'x'.repeat(120));
  await assert.rejects(started(context, folder, join(long, 'a.sock')), refused(/longer than 103 bytes/));
  withVariable(context, 'XDG_RUNTIME_DIR', long);
  withVariable(context, 'HOME', long);
  const faults: { what?: string }[] = [];
  const alone = await started(context, folder, 'on', faults);
  assert.equal(alone.socket, null);
  assert.deepEqual(
    faults.map(({ what }) => what),
    ['the local socket'],
  );
  assert.equal((await fetch(`${alone.url}/healthz`)).status, 200);
  await alone.close();
  const off = await started(context, folder, 'off', faults);
  assert.deepEqual([off.socket, faults.length], [null, 1]);
});

test('[DOOR-16] a client looks for the socket at AEGIS_SOCKET, else by the port of a loopback address', () => {
  const env = { XDG_RUNTIME_DIR: '/run/user/1', HOME: '/home/ann' };
  const found = ['/run/user/1/aegis/7411.sock', '/home/ann/.local/state/aegis/run/7411.sock'];
  for (const url of ['http://127.0.0.1:7411', 'http://localhost:7411', 'http://[::1]:7411/']) assert.deepEqual(socketsFor(url, env), found, url);
  const fixed = process.platform === 'linux' ? [`/run/user/${String(process.getuid?.())}/aegis/80.sock`] : [];
  assert.deepEqual(socketsFor('http://127.0.0.1', { HOME: '/home/ann' }), [...fixed, '/home/ann/.local/state/aegis/run/80.sock']);
  for (const url of [
    'https://127.0.0.1:7411',
    'http://aegis.example:7411',
    'http://127.0.0.1:7411/behind',
    'http://127.0.0.1.example:7411',
    'http://user@127.0.0.2:7411',
    'nonsense',
  ])
    assert.deepEqual(socketsFor(url, env), [], url);
  assert.deepEqual(socketsFor('https://aegis.example', { ...env, AEGIS_SOCKET: '/x/a.sock' }), ['/x/a.sock']);
  assert.deepEqual(socketsFor('http://127.0.0.1:7411', { ...env, AEGIS_SOCKET: 'off' }), []);
  assert.deepEqual(socketPlaces(1, { XDG_RUNTIME_DIR: 'not/absolute', HOME: '/home/ann' }), ['/home/ann/.local/state/aegis/run/1.sock']);
  assert.deepEqual(socketPlaces(1, { XDG_RUNTIME_DIR: `/${'x'.repeat(110)}`, HOME: '/home/ann' }), ['/home/ann/.local/state/aegis/run/1.sock']);
});
