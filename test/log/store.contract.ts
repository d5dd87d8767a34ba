import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionId, TenantId } from '../../src/kernel/ids.ts';
import { fromDigest, toDigest } from '../../src/log/tree-hash.ts';
import { sha256 } from '../../src/wire/digest.ts';
import { EMPTY_HEAD, GENESIS, openEntry, sealAll } from '../../src/log/entry.ts';
import { EMPTY_FRONTIER, extend, hashesOf, rootOf, rootOfHashes } from '../../src/log/merkle.ts';
import type { EntryFilter, LogStore, Payload } from '../../src/log/store.ts';
import type { Head } from '../../src/log/sealed-entry.ts';
import { drafts, erasedDraft, eventDraft, TENANT } from './drafts.ts';

/** How the suite gets a store of its own. `open` may be called again after `close` when `durable`. */
export interface Opening {
  readonly name: string;
  readonly durable: boolean;
  /** Opens the store named `key`; the same key is the same store. */
  open(key: string): Promise<LogStore>;
}

/** Every store passes this: memory, SQLite, and whoever comes. */
export function storeContract(opening: Opening): void {
  let count = 0;
  const law = (title: string, body: (store: LogStore, key: string) => Promise<void>): void => {
    test(`${title} (${opening.name})`, async () => {
      const key = `s${String(count++)}`;
      const store = await opening.open(key);
      try {
        await body(store, key);
      } finally {
        await store.close();
      }
    });
  };
  appending(law);
  reading(law);
  beside(law);
  if (opening.durable) surviving(law, opening);
}

type Law = (title: string, body: (store: LogStore, key: string) => Promise<void>) => void;

/** Appends `n` drafts behind the head; returns the new head. */
export async function fill(store: LogStore, n: number, tenant: TenantId = TENANT): Promise<Head> {
  const before = await store.head(tenant);
  const { entries, head } = sealAll(drafts(n, before.size), before);
  assert.deepEqual(await store.append(tenant, before, entries, []), { kind: 'appended' });
  return head;
}

function appending(law: Law): void {
  law('[LOG-2] an empty log has size 0, the genesis leaf and the empty tree', async (store) => {
    assert.deepEqual(await store.head(TENANT), EMPTY_HEAD);
    assert.equal(EMPTY_HEAD.leaf, GENESIS);
    assert.deepEqual(await store.frontier(TENANT), EMPTY_FRONTIER);
    assert.deepEqual(await store.tenants(), []);
    assert.deepEqual(await store.read(TENANT, { limit: 10 }), []);
  });
  law('[LOG-2] appended entries come back byte for byte, gapless, linked by prev', async (store) => {
    const head = await fill(store, 40);
    const entries = await store.read(TENANT, { limit: 100 });
    assert.equal(entries.length, 40);
    let prev = GENESIS;
    entries.forEach((entry, index) => {
      const opened = openEntry(entry.bytes, index);
      assert.equal(opened.prev, prev);
      prev = entry.leaf;
    });
    assert.deepEqual(head, { size: 40, leaf: prev });
    assert.deepEqual(await store.head(TENANT), head);
    assert.deepEqual(await store.tenants(), [TENANT]);
  });
  law('[LOG-6] an append that expects another head writes nothing and says where the head is', async (store) => {
    const head = await fill(store, 3);
    for (const wrong of [EMPTY_HEAD, { size: 3, leaf: GENESIS }, { size: 4, leaf: head.leaf }]) {
      const { entries } = sealAll(drafts(2), wrong);
      assert.deepEqual(await store.append(TENANT, wrong, entries, [payload('x', 'a', 'secret')]), { kind: 'conflict', head });
    }
    assert.deepEqual(await store.head(TENANT), head);
    assert.equal((await store.read(TENANT, { limit: 100 })).length, 3);
    assert.equal(await store.payload(TENANT, payload('x', 'a', 'secret').digest), null);
  });
  law('[LOG-6] of many appends that race for one head exactly one wins each round', async (store) => {
    for (let round = 0; round < 5; round++) {
      const head = await store.head(TENANT);
      const results = await Promise.all(
        Array.from({ length: 16 }, (_, n) => {
          const { entries } = sealAll([eventDraft(1000 * round + n)], head);
          return store.append(TENANT, head, entries, []);
        }),
      );
      assert.equal(results.filter((result) => result.kind === 'appended').length, 1);
    }
    assert.equal((await store.head(TENANT)).size, 5);
  });
  law('[LOG-6] appends queued one behind another all land, in order', async (store) => {
    let head = EMPTY_HEAD;
    const queued: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n++) {
      const sealed = sealAll(drafts(3, n * 3), head);
      queued.push(store.append(TENANT, head, sealed.entries, []));
      head = sealed.head;
    }
    for (const result of await Promise.all(queued)) assert.deepEqual(result, { kind: 'appended' });
    assert.deepEqual(await store.head(TENANT), head);
  });
  law('[LOG-6] an append of any size and any text comes back as it was, alone or among others', async (store) => {
    const text = 'é\u0000"\\\u2028\u{1f600}';
    const large = {
      ...eventDraft(1),
      session: text as SessionId,
      body: { eventType: text.repeat(60_000), eventSeq: 1, payloadDigest: payload('x', 's').digest },
    };
    const first = sealAll([{ ...large, type: 'event-ingested' }, ...drafts(3)], EMPTY_HEAD);
    const second = sealAll(drafts(3_000), first.head);
    const third = sealAll([eventDraft(9, { session: text, agent: text })], second.head);
    const kept = payload('k', text, 'z'.repeat(1_500_000));
    const results = await Promise.all([
      store.append(TENANT, EMPTY_HEAD, first.entries, []),
      store.append(TENANT, first.head, second.entries, [kept]),
      store.append(TENANT, second.head, third.entries, [payload(text, text)]),
    ]);
    assert.deepEqual(results, Array(3).fill({ kind: 'appended' }));
    const found = await store.read(TENANT, { limit: 9_999 });
    const sent = [...first.entries, ...second.entries, ...third.entries];
    assert.equal(found.length, sent.length);
    found.forEach((entry, at) =>
      assert.deepEqual({ ...entry, bytes: Buffer.from(entry.bytes) }, { ...sent[at], bytes: Buffer.from(sent[at]?.bytes ?? '') }),
    );
    assert.equal(Buffer.compare(Buffer.from((await store.payload(TENANT, kept.digest)) ?? ''), kept.bytes), 0);
    assert.equal(Buffer.from((await store.payload(TENANT, payload(text, text).digest)) ?? '').toString(), text);
  });
  law('[LOG-2] a batch with a gap is a broken invariant, not an append', async (store) => {
    const { entries } = sealAll(drafts(3), EMPTY_HEAD);
    await assert.rejects(store.append(TENANT, EMPTY_HEAD, entries.slice(1), []), TypeError);
    await assert.rejects(store.append(TENANT, EMPTY_HEAD, entries.toReversed(), []), TypeError);
    assert.deepEqual(await store.head(TENANT), EMPTY_HEAD);
  });
  law('[LOG-2] tenants have logs of their own', async (store) => {
    const other = 'globex' as TenantId;
    await fill(store, 4);
    const { entries } = sealAll([eventDraft(0, { tenant: other })], EMPTY_HEAD);
    await store.append(other, EMPTY_HEAD, entries, [payload('k', 's', 'theirs')]);
    assert.deepEqual(await store.tenants(), [TENANT, other]);
    assert.equal((await store.read(other, { limit: 9 })).length, 1);
    assert.equal((await store.read(TENANT, { limit: 9 })).length, 4);
    assert.equal(await store.payload(TENANT, payload('k', 's', 'theirs').digest), null);
  });
}

function reading(law: Law): void {
  law('[LOG-5] filters select by place, type and range, forwards and backwards', async (store) => {
    await fill(store, 60);
    const ids = async (filter: EntryFilter): Promise<number[]> => (await store.read(TENANT, filter)).map((entry) => entry.index);
    assert.deepEqual(await ids({ from: 10, to: 13, limit: 99 }), [10, 11, 12]);
    assert.deepEqual(await ids({ agent: 'agent-1', limit: 3 }), [1, 4, 7]);
    assert.deepEqual(await ids({ session: 'session-2', agent: 'agent-0', limit: 9 }), [12, 27, 42, 57]);
    assert.deepEqual(await ids({ reverse: true, limit: 2 }), [59, 58]);
    assert.deepEqual(await ids({ type: 'event-ingested', from: 57, limit: 99 }), [57, 58, 59]);
    assert.deepEqual(await ids({ type: 'gate-opened', limit: 99 }), []);
    assert.deepEqual(await ids({ action: 'none', limit: 99 }), []);
    assert.deepEqual(await ids({ from: 60, limit: 99 }), []);
    assert.deepEqual(await ids({ from: 5, limit: 0 }), []);
  });
  law('[LOG-3] leaves, subtrees and frontier make one and the same RFC 6962 root', async (store) => {
    for (const more of [1, 2, 252, 1, 1, 255, 300]) {
      const { size } = await fill(store, more);
      const leaves = hashesOf(await store.leaves(TENANT, 0, size));
      assert.equal(leaves.length, size);
      const direct = leaves.reduce((frontier, leaf) => extend(frontier, leaf), EMPTY_FRONTIER);
      const kept = await store.frontier(TENANT);
      assert.equal(kept.size, size);
      assert.deepEqual(toDigest(rootOf(kept)), toDigest(rootOf(direct)));
      assert.deepEqual(toDigest(rootOf(kept)), toDigest(rootOfHashes(leaves)));
      const subtrees = hashesOf(await store.subtrees(TENANT, 0, 1000));
      assert.equal(subtrees.length, Math.floor(size / 256));
      subtrees.forEach((root, at) => assert.deepEqual(toDigest(root), toDigest(rootOfHashes(leaves.slice(at * 256, at * 256 + 256)))));
    }
    assert.equal((await store.leaves(TENANT, 700, 3)).length, 96);
    assert.equal((await store.leaves(TENANT, 811, 9)).length, 32);
  });
}

export function payload(text: string, subject: string, more = ''): Payload {
  const bytes = Buffer.from(text + more, 'utf8');
  return { digest: sha256(bytes), subject, bytes };
}

function beside(law: Law): void {
  law('[LOG-10] payloads lie beside the log under their digest until their subject is erased; the log stays', async (store) => {
    const [one, two, shared] = [payload('one', 'agent/a'), payload('two', 'agent/b'), payload('both', 'agent/a')];
    const { entries, head } = sealAll(drafts(2), EMPTY_HEAD);
    await store.append(TENANT, EMPTY_HEAD, entries, [one, two, shared, { ...shared, subject: 'agent/b' }]);
    assert.deepEqual(Buffer.from((await store.payload(TENANT, one.digest)) ?? ''), Buffer.from(one.bytes));
    assert.deepEqual(await store.erase(TENANT, 'agent/a'), [one.digest, shared.digest].sort());
    assert.equal(await store.payload(TENANT, one.digest), 'erased');
    assert.deepEqual(Buffer.from((await store.payload(TENANT, shared.digest)) ?? ''), Buffer.from(shared.bytes));
    assert.deepEqual(Buffer.from((await store.payload(TENANT, two.digest)) ?? ''), Buffer.from(two.bytes));
    assert.equal(await store.payload(TENANT, fromDigestOf('absent')), null);
    assert.deepEqual(await store.erase('nobody' as TenantId, 'agent/a'), []);
    assert.deepEqual(await store.head(TENANT), head);
  });
  law('[LOG-24] an erasure waits for its entry, and asked again says again what it destroyed; on record it is done', async (store) => {
    const [one, two] = [payload('one', 'agent/a'), payload('two', 'agent/a')];
    const first = sealAll(drafts(1), EMPTY_HEAD);
    await store.append(TENANT, EMPTY_HEAD, first.entries, [one]);
    assert.deepEqual(await store.pendingErasures(TENANT), []);
    assert.deepEqual(await store.erase(TENANT, 'agent/a', 'request 1'), [one.digest]);
    assert.deepEqual(await store.pendingErasures(TENANT), [{ subject: 'agent/a', reason: 'request 1' }]);
    const second = sealAll([...drafts(1, 1), erasedDraft(2, 'agent/b', [one.digest])], first.head);
    await store.append(TENANT, first.head, second.entries, [two]);
    assert.deepEqual(await store.erase(TENANT, 'agent/a', 'again'), [one.digest, two.digest].sort());
    const part = sealAll([erasedDraft(3, 'agent/a', [one.digest])], second.head);
    await store.append(TENANT, second.head, part.entries, []);
    assert.equal((await store.pendingErasures(TENANT)).length, 1, 'not all of it is on record');
    const whole = sealAll([erasedDraft(4, 'agent/a', [one.digest, two.digest])], part.head);
    await store.append(TENANT, part.head, whole.entries, []);
    assert.deepEqual(await store.pendingErasures(TENANT), []);
    assert.deepEqual(await store.erase(TENANT, 'agent/a'), []);
  });
  law('[LOG-11] the last snapshot comes back with the place it was taken at', async (store) => {
    assert.equal(await store.loadSnapshot(TENANT), null);
    const head = await fill(store, 2);
    for (const text of ['first', 'second'])
      await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from(text.slice(0, 2)), Buffer.from(text.slice(2))] });
    const found = await store.loadSnapshot(TENANT);
    assert.deepEqual({ size: found?.size, leaf: found?.leaf, text: Buffer.from(found?.bytes ?? []).toString() }, { ...head, text: 'second' });
  });
  law('[LOG-11] a snapshot that cannot be made to its end leaves the last one', async (store) => {
    const head = await fill(store, 2);
    await store.saveSnapshot(TENANT, { ...head, parts: [Buffer.from('whole')] });
    function* torn(): Iterable<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('no more');
    }
    await assert.rejects(store.saveSnapshot(TENANT, { ...(await fill(store, 1)), parts: torn() }), { message: 'no more' });
    const found = await store.loadSnapshot(TENANT);
    assert.deepEqual({ size: found?.size, text: Buffer.from(found?.bytes ?? []).toString() }, { size: head.size, text: 'whole' });
  });
}

function fromDigestOf(text: string): Payload['digest'] {
  return toDigest(fromDigest(payload(text, 'x').digest));
}

function surviving(law: Law, opening: Opening): void {
  law('[LOG-7] what was acknowledged is there after closing and opening again', async (store, key) => {
    const head = await fill(store, 300);
    const kept = payload('kept', 'agent/a');
    const { entries, head: next } = sealAll(drafts(1, 300), head);
    await store.append(TENANT, head, entries, [kept]);
    await store.close();
    const again = await opening.open(key);
    try {
      assert.deepEqual(await again.head(TENANT), next);
      assert.deepEqual(Buffer.from((await again.payload(TENANT, kept.digest)) ?? ''), Buffer.from(kept.bytes));
      await fill(again, 5);
    } finally {
      await again.close();
    }
  });
}
