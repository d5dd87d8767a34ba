import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { agentKey, cli, logOf, places, tryUp, up } from './daemon.ts';
import type { Daemon, Places } from './daemon.ts';

const act = (daemon: Daemon, key: string, id: string): Promise<unknown> =>
  daemon.ask('POST', '/v1/actions', { key, body: { id, session: 's', name: 'lookup', args: { id } } });

async function acts(daemon: Daemon, key: string, names: readonly string[]): Promise<void> {
  for (const name of names) await act(daemon, key, name);
}

/** It does not start, says why, where to look and what to do; nothing is written meanwhile. */
async function refused(t: TestContext, at: Places): Promise<void> {
  const { daemon, ended } = await tryUp(t, at);
  assert.equal(daemon, null, 'it started on a store that was rolled back');
  const { code, stdout, stderr } = await ended;
  assert.ok(code !== 0 && code !== null);
  const { error } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { error: { code: string; hint: string } };
  assert.equal(error.code, 'STORE_ROLLED_BACK', stdout + stderr);
  assert.match(error.hint, /aegis log verify.*aegis recover/);
  assert.doesNotMatch(stdout + stderr, /\n\s+at .*:\d+:\d+/);
}

async function recovered(t: TestContext, at: Places, admin: string): Promise<Daemon> {
  const flags = ['--data', at.data, '--checkpoints', at.checkpoints];
  const recover = await cli(['recover', '--reason', 'restored by hand', ...flags]);
  assert.equal(recover.code, 0, recover.stdout + recover.stderr);
  const daemon = await up(t, at);
  assert.equal((await daemon.ask('GET', '/v1/stats', { key: admin })).status, 200);
  return daemon;
}

test('[LOG-12, LOG-18, GATE-16] an older data folder put back is refused with its code and next step; an operator’s recovery lets it go on', async (t) => {
  const { root, ...at } = places(t);
  let daemon = await up(t, at);
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  await acts(daemon, key, ['one', 'two']);
  await daemon.end('SIGTERM');
  cpSync(at.data, join(root, 'backup'), { recursive: true });
  daemon = await up(t, at);
  await acts(daemon, key, ['three', 'four', 'five']);
  await daemon.end('SIGTERM');
  rmSync(at.data, { recursive: true });
  cpSync(join(root, 'backup'), at.data, { recursive: true });
  await refused(t, at);
  daemon = await recovered(t, at, admin);
  const [told, ...more] = await logOf(daemon.ask, admin, 'store-recovered');
  assert.equal(more.length, 0);
  assert.match(JSON.stringify(told?.body), /"detail":"\d+ entries were signed, \d+ are here".*"reason":"restored by hand"/);
  await acts(daemon, key, ['six']);
  const ids = (await logOf(daemon.ask, admin, 'action-decided')).map(({ body }) => (body['action'] as { id: string }).id);
  assert.deepEqual(ids, ['one', 'two', 'six']);
  await daemon.end('SIGTERM');
  const verified = await cli(['log', 'verify', '--data', at.data, '--checkpoints', at.checkpoints]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('[LOG-12, LOG-9] a log that was cut, emptied, or lost its folder is refused likewise', async (t) => {
  const { root, ...at } = places(t);
  let daemon = await up(t, at);
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  await acts(daemon, key, ['one', 'two', 'three', 'four']);
  await daemon.end('SIGTERM');
  cpSync(at.data, join(root, 'whole'), { recursive: true });

  // Somebody who knows the layout takes the last entries out, and makes the bookkeeping fit.
  const database = new DatabaseSync(join(at.data, 'log.sqlite'));
  const { size, no } = database.prepare('SELECT no, size FROM tenant WHERE name = ?').get('default') as { size: number; no: number };
  database.exec(
    `DELETE FROM entry WHERE id >= ${String(no * 2 ** 40 + size - 2)}; UPDATE tenant SET size = ${String(size - 2)}; DELETE FROM snapshot`,
  );
  database.close();
  const cut = await tryUp(t, at);
  assert.equal(cut.daemon, null);
  const said = await cut.ended;
  assert.match(said.stdout, /STORE_CORRUPT|STORE_ROLLED_BACK/);

  // The file is gone, its identity is not: an empty log is older than any checkpoint.
  for (const name of ['log.sqlite', 'log.sqlite-wal', 'log.sqlite-shm']) rmSync(join(at.data, name), { force: true });
  await refused(t, at);
  rmSync(at.data, { recursive: true });
  cpSync(join(root, 'whole'), at.data, { recursive: true });
  daemon = await up(t, at);
  assert.equal((await logOf(daemon.ask, admin, 'action-decided')).length, 4);
  await daemon.end('SIGTERM');
  assert.ok(existsSync(at.checkpoints));
});

test('[LOG-9] one changed byte of an entry is found and named by verify, and by recover nothing is hidden', async (t) => {
  const at = places(t);
  const daemon = await up(t, at);
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  await acts(daemon, key, ['one', 'two', 'three']);
  const [, second] = await logOf(daemon.ask, admin, 'action-decided');
  await daemon.end('SIGTERM');
  const database = new DatabaseSync(join(at.data, 'log.sqlite'));
  const id = 2 ** 40 + (second?.index ?? 0);
  const { bytes } = database.prepare('SELECT bytes FROM entry WHERE id = ?').get(id) as { bytes: Uint8Array };
  const changed = Buffer.from(Buffer.from(bytes).toString('utf8').replace('"allow"', '"denyy"'));
  database.prepare('UPDATE entry SET bytes = ? WHERE id = ?').run(changed, id);
  database.close();
  const verified = await cli(['log', 'verify', '--data', at.data, '--checkpoints', at.checkpoints, '--json']);
  assert.equal(verified.code, 1, verified.stdout + verified.stderr);
  assert.match(verified.stdout + verified.stderr, new RegExp(`\\b${String(second?.index)}\\b`));
});
