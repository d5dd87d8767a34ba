import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { AegisError } from '../../src/errors.ts';
import { EMPTY_HEAD, sealAll } from '../../src/log/entry.ts';
import { OPENERS } from '../../src/log/sqlite/connection.ts';
import { openLog } from '../../src/log/sqlite/schema.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { Appended, Job } from '../../src/log/sqlite/wire.ts';
import { createWriter } from '../../src/log/sqlite/writer.ts';
import type { Head } from '../../src/log/sealed-entry.ts';
import { verifyStore } from '../../src/log/verify.ts';
import { drafts, erasedDraft, keepingDraft, TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { fill, payload } from './store.contract.ts';

const folder = testFolder();
const CHILD = join(import.meta.dirname, 'crash-writer.ts');

/** Runs the child until it has acknowledged `enough`, kills it, returns the last size it acknowledged. */
async function killed(path: string, enough: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    lines += chunk.toString().split('\n').length - 1;
    if (lines >= enough) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

test('[LOG-7] a process killed in mid-write, again and again, has lost nothing it acknowledged', async () => {
  const path = join(folder, 'killed.db');
  for (let round = 0; round < 6; round++) {
    const acknowledged = await killed(path, 3 + round * 5);
    const store = await openSqliteStore({ path });
    const result = await verifyStore(store, TENANT);
    await store.close();
    assert.ok(result.ok, result.detail);
    assert.ok(result.size >= acknowledged, `${String(result.size)} of ${String(acknowledged)}`);
  }
});

test('[LOG-6] processes that write one log at once make one chain', async () => {
  for (const [name, made] of Object.entries({ 'many.db': true, 'many at first.db': false })) {
    const path = join(folder, name);
    if (made) await (await openSqliteStore({ path })).close();
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, [CHILD, path, '25'], { stdio: ['ignore', 'pipe', 'inherit'] }));
    const codes = await Promise.all(children.map(async (child) => (await once(child.stdout.resume() && child, 'close'))[0] as number));
    assert.deepEqual(codes, [0, 0, 0, 0, 0, 0]);
    const store = await openSqliteStore({ path });
    const result = await verifyStore(store, TENANT);
    await store.close();
    assert.ok(result.ok, result.detail);
    assert.ok(result.size > 25);
  }
});

const options = (name: string): { path: string; keysPath: string; masterKeyPath: string } => ({
  path: join(folder, name),
  keysPath: join(folder, `${name}.keys`),
  masterKeyPath: join(folder, `${name}.master`),
});

function appendJob(head: Head, count: number): { job: Job; next: Head } {
  const { entries, head: next } = sealAll(drafts(count, head.size), head);
  return {
    job: { kind: 'appends', appends: [{ kind: 'append', tenant: TENANT, expected: head, entries, payloads: [] }] },
    next,
  };
}

test('[LOG-8] an error at any statement of a commit acknowledges nothing, and the next append goes on from what is durable', () => {
  for (const statement of ['BEGIN IMMEDIATE', 'COMMIT', 'after COMMIT']) {
    let broken = false;
    let opened = 0;
    const log = (path: string): DatabaseSync => {
      opened++;
      const database = openLog(path);
      const exec = database.exec.bind(database);
      database.exec = (sql: string): void => {
        if (broken && sql === statement) throw new Error('disk I/O error');
        exec(sql);
        // The commit reached the disk, its success did not reach us.
        if (broken && statement === 'after COMMIT' && sql === 'COMMIT') throw new Error('disk I/O error');
      };
      return database;
    };
    const writer = createWriter(options(`broken ${statement}.db`), { ...OPENERS, log });
    const first = appendJob(EMPTY_HEAD, 3);
    assert.ok(writer.do(first.job).ok);
    broken = true;
    const second = appendJob(first.next, 2);
    const refused = writer.do(second.job);
    assert.deepEqual([refused.ok, refused.ok ? '' : refused.code], [false, 'STORE_UNAVAILABLE']);
    broken = false;
    const answer = writer.do(second.job);
    assert.ok(answer.ok);
    const [result] = answer.value as readonly Appended[];
    // Either it had not happened and does now, or it had and the head says so: never twice.
    assert.deepEqual(result, { appended: statement !== 'after COMMIT', head: second.next });
    assert.equal(opened, 2);
    writer.do({ kind: 'close' });
  }
});

test('[LOG-8] a full disk refuses, keeps what is there readable, and goes on by itself when there is room', () => {
  let pages = 0;
  const log = (path: string): DatabaseSync => {
    const database = openLog(path);
    if (pages > 0) database.exec(`PRAGMA max_page_count = ${String(pages)}`);
    return database;
  };
  pages = 40;
  const writer = createWriter(options('full.db'), { ...OPENERS, log });
  let head = EMPTY_HEAD;
  let refusals = 0;
  for (let round = 0; round < 30 && refusals < 3; round++) {
    const { job, next } = appendJob(head, 50);
    const answer = writer.do(job);
    if (answer.ok) head = next;
    else {
      refusals++;
      assert.equal(answer.code, 'STORE_UNAVAILABLE');
    }
  }
  assert.equal(refusals, 3);
  pages = 100_000;
  const { job, next } = appendJob(head, 50);
  assert.ok(!writer.do(appendJob(head, 5000).job).ok || pages > 0);
  const again = writer.do(job);
  assert.ok(again.ok);
  assert.ok(
    (again.value as readonly Appended[])[0]?.head.size === next.size || (again.value as readonly Appended[])[0]?.head.size === head.size + 5000,
  );
  writer.do({ kind: 'close' });
});

test('[LOG-20] the write-ahead log has room from the opening on, and a disk without room opens all the same', () => {
  const files = options('room.db');
  const writer = createWriter(files);
  assert.ok(writer.do({ kind: 'open' }).ok);
  const made = statSync(`${files.path}-wal`).size;
  assert.ok(made > 4_000_000, String(made));
  const first = appendJob(EMPTY_HEAD, 50);
  assert.ok(writer.do(first.job).ok);
  assert.equal(statSync(`${files.path}-wal`).size, made);
  writer.do({ kind: 'close' });
  const log = (path: string): DatabaseSync => {
    const database = openLog(path);
    database.exec('PRAGMA max_page_count = 100');
    return database;
  };
  const full = createWriter(files, { ...OPENERS, log });
  assert.ok(full.do(appendJob(first.next, 50).job).ok);
  full.do({ kind: 'close' });
});

test('[LOG-8] acknowledged entries that vanish under a running writer close it for good', () => {
  const { path, ...rest } = options('vanish.db');
  const writer = createWriter({ path, ...rest });
  const first = appendJob(EMPTY_HEAD, 3);
  assert.ok(writer.do(first.job).ok);
  const replaced = openLog(path);
  replaced.exec('DELETE FROM entry; DELETE FROM tenant; DELETE FROM subtree');
  replaced.close();
  writer.do({
    kind: 'appends',
    appends: [{ kind: 'append', tenant: null as never, expected: EMPTY_HEAD, entries: [], payloads: [] }],
  });
  const refused = writer.do(appendJob(first.next, 1).job);
  assert.deepEqual([refused.ok, refused.ok ? '' : refused.code], [false, 'STORE_CORRUPT']);
});

test('[LOG-9] flipped pages and truncated files never open silently wrong', async () => {
  const path = join(folder, 'flipped.db');
  const store = await openSqliteStore({ path });
  const head = await fill(store, 400);
  await store.close();
  const good = readFileSync(path);
  let refused = 0;
  for (let round = 0; round < 20; round++) {
    const copy = Buffer.from(good);
    const at = (round * 7919 * 4096 + round * 131) % copy.length;
    for (let n = 0; n < 16; n++) copy[(at + n) % copy.length] = (copy[(at + n) % copy.length] ?? 0) ^ 0xff;
    const damaged = join(folder, `flipped-${String(round)}.db`);
    writeFileSync(damaged, copy);
    try {
      const opened = await openSqliteStore({ path: damaged });
      try {
        const result = await verifyStore(opened, TENANT, { payloads: false });
        if (result.ok) assert.deepEqual(await opened.head(TENANT), head);
        else refused++;
      } finally {
        await opened.close();
      }
    } catch (error) {
      assert.ok(error instanceof AegisError, String(error));
      refused++;
    }
  }
  assert.ok(refused > 5, `${String(refused)} of 20 refused`);
});

test('[LOG-10] an erased payload is nowhere: not in the log, its write-ahead log or its key file, nor in a backup of the log', async () => {
  const path = join(folder, 'erased.db');
  const store = await openSqliteStore({ path });
  const secret = payload('the canary sings at dawn', 'subject/x', ' again'.repeat(40));
  const { entries, head } = sealAll([...drafts(1), keepingDraft(1, Buffer.from(secret.bytes).toString('utf8'))], EMPTY_HEAD);
  await store.append(TENANT, EMPTY_HEAD, entries, [secret]);
  const files = [path, `${path}-wal`, `${path}.keys`].filter((file) => existsSync(file));
  const holds = (text: string): string[] => files.filter((file) => existsSync(file) && readFileSync(file).includes(text));
  assert.deepEqual(holds('canary'), []);
  copyFileSync(path, join(folder, 'backup.db'));
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, join(folder, 'backup.db-wal'));
  assert.deepEqual(await store.erase(TENANT, 'subject/x'), [secret.digest]);
  await store.append(TENANT, head, sealAll([erasedDraft(2, 'subject/x', [secret.digest])], head).entries, []);
  assert.equal(await store.payload(TENANT, secret.digest), 'erased');
  assert.ok((await verifyStore(store, TENANT)).ok);
  await store.close();
  const backup = await openSqliteStore({ path: join(folder, 'backup.db'), keysPath: `${path}.keys`, masterKeyPath: `${path}.master` });
  assert.equal(await backup.payload(TENANT, secret.digest), 'erased');
  await backup.close();
  for (const file of [path, `${path}.keys`, `${path}.master`]) assert.equal(statSync(file).mode & 0o077, 0, file);
});
