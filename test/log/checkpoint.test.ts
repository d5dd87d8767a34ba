import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantId } from '../../src/kernel/ids.ts';
import { openCheckpoint, parseCheckpoint, signCheckpoint } from '../../src/log/checkpoint.ts';
import { createCheckpointer } from '../../src/checkpoints/checkpointer.ts';
import { toDigest } from '../../src/log/tree-hash.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { rootOf } from '../../src/log/merkle.ts';
import { noteSigner, noteVerifier } from '../../src/log/note-key.ts';
import { folderPlace } from '../../src/checkpoints/place.ts';
import type { CheckpointPlace } from '../../src/checkpoints/place.ts';
import { compareWithCheckpoint, recover, refuseRollback } from '../../src/checkpoints/rollback.ts';
import type { CheckedPlace } from '../../src/checkpoints/rollback.ts';
import { keyring, rotateKey } from '../../src/log/rotation.ts';
import type { LogStore } from '../../src/log/store.ts';
import { eventDraft, digest, TENANT } from './drafts.ts';
import { sealAll } from '../../src/log/entry.ts';
import { testFolder } from './folder.ts';
import { fill } from './store.contract.ts';

const folder = testFolder();
const signer = noteSigner('test.example/log', Buffer.alloc(32, 7));
const other = noteSigner('test.example/log', Buffer.alloc(32, 8));
const prefix = 'test.example/';
const keysFor = (): (typeof signer)[] => [signer];

async function note(store: LogStore, by = signer, origin = prefix + TENANT): Promise<string> {
  const frontier = await store.frontier(TENANT);
  return signCheckpoint({ origin, size: frontier.size, root: toDigest(rootOf(frontier)) }, by);
}

const write = async (place: CheckpointPlace, text: string, at = 1): Promise<void> =>
  place.write({ kind: 'checkpoint', at, origin: prefix + TENANT, note: text });

test('[LOG-12] a checkpoint is a C2SP signed note and says exactly what was signed', () => {
  const checkpoint = { origin: 'test.example/acme', size: 5, root: digest('root') };
  const text = signCheckpoint(checkpoint, signer);
  assert.match(text, /^test\.example\/acme\n5\n[A-Za-z0-9+/]{43}=\n\n\u2014 test\.example\/log [A-Za-z0-9+/=]+\n$/);
  assert.deepEqual(openCheckpoint(text, keysFor), { ok: true, checkpoint, key: signer.vkey });
  assert.equal(noteVerifier(signer.vkey)?.id, signer.id);
  assert.equal(noteVerifier(signer.vkey.replace('A', 'B')), null);
  for (const bad of [
    '',
    '\n\n',
    text.slice(0, -1),
    text.replace('\n5\n', '\n05\n'),
    text.replace('\n5\n', '\n-5\n'),
    text.split('\u2014')[0] ?? '',
    text + 'x\n',
  ])
    assert.equal(parseCheckpoint(bad), null, bad);
});

test('[LOG-13] unsigned, altered, foreign and retired signatures are not believed', () => {
  const text = signCheckpoint({ origin: 'test.example/acme', size: 5, root: digest('root') }, signer);
  const refused = (candidate: string): boolean => !openCheckpoint(candidate, keysFor).ok;
  assert.ok(refused(text.replace('\n5\n', '\n6\n')));
  assert.ok(refused(text.replace('acme', 'acne')));
  assert.ok(refused(signCheckpoint({ origin: 'test.example/acme', size: 5, root: digest('root') }, other)));
  assert.ok(!openCheckpoint(text, () => []).ok);
  const third = noteSigner('test.example/log', Buffer.alloc(32, 9));
  const ring = keyring('o', signer, [
    { index: 9, body: rotateKey('o', signer, other) },
    { index: 19, body: rotateKey('o', other, third) },
  ]);
  assert.ok(ring !== null);
  const believed = (by: typeof signer, size: number): boolean =>
    openCheckpoint(signCheckpoint({ origin: 'o', size, root: digest('r') }, by), (n) => ring.keysFor(n)).ok;
  assert.deepEqual(
    [
      believed(signer, 10),
      believed(signer, 11),
      believed(other, 9),
      believed(other, 10),
      believed(other, 11),
      believed(other, 20),
      believed(third, 21),
      believed(signer, 21),
    ],
    [true, false, false, true, true, true, true, false],
  );
  assert.equal(ring.current.vkey, third.vkey);
  const forged = { ...rotateKey('o', signer, other), signatureByPrevious: rotateKey('o', other, third).signatureByPrevious };
  assert.equal(keyring('o', signer, [{ index: 1, body: forged }]), null);
  assert.equal(keyring('elsewhere', signer, [{ index: 1, body: rotateKey('o', signer, other) }]), null);
});

test('[LOG-12] checkpoints are written every 64 entries or second, never more, never fewer', async () => {
  const store = memoryStore();
  const place = folderPlace(join(folder, 'paced'));
  let now = 0;
  const keeper = createCheckpointer({
    store,
    place,
    signer: () => signer,
    origin: (tenant) => prefix + tenant,
    clock: { now: () => now, monotonic: () => now },
  });
  const lines = async (): Promise<number[]> => {
    await keeper.flush.call(null).catch(() => undefined);
    return readFileSync(join(folder, 'paced/checkpoints.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => parseCheckpoint((JSON.parse(line) as { note: string }).note)?.size ?? -1);
  };
  keeper.appended(TENANT, (await fill(store, 64)).size);
  assert.deepEqual(await lines(), [64]);
  keeper.appended(TENANT, (await fill(store, 1)).size);
  now = 999;
  keeper.tick();
  assert.equal((await place.latest(prefix + TENANT))?.at, 0);
  now = 1000;
  keeper.tick();
  assert.deepEqual(await lines(), [64, 65]);
  assert.deepEqual(await lines(), [64, 65]);
  assert.equal(keeper.failure(), null);
});

test('[LOG-12] a place that fails is said and tried again', async () => {
  const store = memoryStore();
  let broken = true;
  const written: number[] = [];
  const place: CheckpointPlace = {
    write: () => (broken ? Promise.reject(new Error('no space')) : Promise.resolve(void written.push(1))),
    latest: () => Promise.resolve(null),
    all: () => Promise.resolve({ records: [], named: false, fault: null }),
    origins: () => Promise.resolve([]),
  };
  const keeper = createCheckpointer({
    store,
    place,
    signer: () => signer,
    origin: (tenant) => prefix + tenant,
    clock: { now: () => 0, monotonic: () => 0 },
  });
  keeper.appended(TENANT, (await fill(store, 3)).size);
  await assert.rejects(keeper.flush(), /no space/);
  assert.equal(keeper.failure(), 'no space');
  broken = false;
  await keeper.flush();
  assert.deepEqual([keeper.failure(), written.length], [null, 1]);
});

async function witnessed(name: string, entries: number): Promise<CheckedPlace & { store: LogStore }> {
  const store = memoryStore();
  await fill(store, entries);
  const place = folderPlace(join(folder, name));
  await write(place, await note(store));
  return { store, place, originPrefix: prefix, keysFor };
}

test('[LOG-12] a truncated, restored, forked or deleted log is refused, an untouched or longer one is not', async () => {
  const good = await witnessed('good', 300);
  assert.deepEqual(await compareWithCheckpoint(good), [{ ok: true, tenant: TENANT, anchored: 300 }]);
  await fill(good.store, 10);
  await refuseRollback(good);
  for (let cut = 1; cut <= 200; cut += 13) {
    const shorter = memoryStore();
    await fill(shorter, 300 - cut);
    await assert.rejects(refuseRollback({ ...good, store: shorter }), { code: 'STORE_ROLLED_BACK' });
  }
  await assert.rejects(refuseRollback({ ...good, store: memoryStore() }), { code: 'STORE_ROLLED_BACK' });
  const fork = memoryStore();
  const { entries } = sealAll(
    Array.from({ length: 320 }, (_, n) => eventDraft(n === 17 ? 9999 : n)),
    { size: 0, leaf: '0'.repeat(64) as never },
  );
  await fork.append(TENANT, { size: 0, leaf: '0'.repeat(64) as never }, entries, []);
  const [result] = await compareWithCheckpoint({ ...good, store: fork });
  assert.equal(result?.ok === false ? result.kind : 'ok', 'forked');
});

test('[LOG-12] a checkpoint that cannot be believed is never taken for none', async () => {
  const good = await witnessed('unbelieved', 5);
  await write(good.place, await note(good.store, other), 2);
  const [result] = await compareWithCheckpoint(good);
  assert.equal(result?.ok === false ? result.kind : 'ok', 'unreadable');
});

test('[LOG-12] the place survives a torn last line and an old latest put back', async () => {
  const good = await witnessed('torn', 5);
  const path = join(folder, 'torn');
  mkdirSync(join(path, 'old'));
  copyFileSync(join(path, 'latest.json'), join(path, 'old/latest.json'));
  await fill(good.store, 5);
  await write(good.place, await note(good.store), 2);
  writeFileSync(join(path, 'latest.json'), readFileSync(join(path, 'old/latest.json')));
  appendFileSync(join(path, 'checkpoints.jsonl'), '{"kind":"checkpo');
  const reopened = folderPlace(path);
  assert.equal(parseCheckpoint((await reopened.latest(prefix + TENANT))?.note ?? '')?.size, 10);
  await fill(good.store, 1);
  await write(reopened, await note(good.store), 3);
  assert.equal(parseCheckpoint((await folderPlace(path).latest(prefix + TENANT))?.note ?? '')?.size, 11);
});

test('[LOG-12] an operator recovers a restored log on record, and only then it goes on', async () => {
  const good = await witnessed('recovered', 50);
  const shorter = memoryStore();
  await fill(shorter, 20);
  const restored = { ...good, store: shorter };
  await assert.rejects(refuseRollback(restored), { code: 'STORE_ROLLED_BACK' });
  const accepted = await recover(restored, TENANT, { signer, at: 2, by: 'op-1', reason: 'disk replaced' });
  assert.equal(accepted.ok ? '' : accepted.kind, 'truncated');
  await refuseRollback({ ...restored, place: folderPlace(join(folder, 'recovered')) });
  assert.match(readFileSync(join(folder, 'recovered/checkpoints.jsonl'), 'utf8'), /"by":"op-1","reason":"disk replaced"/);
  assert.deepEqual(
    (await compareWithCheckpoint({ ...restored, store: memoryStore() })).map((result) => result.tenant),
    [TENANT as TenantId],
  );
});
