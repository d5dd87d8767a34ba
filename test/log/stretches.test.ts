import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { toDigest } from '../../src/log/tree-hash.ts';
import { EMPTY_HEAD, openEntry, seal, sealAll } from '../../src/log/entry.ts';
import { rootOf } from '../../src/log/merkle.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { LogStore } from '../../src/log/store.ts';
import { STRETCH } from '../../src/log/stretch.ts';
import type { Checkpoint } from '../../src/log/checkpoint.ts';
import type { PayloadCount, Verification, VerifyTerms } from '../../src/log/verification.ts';
import { verifyStore } from '../../src/log/verify.ts';
import { digest, erasedDraft, eventDraft, keepingDraft, TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { payload } from './store.contract.ts';

const SIZE = 2 * STRETCH + 4_500;
const path = join(testFolder(), 'long.db');
let store: LogStore;
let checkpoint: Checkpoint;

/** Entries are appended in batches of this many; these of each keep a payload. */
const BATCH = 1_500;
const KEPT: ReadonlySet<number> = new Set(
  Array.from({ length: Math.ceil(SIZE / BATCH) }, (_, batch) => {
    const [from, count] = [batch * BATCH, Math.min(BATCH, SIZE - batch * BATCH)];
    return [from + 3, from + 4, from + count - 1, from + count - 2];
  }).flat(),
);

/** Every so often something out of the ordinary: an escape, the character decoders put for bad bytes, an entry larger than any quick room. */
function draftOf(n: number): ReturnType<typeof eventDraft> {
  const draft = eventDraft(n);
  const odd = ['\u0001 and \u001f', 'a \ufffd', 'é'.repeat(40_000), '\ud83d\ude00\u2028'][n % 4] ?? '';
  if (KEPT.has(n)) return keepingDraft(n, `payload ${String(n)}`);
  if (n % 1_000 > 3) return draft;
  return { ...draft, type: 'event-ingested', body: { eventType: odd, eventSeq: n, payloadDigest: digest(`payload ${String(n)}`) } };
}

before(async () => {
  store = await openSqliteStore({ path });
  let head = EMPTY_HEAD;
  while (head.size < SIZE) {
    const count = Math.min(BATCH, SIZE - head.size);
    const sealed = sealAll(
      Array.from({ length: count }, (_, at) => draftOf(head.size + at)),
      head,
    );
    const of = (n: number): ReturnType<typeof payload> => payload(`payload ${String(head.size + n)}`, `s${String(n % 2)}`);
    await store.append(TENANT, head, sealed.entries, [of(3), of(4), of(count - 1), of(count - 2)]);
    head = sealed.head;
    // Not at the border of anything.
    if (head.size !== 12_000) continue;
    const frontier = await store.frontier(TENANT);
    checkpoint = { origin: 'test.example/acme', size: frontier.size, root: toDigest(rootOf(frontier)) };
  }
  const digests = await store.erase(TENANT, 's1');
  await store.append(TENANT, head, sealAll([erasedDraft(SIZE, 's1', digests)], head).entries, []);
});
after(() => store.close());

/** The answers of the quick way and of the slow one alone. */
async function bothWays(terms: VerifyTerms): Promise<readonly [Verification, Verification]> {
  const { stretches, ...slow } = store;
  assert.notEqual(stretches, undefined);
  return [await verifyStore(store, TENANT, terms), await verifyStore(slow, TENANT, terms)];
}

async function stretchesOf(cuts: readonly number[] = []): Promise<readonly boolean[]> {
  const found: boolean[] = [];
  for await (const stretch of store.stretches?.(TENANT, { size: SIZE + 1, cuts, payloads: true }) ?? []) found.push(stretch !== null);
  return found;
}

test('[LOG-21] a long log is verified in stretches, whatever its entries hold, and the answer is that of the slow way', async () => {
  assert.deepEqual(await stretchesOf([12_000]), [true, true, true]);
  const [quick, slow] = await bothWays({ checkpoints: [checkpoint] });
  assert.deepEqual(quick, slow);
  assert.deepEqual([quick.ok, quick.size, quick.anchored], [true, SIZE + 1, 12_000]);
  assert.deepEqual(quick.payloads, { intact: 28, erased: 28, missing: 0, neverStored: SIZE - 56 });
  for (const wrong of [
    { ...checkpoint, root: digest('other') },
    { ...checkpoint, size: SIZE + 2 },
    { ...checkpoint, size: 0 },
  ]) {
    const [one, other] = await bothWays({ checkpoints: [checkpoint, wrong], payloads: false });
    assert.deepEqual([one, one.ok], [other, false]);
  }
});

test('[LOG-21] whoever stops asking ends the threads', async () => {
  for await (const stretch of store.stretches?.(TENANT, { size: SIZE, cuts: [], payloads: false }) ?? []) {
    assert.equal(stretch?.from, 0);
    break;
  }
});

/** Statements that change the entry whose id is ?1, or what is kept of it. */
const TAMPERINGS: readonly string[] = [
  "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'TOOL_RESULT', 'TOOL_RESULS') AS BLOB) WHERE id = ?1",
  "UPDATE entry SET bytes = CAST(bytes || x'00' AS BLOB) WHERE id = ?1",
  "UPDATE entry SET bytes = CAST(bytes || x'0041' AS BLOB) WHERE id = ?1",
  "UPDATE entry SET bytes = CAST(bytes || ' ' AS BLOB) WHERE id = ?1",
  'UPDATE entry SET leaf = zeroblob(32) WHERE id = ?1',
  "UPDATE entry SET type = 'gate-opened' WHERE id = ?1",
  'UPDATE entry SET at = at + 1 WHERE id = ?1',
  "UPDATE entry SET agent = 'nobody' WHERE id = ?1",
  'UPDATE entry SET session = NULL WHERE id = ?1',
  "UPDATE entry SET action = 'made-up' WHERE id = ?1",
  'DELETE FROM entry WHERE id = ?1',
];

/** Carries out a change, looks, and takes it back. */
async function changed(change: (database: DatabaseSync) => void, look: (name: string) => Promise<void>, name: string): Promise<void> {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA busy_timeout = 5000; CREATE TEMP TABLE kept AS SELECT * FROM entry WHERE id - (SELECT min(id) FROM entry) IN (0, 8191, 8192, 8193)',
  );
  database.exec('INSERT INTO kept SELECT * FROM entry ORDER BY id DESC LIMIT 2');
  try {
    change(database);
    await look(name);
  } finally {
    database.exec('INSERT OR REPLACE INTO entry SELECT * FROM kept');
    database.close();
  }
}

const look = async (name: string): Promise<void> => {
  const [quick, slow] = await bothWays({ checkpoints: [checkpoint], payloads: false });
  assert.deepEqual(quick, slow, name);
  assert.equal(quick.ok, false, name);
};

test('[LOG-21] each kind of tampering, at every place where stretches meet, is found as the slow way finds it', async () => {
  const places = [STRETCH, STRETCH - 1, STRETCH + 1, SIZE - 1, 0];
  for (const [kind, sql] of TAMPERINGS.entries()) {
    const at = places[kind % places.length] ?? 0;
    const change = (database: DatabaseSync): void => {
      const { base } = database.prepare('SELECT min(id) AS base FROM entry').get() as { base: number };
      assert.equal(database.prepare(sql).run(base + at).changes, 1);
    };
    await changed(change, look, `${sql} at ${String(at)}`);
  }
});

test('[LOG-21] bytes a decoder would mend, and a hash made anew, are found as the slow way finds them', async () => {
  const [first] = await store.read(TENANT, { from: STRETCH, to: STRETCH + 1, limit: 1 });
  assert.ok(first !== undefined);
  const forged = seal({ ...eventDraft(7), at: first.at }, first.index, openEntry(first.bytes, first.index).prev);
  const put = (bytes: Uint8Array, leaf: string) => (database: DatabaseSync) => {
    database.prepare('UPDATE entry SET bytes = ?, leaf = ? WHERE id - (SELECT min(id) FROM entry) = ?').run(bytes, Buffer.from(leaf, 'hex'), STRETCH);
  };
  await changed(put(forged.bytes, forged.leaf), look, 'hashed again without the ones behind it');
  const bad = Buffer.from(first.bytes);
  bad[bad.indexOf('TOOL_RESULT')] = 0xff;
  await changed(put(bad, first.leaf), look, 'not UTF-8');
  assert.deepEqual(await stretchesOf(), [true, true, true]);
});

test('[LOG-21] a changed payload and a changed tree are found as the slow way finds them', async () => {
  const database = new DatabaseSync(path);
  const both = async (payloads = true): Promise<Verification> => {
    const [quick, slow] = await bothWays({ payloads });
    assert.deepEqual(quick, slow);
    return quick;
  };
  try {
    database.exec('CREATE TEMP TABLE kept AS SELECT * FROM payload WHERE sealed IS NOT NULL ORDER BY id LIMIT 1');
    database.exec("UPDATE payload SET sealed = CAST(sealed || x'00' AS BLOB) WHERE id = (SELECT id FROM kept)");
    assert.equal((await both()).firstBad, 4);
    database.exec('INSERT OR REPLACE INTO payload SELECT * FROM kept');
    database.exec('CREATE TEMP TABLE tree AS SELECT * FROM tenant; UPDATE tenant SET frontier = zeroblob(length(frontier))');
    assert.equal((await both(false)).firstBad, SIZE + 1);
    database.exec('INSERT OR REPLACE INTO tenant SELECT * FROM tree');
    assert.equal((await both(false)).ok, true);
  } finally {
    database.close();
  }
});

test('[LOG-21] payloads that lie in the order they are named in, repeated or erased ones among them, count as the slow way counts them', async () => {
  const file = join(testFolder(), 'payloads.db');
  const small = await openSqliteStore({ path: file });
  const texts = Array.from({ length: 240 }, (_, n) => `text ${String(n % 5 === 4 ? n - 3 : n)}`);
  const drafts = texts.map((text, n) => keepingDraft(n, text));
  const payloads = texts.map((text, n) => payload(text, `s${String(n % 7)}`));
  const { entries, head } = sealAll(drafts, EMPTY_HEAD);
  await small.append(TENANT, EMPTY_HEAD, entries, payloads);
  const digests = await small.erase(TENANT, 's3');
  await small.append(TENANT, head, sealAll([erasedDraft(head.size, 's3', digests)], head).entries, []);
  const database = new DatabaseSync(file);
  const { stretches, ...slow } = small;
  const quickly = async (): Promise<readonly (PayloadCount | null)[]> => {
    const found: (PayloadCount | null)[] = [];
    for await (const stretch of stretches?.(TENANT, { size: drafts.length, cuts: [], payloads: true }) ?? [])
      found.push(stretch === null ? null : { intact: stretch.intact, erased: stretch.gone.length, missing: 0, neverStored: stretch.neverStored });
    return found;
  };
  try {
    const { ok, payloads: counted } = await verifyStore(slow, TENANT);
    assert.deepEqual([ok, counted.intact + counted.erased, counted.erased > 0], [true, drafts.length, true]);
    assert.deepEqual(await quickly(), [counted]);
    // One that is kept twice, one that is kept once, and second ones, which the slow way does not open; leaving those to it is no harm.
    for (const [place, whole] of [
      [1, false],
      [2, false],
      [4, true],
      [239, true],
    ] as const) {
      database.exec(`CREATE TEMP TABLE kept AS SELECT * FROM payload ORDER BY id LIMIT 1 OFFSET ${String(place)}`);
      database.exec("UPDATE payload SET sealed = CAST(sealed || x'00' AS BLOB) WHERE id = (SELECT id FROM kept)");
      assert.equal((await verifyStore(slow, TENANT)).ok, whole, String(place));
      assert.deepEqual(await quickly(), [null], String(place));
      database.exec('INSERT OR REPLACE INTO payload SELECT * FROM kept; DROP TABLE kept');
    }
  } finally {
    database.close();
    await small.close();
  }
});
