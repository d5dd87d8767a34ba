import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyChain } from '../../src/log/chain.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { leafDigest, toDigest } from '../../src/log/tree-hash.ts';
import { EMPTY_HEAD, openEntry, seal, sealAll } from '../../src/log/entry.ts';
import { exportLog, linesOf } from '../../src/log/export.ts';
import { verifyExport } from '../../src/log/verify-export.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { rootOf } from '../../src/log/merkle.ts';
import { noteSigner } from '../../src/log/note-key.ts';
import type { LogStore } from '../../src/log/store.ts';
import type { SealedEntry } from '../../src/log/sealed-entry.ts';
import { verifyStore } from '../../src/log/verify.ts';
import { drafts, erasedDraft, eventDraft, keepingDraft, TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';
import { fill, payload } from './store.contract.ts';

const folder = testFolder();
const signer = noteSigner('test.example/log', Buffer.alloc(32, 7));

/** A small generator, so that a failure names the seed it happened under. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Mutation = (entries: SealedEntry[], at: number, next: (below: number) => number) => void;

const flip = (bytes: Uint8Array, next: (below: number) => number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const place = next(copy.length);
  copy[place] = (copy[place] ?? 0) ^ (1 << next(8));
  return copy;
};
const with_ = (entries: SealedEntry[], at: number, change: (entry: SealedEntry) => SealedEntry): void => {
  entries[at] = change(entries[at] as SealedEntry);
};
const MUTATIONS: readonly Mutation[] = [
  (entries, at, next) => with_(entries, at, (entry) => ({ ...entry, bytes: flip(entry.bytes, next) })),
  (entries, at, next) => with_(entries, at, (entry) => ({ ...entry, leaf: toDigest(flip(Buffer.from(entry.leaf, 'hex'), next)) })),
  (entries, at) => void entries.splice(at, 1),
  (entries, at) => void entries.splice(at, 0, entries[at] as SealedEntry),
  (entries, at) => void ([entries[at], entries[at + 1]] = [entries[at + 1] as SealedEntry, entries[at] as SealedEntry]),
  // Modified and hashed again without the ones behind it.
  (entries, at) => with_(entries, at, (entry) => seal(eventDraft(5_000), entry.index, openEntry(entry.bytes, entry.index).prev)),
  (entries, at, next) => with_(entries, at, (entry) => ((bytes) => ({ ...entry, bytes, leaf: leafDigest(bytes) }))(flip(entry.bytes, next))),
  (entries, at) => with_(entries, at, (entry) => ({ ...entry, index: entry.index + 1 })),
  (entries, at) => with_(entries, at, (entry) => ({ ...entry, agent: 'somebody-else' })),
  (entries, at) => with_(entries, at, (entry) => ({ ...entry, at: entry.at + 1 })),
  (entries, at) =>
    with_(entries, at, (entry) => ((bytes) => ({ ...entry, bytes, leaf: leafDigest(bytes) }))(Buffer.concat([entry.bytes, Buffer.from(' ')]))),
];

test('[LOG-9] 10,000 random mutations are all found where they are, 10,000 untouched copies raise no alarm', () => {
  const good = sealAll(drafts(12), EMPTY_HEAD).entries;
  const next = random(1);
  for (let round = 0; round < 10_000; round++) {
    const entries = [...good];
    const at = next(entries.length - 1);
    const kind = next(MUTATIONS.length);
    MUTATIONS[kind]?.(entries, at, next);
    const { fault } = verifyChain(TENANT, entries);
    const name = `round ${String(round)}, mutation ${String(kind)} at ${String(at)}`;
    assert.ok(fault !== null, name);
    // A changed entry with a fresh hash shows itself, at the latest, by the link of the one behind it.
    assert.ok(fault.index >= at && fault.index <= at + 1, `${name}: found at ${String(fault.index)}`);
    assert.equal(verifyChain(TENANT, [...good]).fault, null);
  }
});

test('[LOG-1] non-canonical and malformed bytes are faults even where every hash fits', () => {
  const bad = (text: string): string | undefined => {
    const bytes = Buffer.from(text, 'utf8');
    return verifyChain(TENANT, [{ index: 0, bytes, leaf: leafDigest(bytes), type: 'event-ingested', at: 1 }]).fault?.detail;
  };
  const zero = '0'.repeat(64);
  const text = `{"actor":{"kind":"system"},"at":1,"body":{},"index":0,"prev":"${zero}","tenant":"acme","type":"event-ingested","v":1}`;
  assert.equal(bad(text), undefined);
  for (const other of [
    text + ' ',
    text.replace('"at":1', '"at":1.0'),
    text.replace('"actor"', '"\\u0061ctor"'),
    text.replace('"at":1', '"at":1,"at":1'),
    text.replace('{"actor":{"kind":"system"},"at":1', '{"at":1,"actor":{"kind":"system"}'),
    text.replace('{}', '{"b":1,"a":2}'),
    text.replace('{}', '{"x":"\\ud800"}'),
    text.replace('"v":1', '"v":2'),
    text.replace('"v":1', '"v":1,"x":1'),
    'null',
    '[]',
    text.replace('acme', 'acne'),
  ])
    assert.ok(bad(other) !== undefined, other);
  assert.equal(bad(text.replace('{}', '{"1":1,"10":2,"9":{"\\u0001":0.5}}')), undefined);
});

async function filled(n: number): Promise<LogStore> {
  const store = memoryStore();
  await fill(store, n);
  return store;
}

/** Destroys a subject's payloads and says so. */
async function erased(store: LogStore, subject: string): Promise<void> {
  const digests = await store.erase(TENANT, subject);
  const head = await store.head(TENANT);
  await store.append(TENANT, head, sealAll([erasedDraft(head.size, subject, digests)], head).entries, []);
}

async function checkpointOf(
  store: LogStore,
  origin = `test.example/${TENANT}`,
): Promise<{ origin: string; size: number; root: ReturnType<typeof toDigest> }> {
  const frontier = await store.frontier(TENANT);
  return { origin, size: frontier.size, root: toDigest(rootOf(frontier)) };
}

test('[LOG-9] a whole store verifies, says what is anchored, and counts its payloads', async () => {
  const store = await filled(2300);
  const head = await store.head(TENANT);
  const checkpoint = await checkpointOf(store);
  const kept = payload('payload 2300', 's');
  const kinds = [keepingDraft(2300, 'payload 2300'), keepingDraft(2301, 'gone')];
  const sealed = sealAll(kinds, head);
  await store.append(TENANT, head, sealed.entries, [kept, payload('gone', 't')]);
  await erased(store, 't');
  const result = await verifyStore(store, TENANT, { checkpoints: [checkpoint] });
  assert.deepEqual(
    { ok: result.ok, size: result.size, anchored: result.anchored, payloads: result.payloads },
    { ok: true, size: 2303, anchored: 2300, payloads: { intact: 1, erased: 1, missing: 0, neverStored: 2300 } },
  );
  const lied = await verifyStore(store, TENANT, { checkpoints: [{ ...checkpoint, root: kept.digest }] });
  assert.deepEqual([lied.ok, lied.firstBad], [false, 0]);
  const beyond = await verifyStore(store, TENANT, { checkpoints: [{ ...checkpoint, size: 9999 }] });
  assert.deepEqual([beyond.ok, beyond.firstBad], [false, 2303]);
  const altered = await verifyStore({ ...store, payload: () => Promise.resolve(Buffer.from('other')) }, TENANT);
  assert.deepEqual([altered.ok, altered.firstBad], [false, 2300]);
  const wrongTree = await verifyStore({ ...store, frontier: () => Promise.resolve({ size: 2303, nodes: [Buffer.alloc(32)] }) }, TENANT, {
    payloads: false,
  });
  assert.equal(wrongTree.ok, false);
});

async function collect(lines: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const line of lines) parts.push(line, Buffer.from('\n'));
  return Buffer.concat(parts);
}

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const check = (bytes: Uint8Array): ReturnType<typeof verifyExport> => verifyExport(linesOf(chunked(bytes, 777)), () => [signer]);

async function goodExport(): Promise<Buffer> {
  const store = memoryStore();
  const { entries } = sealAll(
    drafts(8).map((draft, n) => (n === 3 || n === 4 ? keepingDraft(n, `payload ${String(n)}`) : draft)),
    EMPTY_HEAD,
  );
  await store.append(TENANT, EMPTY_HEAD, entries, [payload('payload 3', 's'), payload('payload 4', 't')]);
  await erased(store, 't');
  return collect(exportLog(store, TENANT, { payloads: true, checkpoint: signCheckpoint(await checkpointOf(store), signer) }));
}

test('[LOG-15] an export verifies by itself, and every changed one does not', async () => {
  const good = await goodExport();
  const result = await check(good);
  assert.deepEqual(
    { ok: result.ok, size: result.size, anchored: result.anchored, payloads: result.payloads },
    { ok: true, size: 9, anchored: 9, payloads: { intact: 1, erased: 1, missing: 0, neverStored: 6 } },
  );
  assert.equal((await verifyExport(linesOf(chunked(good, 50)), () => [])).anchored, 0);
  const next = random(2);
  const entriesEnd = good.indexOf('{"payload":"') + 0;
  for (let round = 0; round < 2_000; round++) {
    const start = good.indexOf(0x0a) + 1;
    const copy = Buffer.from(good);
    const at = start + next(entriesEnd - start);
    copy[at] = (copy[at] ?? 0) ^ (1 << next(8));
    assert.equal((await check(copy)).ok, false, `byte ${String(at)}`);
  }
  for (let cut = 1; cut < good.length; cut += 97) {
    const verdict = await check(good.subarray(0, good.length - cut));
    if (good.length - cut < entriesEnd - 1) assert.equal(verdict.ok, false, `cut ${String(cut)}`);
  }
  for (let round = 0; round < 2_000; round++) await check(flip(good, next) as Buffer);
});

test('[LOG-15] the malicious exports of conformance/chain are refused by both verifiers, the good one is accepted by both', async () => {
  const python = spawnSync('python3', ['--version']).status === 0;
  const second = (path: string): number | null => (python ? spawnSync('python3', ['conformance/chain/verify.py', path]).status : null);
  const file = join(folder, 'good.jsonl');
  writeFileSync(file, await goodExport());
  if (python) assert.equal(execFileSync('python3', ['conformance/chain/verify.py', file]).toString().startsWith('OK'), true);
  const names = readdirSync('conformance/chain/malicious');
  assert.ok(names.length >= 8);
  for (const name of names) {
    const path = join('conformance/chain/malicious', name);
    assert.equal((await check(readFileSync(path))).ok, false, name);
    assert.ok([1, null].includes(second(path)), `${name} in Python`);
  }
  assert.equal((await check(readFileSync('conformance/chain/good.jsonl'))).ok, true);
  assert.ok([0, null].includes(second('conformance/chain/good.jsonl')));
});
