import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionId } from '../../src/kernel/ids.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { EMPTY_HEAD, sealAll } from '../../src/log/entry.ts';
import { exportLog } from '../../src/log/export.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { rootOf } from '../../src/log/merkle.ts';
import { noteSigner } from '../../src/log/note-key.ts';
import type { LogStore } from '../../src/log/store.ts';
import { toDigest } from '../../src/log/tree-hash.ts';
import { verifyExport } from '../../src/log/verify-export.ts';
import type { ExportVerifyTerms } from '../../src/log/verify-export.ts';
import type { Verification } from '../../src/log/verification.ts';
import { eventDraft, keepingDraft, TENANT } from './drafts.ts';
import { payload } from './store.contract.ts';

const signer = noteSigner('test.example/log', Buffer.alloc(32, 7));
const stranger = noteSigner('test.example/log', Buffer.alloc(32, 8));

async function storeOf(size: number, odd = 0): Promise<LogStore> {
  const store = memoryStore();
  const drafts = Array.from({ length: size }, (_, n) =>
    n % 3 === 0 ? { ...keepingDraft(n, `text ${String(n)}`), session: 's' as SessionId } : eventDraft(n === 4 ? n + odd : n),
  );
  const payloads = drafts.flatMap((_, n) => (n % 3 === 0 ? [payload(`text ${String(n)}`, 'session/s')] : []));
  await store.append(TENANT, EMPTY_HEAD, sealAll(drafts, EMPTY_HEAD).entries, payloads);
  return store;
}

async function noteOf(store: LogStore, by = signer): Promise<string> {
  const frontier = await store.frontier(TENANT);
  return signCheckpoint({ origin: `test.example/log/${TENANT}`, size: frontier.size, root: toDigest(rootOf(frontier)) }, by);
}

async function linesOf(store: LogStore, checkpoint: string | null, payloads = true): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLog(store, TENANT, { payloads, ...(checkpoint === null ? {} : { checkpoint }) }))
    lines.push(Buffer.from(line).toString());
  return lines;
}

async function check(lines: readonly string[], terms: ExportVerifyTerms & { readonly key?: typeof signer | null } = {}): Promise<Verification> {
  const { key = signer, ...more } = terms;
  const each = async function* (): AsyncGenerator<Uint8Array> {
    for (const line of lines) yield await Promise.resolve(Buffer.from(line));
  };
  return verifyExport(each(), () => (key === null ? [] : [key]), more);
}

test('[LOG-25] with a key, every entry of an export is vouched for by a checkpoint that key signed, or it does not verify', async () => {
  const store = await storeOf(9);
  const good = await linesOf(store, await noteOf(store));
  assert.deepEqual([(await check(good)).ok, (await check(good)).anchored], [true, 9]);
  const none = await linesOf(store, null);
  assert.deepEqual([(await check(none)).ok, (await check(none, { key: null })).ok], [false, true]);
  assert.match((await check(none)).detail, /anybody could have written it/);
  // Forged entries behind a checkpoint that is real.
  const longer = await storeOf(12);
  const tail = await check(await linesOf(longer, await noteOf(store)));
  assert.deepEqual([tail.ok, tail.firstBad, tail.anchored], [false, 9, 9]);
  assert.match(tail.detail, /first 9 of 12 entries/);
  assert.equal((await check(await linesOf(store, await noteOf(store, stranger)))).ok, false, 'signed by another key');
  assert.equal((await check(good, { key: noteSigner('other.example/log', Buffer.alloc(32, 7)) })).ok, false, 'the key of another log');
  assert.equal((await check(good, { key: null })).anchored, 0, 'without a key nobody vouches');
});

test('[LOG-25] checkpoints that were saved elsewhere are compared with an export: a fork is found, whoever signed it', async () => {
  const [real, fork] = [await storeOf(9), await storeOf(9, 1000)];
  const saved = [await noteOf(await storeOf(6)), await noteOf(real), await noteOf(await storeOf(12))];
  assert.ok((await check(await linesOf(real, await noteOf(real)), { saved })).ok);
  assert.ok((await check(await linesOf(real, null), { saved })).ok, 'saved ones vouch for an export that has none');
  const forked = await linesOf(fork, await noteOf(fork));
  assert.ok((await check(forked)).ok, 'signed with the real key it looks real');
  const found = await check(forked, { saved });
  assert.deepEqual([found.ok, found.firstBad], [false, 0]);
  const own = await check(forked, { saved: [await noteOf(await storeOf(3)), await noteOf(real)] });
  assert.deepEqual([own.ok, own.firstBad], [false, 3], 'behind the last saved one that agrees, whatever its own one says');
  assert.match(found.detail, /not the ones a checkpoint was signed for/);
  const cut = await check(await linesOf(await storeOf(8), null), { saved });
  assert.deepEqual([cut.ok, cut.anchored], [false, 6]);
  const unsigned = await check(await linesOf(real, null), { saved: [await noteOf(real, stranger)] });
  assert.equal(unsigned.ok, false);
});

test('[LOG-22, LOG-25] payloads an export leaves out, or calls erased without an erasure, do not verify; without all of them only where that is known', async () => {
  const store = await storeOf(9);
  const note = await noteOf(store);
  const good = await linesOf(store, note);
  const dropped = await check(good.filter((_, at) => at !== 11));
  assert.deepEqual([dropped.ok, dropped.firstBad], [false, 3]);
  const called = good.map((line, at) =>
    at === 11 ? JSON.stringify({ payload: (JSON.parse(line) as { payload: string }).payload, erased: true }) : line,
  );
  assert.deepEqual([(await check(called)).ok, (await check(called)).firstBad], [false, 3]);
  const bare = await linesOf(store, note, false);
  assert.deepEqual([(await check(bare)).ok, (await check(bare, { withoutPayloads: true })).ok], [false, true]);
  assert.equal((await check(bare, { withoutPayloads: true })).payloads.missing, 3);
  assert.equal((await check(good.slice(0, -1), { withoutPayloads: true })).ok, false, 'some without the rest');
  for (const line of ['{}', '{"payload":"x"}', 'null', '', good[10] ?? '', `${good[12] ?? ''} `.replace('"base64"', '"more":1,"base64"')])
    assert.equal((await check([...good, line])).ok, false, line);
});
