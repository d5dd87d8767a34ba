import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import { loadCredentials, savedCredentials, saveLocked } from '../../src/cli/credentials.ts';
import { CliError } from '../../src/cli/exit.ts';
import { lockKey, openKey } from '../../src/cli/key-lock.ts';
import { LOOSENING, pathOf, presence, requirePresence } from '../../src/cli/presence.ts';
import { daemonClient } from '../../src/client/daemon-client.ts';
import { running } from '../api/daemon.ts';
import { terminal } from './terminal.ts';

/** Commands that let nothing more happen than before: they look, tighten, or make what needs a loosening one to count. */
const OTHERS: ReadonlySet<string> = new Set(
  'up,proxy,demo,init,hook install,hook status,login,lock,unlock,identity show,doctor,status,top,agents list,agents add,agents show,agents revoke,actions,approvals list,approvals show,approvals refuse,halt,operators list,policy list,policy show,policy check,policy test,policy simulate,policy explain,log tail,log verify,log proof,log export,log checkpoint,replay,run,explain,conform,costs,budgets list,locks,mcp serve,mcp tools,completion'.split(
    ',',
  ),
);

async function paths(): Promise<readonly string[]> {
  const program = new Command('aegis');
  for (const { name, load } of COMMANDS) (await load())(program.command(name));
  const leaves = (command: Command): readonly string[] =>
    command.commands.length === 0 ? [pathOf(command)] : command.commands.flatMap((one) => leaves(one));
  return program.commands.flatMap((one) => leaves(one));
}

test('[AUTH-17] every command is loosening or not, and each that is named is there', async () => {
  const all = await paths();
  const unclassified = all.filter((path) => Number(LOOSENING.has(path)) + Number(OTHERS.has(path)) !== 1);
  assert.deepEqual(unclassified, [], 'put it into LOOSENING of src/cli/presence.ts, or into the list of this test');
  assert.deepEqual(
    [...LOOSENING].filter((path) => !all.includes(path) && path !== 'operators reset-admin'),
    [],
  );
});

test('[AUTH-17, AUTH-16] without a terminal what loosens is refused; a word at login or a key in the environment lets it', async (context) => {
  const shell = await terminal(context);
  const { url, admin } = await shell.up();
  await shell.aegis('login', admin, '--url', url);
  const path = join(shell.folder, 'config/aegis/credentials.json');
  const { allowScripts, ...saved } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  assert.equal(allowScripts, true);
  assert.equal((await shell.aegis('operators', 'add', 'ann', '--name', 'Ann', '--role', 'operator')).code, 0);
  writeFileSync(path, JSON.stringify(saved));
  for (const loosening of [
    ['operators', 'add', 'bob', '--name', 'Bob', '--role', 'operator'],
    ['approvals', 'grant', '1', '--reason', 'x'],
    ['resume', 'all', '--reason', 'x'],
    ['uninstall'],
    ['recover', '--reason', 'x', '--data', 'data'],
  ]) {
    const { code, stderr } = await shell.aegis(...loosening);
    assert.equal(code, 4, loosening.join(' '));
    assert.match(stderr, /needs a person at a terminal, and its standard input is not one/);
  }
  assert.equal((await shell.aegis('halt', 'all', '--reason', 'tightening needs nobody')).code, 0);
  assert.equal((await shell.aegis('approvals')).code, 0);
  const env = { ...shell.env, AEGIS_KEY: admin };
  requirePresence('resume', env);
  assert.throws(
    () => requirePresence('resume', shell.env),
    (error) => error instanceof CliError && error.code === 'NEEDS_TERMINAL',
  );
  assert.match((await shell.aegis('doctor')).stdout, /not locked: an agent of this user can approve its own actions/);
  // Locked, nothing that needs the key works without somebody who types.
  writeFileSync(path, JSON.stringify({ url, locked: lockKey(admin, 'correct horse battery') }));
  chmodSync(path, 0o600);
  for (const needsKey of [['status'], ['approvals'], ['halt', 'all', '--reason', 'x']])
    assert.match((await shell.aegis(...needsKey)).stderr, /The saved key is locked, and there is no terminal/, needsKey.join(' '));
  assert.match((await shell.aegis('doctor')).stdout, /locked with a passphrase/);
  assert.match((await shell.aegis('lock')).stderr, /is locked already/);
  assert.match((await shell.aegis('unlock')).stderr, /at a terminal only/);
});

test('[AUTH-16] a locked key opens with its passphrase alone, and what was changed does not open', () => {
  const locked = lockKey('aegis_admin_secret', 'pass phrase é');
  assert.equal(openKey(locked, 'pass phrase é'), 'aegis_admin_secret', 'however the letters are composed');
  assert.equal(openKey(locked, 'pass phrase'), null);
  assert.equal(openKey(locked, ''), null);
  const flipped = Buffer.from(locked.sealed, 'base64url');
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  assert.equal(openKey({ ...locked, sealed: flipped.toString('base64url') }, 'pass phrase é'), null);
  assert.notEqual(lockKey('aegis_admin_secret', 'pass phrase é').sealed, locked.sealed);
  const home = mkdtempSync(join(tmpdir(), 'aegis-lock-'));
  try {
    const before = process.env['XDG_CONFIG_HOME'];
    process.env['XDG_CONFIG_HOME'] = home;
    const path = saveLocked({ url: 'http://127.0.0.1:7411' }, 'aegis_admin_secret', 'pass phrase é');
    assert.ok(!readFileSync(path, 'utf8').includes('aegis_admin'));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(savedCredentials()?.key, undefined);
    assert.throws(
      () => loadCredentials({ XDG_CONFIG_HOME: home }),
      (error) => error instanceof CliError && error.code === 'KEY_LOCKED',
    );
    assert.equal(loadCredentials({ XDG_CONFIG_HOME: home, AEGIS_KEY: 'other' }).key, 'other');
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test('[AUTH-18] an entry says how the person was there, over HTTP and the socket; an agent never is', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  assert.equal(presence({ AEGIS_KEY: 'x' }), 'script');
  const halted = async (terms: { readonly key: string; readonly presence?: 'terminal' | 'chat'; readonly socket: string }): Promise<void> => {
    const { socket, ...who } = terms;
    const client = daemonClient({ url: aegis.daemon.url, ...who, mostBytes: 1_048_576, env: { AEGIS_SOCKET: socket } });
    const { status } = await client.ask({
      method: 'POST',
      path: '/v1/halt',
      body: { scope: { kind: 'agent', id: 'bot' }, reason: 'x' },
      timeoutMs: 10_000,
    });
    assert.equal(status, 200);
    client.close();
  };
  const socket = aegis.daemon.socket ?? '';
  await halted({ key: aegis.admin, presence: 'terminal', socket: 'off' });
  await halted({ key: aegis.admin, presence: 'chat', socket });
  await halted({ key: aegis.admin, socket });
  const client = daemonClient({ url: aegis.daemon.url, key, presence: 'terminal', mostBytes: 1_048_576, env: { AEGIS_SOCKET: socket } });
  context.after(() => client.close());
  const acted = await client.ask({
    method: 'POST',
    path: '/v1/actions',
    body: { kind: 'tool', name: 'look', args: {}, session: 's' },
    timeoutMs: 10_000,
  });
  assert.equal(acted.status, 200, JSON.stringify(acted.body));
  await aegis.ask('POST', '/v1/halt', { key: aegis.admin, headers: { 'aegis-presence': 'ghost' }, body: { scope: { kind: 'all' }, reason: 'x' } });
  const { body } = await aegis.ask('GET', '/v1/log?type=agent-halted&limit=10', { key: aegis.admin });
  const decided = await aegis.ask('GET', '/v1/log?type=action-decided&limit=10', { key: aegis.admin });
  const entries = [...(body['entries'] as never[]), ...(decided.body['entries'] as never[])];
  const actors = (entries as readonly { readonly actor: { readonly kind: string; readonly presence?: string } }[]).map(({ actor }) => actor);
  assert.deepEqual(
    actors.map(({ kind, presence: how }) => `${kind} ${String(how)}`),
    ['operator terminal', 'operator chat', 'operator undefined', 'operator undefined', 'agent undefined'],
  );
});
