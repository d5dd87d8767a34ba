import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import type { SessionId } from '../../src/kernel/ids.ts';
import { EMPTY_HEAD, sealAll } from '../../src/log/entry.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { LogStore } from '../../src/log/store.ts';
import { UNEXPLAINED } from '../../src/log/verification.ts';
import type { Verification } from '../../src/log/verification.ts';
import { verifyStore } from '../../src/log/verify.ts';
import { digest, drafts, erasedDraft, eventDraft, keepingDraft, TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { payload } from './store.contract.ts';

const folder = testFolder();

const kept = (n: number, text: string, session: string): EntryDraft => ({ ...keepingDraft(n, text), session: session as SessionId });

/** Four entries, the second and third of which keep a payload each, of sessions a and b. */
async function keeping(store: LogStore): Promise<void> {
  const { entries } = sealAll([eventDraft(0), kept(1, 'one', 'a'), kept(2, 'two', 'b'), eventDraft(3)], EMPTY_HEAD);
  await store.append(TENANT, EMPTY_HEAD, entries, [payload('one', 'session/a'), payload('two', 'session/b')]);
}

async function append(store: LogStore, draft: EntryDraft, ...payloads: readonly ReturnType<typeof payload>[]): Promise<void> {
  const head = await store.head(TENANT);
  await store.append(TENANT, head, sealAll([draft], head).entries, payloads);
}

const said = ({ ok, firstBad, detail }: Verification): unknown => (ok ? 'ok' : [firstBad, detail]);

/** What an owner of the disk does to a store, and what is said of it. */
const DESTROYED: Readonly<Record<string, readonly [file: 'log' | 'keys', sql: string, bad: number, detail: RegExp]>> = {
  'a payload row is deleted': ['log', 'DELETE FROM payload WHERE id % 2 = 0', 1, /gone/],
  'every payload row is deleted': ['log', 'DELETE FROM payload', 1, /gone/],
  'a sealed column is nulled': ['log', "UPDATE payload SET sealed = NULL WHERE subject = 'session/b'", 2, /gone/],
  'a sealed column is altered': ['log', "UPDATE payload SET sealed = CAST(sealed || x'00' AS BLOB) WHERE subject = 'session/b'", 2, /cannot be read/],
  'a payload is renamed': ['log', "UPDATE payload SET digest = zeroblob(32) WHERE subject = 'session/a'", 1, /gone/],
  'a payload is given to another subject': ['log', "UPDATE payload SET subject = 'session/z' WHERE subject = 'session/a'", 1, /gone/],
  'one subject’s key is deleted': ['keys', "DELETE FROM subject_key WHERE subject = 'session/b'", 2, /gone/],
  'every key is deleted': ['keys', 'DELETE FROM subject_key', 1, /gone/],
  'a key is altered': ['keys', "UPDATE subject_key SET wrapped = zeroblob(60) WHERE subject = 'session/b'", 2, /cannot be read/],
};

for (const [name, [file, sql, bad, detail]] of Object.entries(DESTROYED)) {
  test(`[LOG-22] ${name}: the entry that names it does not verify`, async () => {
    const path = join(folder, `${name}.db`);
    const store = await openSqliteStore({ path });
    await keeping(store);
    assert.equal(said(await verifyStore(store, TENANT)), 'ok');
    await store.close();
    const database = new DatabaseSync(file === 'log' ? path : `${path}.keys`);
    assert.ok(Number(database.prepare(sql).run().changes) > 0);
    database.close();
    const again = await openSqliteStore({ path });
    const found = await verifyStore(again, TENANT);
    await again.close();
    assert.deepEqual([found.ok, found.firstBad], [false, bad], found.detail);
    assert.match(found.detail, detail);
  });
}

test('[LOG-22] an erasure on record explains what was kept before it, of its own subject, and nothing else', async () => {
  const store = memoryStore();
  await keeping(store);
  const digests = await store.erase(TENANT, 'session/a');
  assert.deepEqual(said(await verifyStore(store, TENANT)), [
    1,
    'an erasure of session/a was begun and is not on record; start Aegis once to finish it',
  ]);
  await append(store, erasedDraft(4, 'session/a', digests));
  const erased = await verifyStore(store, TENANT);
  assert.deepEqual([said(erased), erased.payloads], ['ok', { intact: 1, erased: 1, missing: 0, neverStored: 2 }]);
  // Kept again after it was erased, and gone again: that erasure was before.
  await append(store, kept(5, 'one', 'a'), payload('one', 'session/a'));
  assert.equal(said(await verifyStore(store, TENANT)), 'ok');
  const without = (...texts: readonly string[]): LogStore => ({
    ...store,
    payload: async (tenant, of) => (texts.some((text) => digest(text) === of) ? null : store.payload(tenant, of)),
  });
  assert.deepEqual(said(await verifyStore(without('one'), TENANT)), [5, UNEXPLAINED]);
  // The same bytes of another session are not accounted for by the erasure of this one.
  await append(store, kept(6, 'three', 'b'), payload('three', 'session/b'));
  await append(store, erasedDraft(7, 'session/a', [digest('three')]));
  assert.deepEqual(said(await verifyStore(without('three', 'one'), TENANT)), [6, UNEXPLAINED]);
  await append(store, erasedDraft(8, 'session/a', []));
  assert.deepEqual(said(await verifyStore(without('three', 'one'), TENANT)), [6, UNEXPLAINED]);
  await append(store, erasedDraft(9, 'agent/x', [digest('three')]));
  assert.equal(said(await verifyStore(without('three', 'one'), TENANT)), 'ok');
});

test('[LOG-22] an erasure that comes while a log is verified is no fault of it', async () => {
  const store = memoryStore();
  await keeping(store);
  let once = true;
  const busy: LogStore = {
    ...store,
    payload: async (tenant, of) => {
      if (once) {
        once = false;
        await append(store, erasedDraft(4, 'session/a', await store.erase(TENANT, 'session/a')));
      }
      return store.payload(tenant, of);
    },
  };
  const found = await verifyStore(busy, TENANT);
  assert.deepEqual([said(found), found.size], ['ok', 5]);
});

test('[LOG-23] an event of a build that kept only the digest of its payload names nothing that must be there', async () => {
  const store = memoryStore();
  const { entries } = sealAll(drafts(3), EMPTY_HEAD);
  await store.append(TENANT, EMPTY_HEAD, entries, []);
  const found = await verifyStore(store, TENANT);
  assert.deepEqual([said(found), found.payloads], ['ok', { intact: 0, erased: 0, missing: 0, neverStored: 3 }]);
  await append(store, keepingDraft(3, 'kept'));
  assert.deepEqual(said(await verifyStore(store, TENANT)), [3, UNEXPLAINED]);
});
