import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { verifyData, verifyFile } from '../../src/cli/verify.ts';
import type { VerifyReport } from '../../src/log/verification.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import { noteSigner } from '../../src/log/note-key.ts';
import { recoverStore } from '../../src/daemon/recover-store.ts';
import { running } from '../api/daemon.ts';
import { testFolder } from '../log/folder.ts';

const folder = testFolder();
const good = join(folder, 'good');
const exported = join(folder, 'good.jsonl');
let key = '';

/** A store with a past: two sessions, an erasure, a rotation, a restart. */
before(async () => {
  const ends: (() => unknown)[] = [];
  const aegis = await running({ after: (end: () => unknown) => void ends.push(end) } as never);
  const agent = await aegis.agent('bot');
  for (const session of ['a', 'b']) await aegis.ask('POST', '/v1/actions', { key: agent, body: { session, name: 'lookup', args: { session } } });
  await aegis.ask('POST', '/v1/erase', { key: aegis.admin, body: { subject: 'session/a', reason: 'asked for' } });
  await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
  await aegis.ask('POST', '/v1/log/keys/rotate', { key: aegis.admin, body: { reason: 'yearly' } });
  await aegis.restart();
  writeFileSync(exported, (await aegis.ask('GET', '/v1/log/export?payloads=true', { key: aegis.admin })).text);
  // A daemon that is killed leaves its write-ahead log; this is what is on the disk now.
  cpSync(join(aegis.folder, 'data'), join(good, 'killed'), { recursive: true });
  await aegis.daemon.close();
  for (const name of ['data', 'witness']) cpSync(join(aegis.folder, name), join(good, name), { recursive: true });
  key = readFileSync(join(good, 'witness', idOf(good), 'key.pub'), 'utf8').trim();
  for (const end of ends) await end();
});

const idOf = (place: string): string => readFileSync(join(place, 'data/log.id'), 'utf8').trim();
const witnessOf = (place: string, name = ''): string => join(place, 'witness', idOf(place), name);

let copies = 0;
function copy(): string {
  const to = join(folder, `copy-${String(copies++)}`);
  cpSync(good, to, { recursive: true });
  return to;
}

async function verify(place: string, more: { readonly key?: string } = {}): Promise<VerifyReport> {
  const [report] = await verifyData({ data: join(place, 'data'), checkpoints: join(place, 'witness'), ...more });
  assert.ok(report !== undefined);
  return report;
}

test('[LOG-29] what verifies says what was held against what, and what was not', async () => {
  const report = await verify(good);
  assert.ok(report.ok, report.detail);
  assert.deepEqual([report.anchored, report.payloads.erased], [report.size, 1]);
  assert.match(report.against.join(), /entries: bytes, links, tree.*payloads, each by its digest, 1 more erased.*every checkpoint in/);
  assert.match(report.notVerified.join(), /whose key it is/);
  assert.deepEqual((await verify(good, { key })).notVerified, []);
  const file = await verifyFile(exported, { key });
  assert.deepEqual([file.ok, file.anchored, file.notVerified], [true, file.size, []], file.detail);
  assert.match((await verifyFile(exported, {})).notVerified.join(), /who wrote it/);
  const saved = await verifyFile(exported, { checkpoints: join(good, 'witness') });
  assert.ok(saved.ok, saved.detail);
});

/** What somebody who owns the disk takes away, and what is said of it. */
const TAKEN: Readonly<Record<string, readonly [take: (place: string) => void, said: RegExp]>> = {
  'the file of keys': [(place) => rmSync(join(place, 'data/log.sqlite.keys')), /keys of its payloads are gone/],
  'the master key': [(place) => rmSync(join(place, 'data/log.sqlite.master')), /keys of its payloads are gone/],
  'its name': [(place) => rmSync(join(place, 'data/log.id')), /identity is gone/],
  'its name, for another': [(place) => writeFileSync(join(place, 'data/log.id'), '0123456789abcdef\n'), /checkpoints are gone/],
  'its signing key': [(place) => rmSync(join(place, 'data/signing.key')), /signs its checkpoints is gone/],
  'its signing key, for another': [(place) => writeFileSync(join(place, 'data/signing.key'), `${'7'.repeat(64)}\n`), /is not the key that signed/],
  'the second place': [(place) => rmSync(join(place, 'witness'), { recursive: true }), /checkpoints are gone/],
  'the files of the second place': [
    (place) => readdirSync(witnessOf(place)).forEach((name) => rmSync(witnessOf(place, name))),
    /checkpoints are gone/,
  ],
  'every checkpoint': [(place) => ['checkpoints.jsonl', 'latest.json'].forEach((name) => rmSync(witnessOf(place, name))), /holds none now/],
  'the newest checkpoints': [setBack, /none beyond/],
  'one of the two files': [(place) => rmSync(witnessOf(place, 'latest.json')), /latest.json is gone/],
  'the other one': [(place) => rmSync(witnessOf(place, 'checkpoints.jsonl')), /does not hold/],
  'a letter of an older checkpoint': [
    (place) => edit(witnessOf(place, 'checkpoints.jsonl'), (text) => text.replace(/(default\\n\d+\\n)(.)/, '$1!')),
    /cannot be believed/,
  ],
  'the first key': [(place) => edit(witnessOf(place, 'key.pub'), (text) => text.replace('aegis', 'aegos')), /is not the key that signed/],
  'the row of its tenant': [(place) => sql(place, 'DELETE FROM tenant'), /row of a tenant is gone/],
  'every row': [
    (place) => sql(place, 'DELETE FROM tenant; DELETE FROM entry; DELETE FROM payload; DELETE FROM subtree'),
    /a checkpoint was signed for/,
  ],
  'an erasure, told as never recorded': [
    (place) => sql(place, "INSERT INTO unrecorded_erasure VALUES (1, 'session/b', 'x', x'', 0)"),
    /begun and is not on record/,
  ],
};

function edit(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8');
  assert.notEqual(change(text), text);
  writeFileSync(path, change(text));
}

/** The second place as it was two checkpoints ago, in both files. */
function setBack(place: string): void {
  const lines = readFileSync(witnessOf(place, 'checkpoints.jsonl'), 'utf8').trimEnd().split('\n').slice(0, -1);
  writeFileSync(witnessOf(place, 'checkpoints.jsonl'), `${lines.join('\n')}\n`);
  const last = JSON.parse(lines.at(-1) ?? '') as { origin: string };
  writeFileSync(witnessOf(place, 'latest.json'), `${JSON.stringify({ [last.origin]: last })}\n`);
}

function sql(place: string, text: string): void {
  const database = new DatabaseSync(join(place, 'data/log.sqlite'));
  database.exec(text);
  database.close();
}

for (const [what, [take, said]] of Object.entries(TAKEN)) {
  test(`[LOG-27, LOG-28] ${what} taken away: the log does not verify, and nothing is made in its place`, async () => {
    const place = copy();
    take(place);
    const before = everything(place);
    const report = await verify(place);
    assert.equal(report.ok, false);
    assert.match(report.detail, said);
    assert.deepEqual(everything(place), before);
  });
}

function everything(place: string): readonly string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(place, name));
      return `${name} ${String(size)} ${String(mtimeMs)}`;
    });
}

test('[LOG-26] a log a killed daemon left is verified with what its write-ahead log holds, and no byte of the folder changes', async () => {
  for (const shared of [true, false]) {
    const place = copy();
    rmSync(join(place, 'data'), { recursive: true });
    renameSync(join(place, 'killed'), join(place, 'data'));
    if (!shared) rmSync(join(place, 'data/log.sqlite-shm'));
    assert.ok(statSync(join(place, 'data/log.sqlite-wal')).size > 0);
    const names = everything(place).map((line) => line.split(' ')[0]);
    const bytes = readFileSync(join(place, 'data/log.sqlite'));
    const report = await verify(place);
    assert.ok(report.ok || /a checkpoint was signed for/.test(report.detail), report.detail);
    assert.ok(report.size > 5);
    assert.deepEqual(
      everything(place).map((line) => line.split(' ')[0]),
      names,
    );
    assert.equal(Buffer.compare(bytes, readFileSync(join(place, 'data/log.sqlite'))), 0);
  }
});

test('[LOG-25, LOG-26] the key of another log, and a folder without checkpoints of this one, vouch for nothing', async () => {
  const other = 'aegis-0123456789abcdef+8cfdda57+AdBVzZKnCYRIxFuOlW5Y3ZkfHKSpJk7aNHHy46sbFzWe';
  const foreign = await verify(good, { key: noteSigner('aegis-other', Buffer.alloc(32, 7)).vkey });
  assert.deepEqual([foreign.ok, /of another log/.test(foreign.detail)], [false, true]);
  const stranger = await verify(good, { key: noteSigner(key.split('+')[0] ?? '', Buffer.alloc(32, 7)).vkey });
  assert.deepEqual([stranger.ok, /cannot be believed/.test(stranger.detail)], [false, true]);
  await assert.rejects(verifyFile(exported, { key: other }), { code: 'USAGE' }, 'a key whose id does not fit its bytes');
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await assert.rejects(verifyFile(exported, { checkpoints: empty }), { code: 'NO_CHECKPOINT' });
});

const configOf = (place: string) => ({ ...DEFAULTS, dataDir: join(place, 'data'), checkpointDir: join(place, 'witness') });

const start = async (place: string): Promise<void> => {
  const config = configOf(place);
  const daemon = await startDaemon({
    config: { ...config, server: { ...config.server, port: 0, socket: 'off' }, llm: { ...config.llm, port: 0 } },
    cwd: folder,
    // A copy of a folder stands as open as the mask lets it.
    onFault: ({ what, error }) => assert.match(what, /private now/, String(error)),
  });
  await daemon.close();
};

for (const what of ['its name', 'its signing key', 'the second place', 'every checkpoint', 'the newest checkpoints']) {
  test(`[LOG-28, LOG-18] ${what} taken away: refused at start, accepted on record, and good from then on`, async () => {
    const place = copy();
    TAKEN[what]?.[0](place);
    await assert.rejects(start(place), { code: 'STORE_INCOMPLETE' });
    await assert.rejects(start(place), { code: 'STORE_INCOMPLETE' }, 'also the second time');
    const accepted = await recoverStore(configOf(place), { by: 'jo', reason: 'a disk was replaced' });
    assert.equal(accepted.length, 1);
    await start(place);
    const report = await verify(place);
    assert.ok(report.ok, report.detail);
    assert.equal(report.anchored, report.size);
    const database = new DatabaseSync(join(place, 'data/log.sqlite'), { readOnly: true });
    const found = database.prepare("SELECT CAST(bytes AS TEXT) AS text FROM entry WHERE type = 'store-recovered'").all();
    database.close();
    assert.equal(found.length, 1);
    assert.match(String(found[0]?.['text']), /is gone|was kept in the second place/);
    if (what === 'its name') assert.equal(idOf(place), idOf(good), 'found again by its key');
  });
}

test('[LOG-28] keys of sealed payloads that are gone are not made anew; a new, empty folder still starts', async () => {
  const place = copy();
  rmSync(join(place, 'data/log.sqlite.keys'));
  await assert.rejects(start(place), { code: 'STORE_INCOMPLETE' });
  await assert.rejects(recoverStore(configOf(place), { by: 'jo', reason: 'x' }), { code: 'STORE_INCOMPLETE' });
  assert.equal(readdirSync(join(place, 'data')).includes('log.sqlite.keys'), false);
  const fresh = join(folder, 'fresh');
  await start(fresh);
  await start(fresh);
  assert.ok((await verify(fresh)).ok);
});
