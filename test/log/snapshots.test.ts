import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fromDigest } from '../../src/log/tree-hash.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { fill } from './store.contract.ts';

const folder = testFolder();

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

test('[LOG-11] an append that comes in the middle of a snapshot is durable before the snapshot is', async () => {
  const store = await openSqliteStore({ path: join(folder, 'between.db') });
  const head = await fill(store, 2);
  let appended = false;
  // Without end until the append is done: a store that writes a snapshot in one go never gets there.
  function* parts(): Iterable<Uint8Array> {
    do yield Buffer.alloc(4_096, 'x');
    while (!appended);
  }
  const saving = store.saveSnapshot(TENANT, { ...head, parts: parts() });
  await fill(store, 1);
  appended = true;
  await saving;
  assert.equal((await store.loadSnapshot(TENANT))?.size, head.size);
  assert.equal(statSync(join(folder, 'between.db.snapshot-1')).mode & 0o777, 0o600);
  await store.close();
});

test('[LOG-11] a process killed in the middle of a snapshot leaves the last one, and its draft is removed when it is old', async () => {
  const path = join(folder, 'killed.db');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'snapshot-writer.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let parts = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    parts += chunk.toString().split('\n').length - 1;
    if (parts >= 40) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const store = await openSqliteStore({ path });
  const found = await store.loadSnapshot(TENANT);
  assert.deepEqual({ size: found?.size, text: text(found?.bytes) }, { size: 2, text: 'whole' });
  const drafts = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('killed.db.snapshot-1.'));
  const head = await fill(store, 1);
  await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from('next')] });
  assert.equal(drafts().length, 1);
  for (const name of drafts()) utimesSync(join(folder, name), 0, 0);
  await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from('last')] });
  assert.deepEqual(drafts(), []);
  assert.equal(text((await store.loadSnapshot(TENANT))?.bytes), 'last');
  await store.close();
});

test('[LOG-11] a snapshot that an older build kept in the log’s own file is read until there is one beside it', async () => {
  const path = join(folder, 'older.db');
  const made = await openSqliteStore({ path });
  const head = await fill(made, 3);
  await made.close();
  const older = new DatabaseSync(path);
  older.prepare('INSERT INTO snapshot (tenant, size, leaf, bytes) VALUES (1, ?, ?, ?)').run(head.size, fromDigest(head.leaf), Buffer.from('older'));
  older.close();
  const store = await openSqliteStore({ path });
  const found = await store.loadSnapshot(TENANT);
  assert.deepEqual({ size: found?.size, leaf: found?.leaf, text: text(found?.bytes) }, { ...head, text: 'older' });
  await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from('newer')] });
  assert.equal(text((await store.loadSnapshot(TENANT))?.bytes), 'newer');
  await store.close();
  await (await openSqliteStore({ path })).close();
  const after = new DatabaseSync(path, { readOnly: true });
  assert.equal(after.prepare('SELECT count(*) AS kept FROM snapshot').get()?.['kept'], 0);
  after.close();
});

test('[LOG-11] a snapshot that was changed is never taken for the world; one of an older build, without a hash, is', async () => {
  const path = join(folder, 'changed.db');
  const store = await openSqliteStore({ path });
  const head = await fill(store, 3);
  await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from('the '), Buffer.from('world')] });
  assert.equal(text((await store.loadSnapshot(TENANT))?.bytes), 'the world');
  const file = `${path}.snapshot-1`;
  const whole = readFileSync(file, 'utf8');
  for (const changed of [whole.replace('world', 'words'), whole.slice(0, -1), `${whole} `, whole.replace(/"sha256":"./, '"sha256":"x')]) {
    writeFileSync(file, changed);
    await assert.rejects(store.loadSnapshot(TENANT), { code: 'STORE_CORRUPT' });
  }
  writeFileSync(file, whole.replace(/,"sha256":"\w+"/, ''));
  assert.equal(text((await store.loadSnapshot(TENANT))?.bytes), 'the world');
  await store.close();
});
