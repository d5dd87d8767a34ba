import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openCheckpoint, signCheckpoint } from '../../src/log/checkpoint.ts';
import { verifyExport } from '../../src/log/verify-export.ts';
import { noteSigner, noteVerifier } from '../../src/log/note-key.ts';
import type { NoteVerifier } from '../../src/log/note-key.ts';
import type { Verification } from '../../src/log/verification.ts';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

const seedOf = (aegis: Running): string => readFileSync(join(aegis.folder, 'data/signing.key'), 'utf8').trim();

async function placeOf({ folder }: Running): Promise<string> {
  const [id] = await readdir(join(folder, 'witness'));
  return join(folder, 'witness', id ?? '');
}

async function firstKey(aegis: Running): Promise<NoteVerifier> {
  const key = noteVerifier((await readFile(join(await placeOf(aegis), 'key.pub'), 'utf8')).trim());
  assert.ok(key !== null);
  return key;
}

async function rotate(aegis: Running): Promise<{ readonly previous: string; readonly next: string; readonly index: number }> {
  const answer = await aegis.ask('POST', '/v1/log/keys/rotate', { key: aegis.admin, body: { reason: 'yearly' } });
  assert.equal(answer.status, 200, answer.text);
  return answer.body as never;
}

/** The signed checkpoint of the whole log as it stands. */
async function note(aegis: Running, key = aegis.admin): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const { body } = await aegis.ask('GET', '/v1/log/checkpoint', { key });
    if (String(body['note']).split('\n')[1] === String(body['size'])) return String(body['note']);
    await pause(25);
  }
  return assert.fail('no checkpoint came');
}

async function exported(aegis: Running, trusted: readonly NoteVerifier[], change: (text: string) => string = (text) => text): Promise<Verification> {
  const { text } = await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
  return verifyExport(linesOf(change(text)), () => trusted, { withoutPayloads: true });
}

async function* linesOf(text: string): AsyncGenerator<Uint8Array> {
  for (const line of text.trimEnd().split('\n')) yield await Promise.resolve(Buffer.from(line));
}

test('[LOG-17, LOG-13] a rotation is an entry; old checkpoints, exports and restarts verify through it', async (context) => {
  const aegis = await running(context);
  const first = await firstKey(aegis);
  const before = await note(aegis);
  const seed = seedOf(aegis);
  const one = await rotate(aegis);
  assert.equal(one.previous, first.vkey);
  const two = await rotate(aegis);
  assert.equal(two.previous, one.next);
  assert.notEqual(seedOf(aegis), seed);
  assert.equal(existsSync(join(aegis.folder, 'data/signing.key.next')), false);
  const after = await note(aegis);
  assert.ok(openCheckpoint(before, () => [first]).ok);
  assert.ok(!openCheckpoint(after, () => [first]).ok);
  const newest = noteVerifier(two.next);
  assert.ok(newest !== null && openCheckpoint(after, () => [newest]).ok);
  const { entries } = (await aegis.ask('GET', '/v1/log?type=key-rotated', { key: aegis.admin })).body as {
    entries: { actor: object; body: object }[];
  };
  assert.deepEqual(
    entries.map(({ actor }) => actor),
    [1, 2].map(() => ({ kind: 'operator', id: 'admin', role: 'admin' })),
  );
  assert.match(JSON.stringify(entries[0]?.body), /"reason":"yearly"/);
  for (const trusted of [first, newest]) {
    const verified = await exported(aegis, [trusted]);
    assert.deepEqual([verified.ok, verified.anchored], [true, verified.size], verified.detail);
  }
  await aegis.restart();
  await note(aegis);
  const verified = await exported(aegis, [first]);
  assert.deepEqual([verified.ok, verified.anchored], [true, verified.size], verified.detail);
});

test('[LOG-13, LOG-17] a retired key, however well it signs, and a rotation that was touched anchor nothing', async (context) => {
  const aegis = await running(context);
  const first = await firstKey(aegis);
  const retired = noteSigner(first.name, Buffer.from(seedOf(aegis), 'hex'));
  await rotate(aegis);
  await aegis.agent('bot');
  const good = await note(aegis);
  const [origin = '', size = '', root = ''] = good.split('\n');
  const forged = signCheckpoint({ origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex') as never }, retired);
  const resigned = await exported(aegis, [first], (text) => text.replace(JSON.stringify(good), JSON.stringify(forged)));
  assert.deepEqual([resigned.ok, resigned.anchored], [false, 0]);
  assert.match(resigned.detail, /cannot be believed/);
  const stranger = noteSigner(first.name, Buffer.alloc(32, 7));
  assert.equal((await exported(aegis, [stranger])).ok, false);
  const touched = await exported(aegis, [first], (text) => text.replace(/"signatureByNext":"..../, '"signatureByNext":"AAAA'));
  assert.equal(touched.ok, false);
});

test('[LOG-17] every tenant is handed over, also one that comes later; only the default tenant’s administrator may', async (context) => {
  const tenants = ['default', 'acme'];
  const aegis = await running(context, { config: { tenants } });
  const acme = aegis.daemon.firstKeys.find(({ tenant }) => String(tenant) === 'acme')?.key ?? '';
  const refused = await aegis.ask('POST', '/v1/log/keys/rotate', { key: acme, body: { reason: 'mine' } });
  assert.equal(refused.status, 403);
  const first = await firstKey(aegis);
  const { next } = await rotate(aegis);
  tenants.push('later');
  await aegis.restart();
  const later = aegis.daemon.firstKeys.find(({ tenant }) => String(tenant) === 'later')?.key ?? '';
  for (const key of [acme, later]) {
    const { entries } = (await aegis.ask('GET', '/v1/log?type=key-rotated', { key })).body as { entries: { actor: { kind: string } }[] };
    assert.deepEqual(
      entries.map(({ actor }) => actor.kind),
      ['system'],
    );
    const signed = await note(aegis, key);
    const now = noteVerifier(next);
    assert.ok(now !== null && openCheckpoint(signed, () => [now]).ok);
    const { text } = await aegis.ask('GET', '/v1/log/export', { key });
    const verified = await verifyExport(linesOf(text), () => [first], { withoutPayloads: true });
    assert.deepEqual([verified.ok, verified.anchored], [true, verified.size], verified.detail);
  }
});

test('[LOG-17] broken off after its entry it is finished, before it is undone', async (context) => {
  const aegis = await running(context);
  const data = join(aegis.folder, 'data');
  const old = seedOf(aegis);
  const { next } = await rotate(aegis);
  await note(aegis);
  await aegis.daemon.close();
  // As a crash between the last entry and the exchange of the seeds leaves it.
  renameSync(join(data, 'signing.key'), join(data, 'signing.key.next'));
  writeFileSync(join(data, 'signing.key'), `${old}\n`, { mode: 0o600 });
  rmSync(join(await placeOf(aegis), 'rotations.jsonl'));
  await aegis.restart();
  assert.notEqual(seedOf(aegis), old);
  assert.match(readFileSync(join(await placeOf(aegis), 'rotations.jsonl'), 'utf8'), new RegExp(`"next":"${next.replaceAll('+', '\\+')}"`));
  const rotations = async (): Promise<number> =>
    ((await aegis.ask('GET', '/v1/log?type=key-rotated', { key: aegis.admin })).body['entries'] as unknown[]).length;
  assert.equal(await rotations(), 1);
  await aegis.daemon.close();
  writeFileSync(join(data, 'signing.key.next'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  await aegis.restart();
  assert.equal(existsSync(join(data, 'signing.key.next')), false);
  assert.equal(await rotations(), 1);
  const two = await rotate(aegis);
  assert.equal(two.previous, next);
});

test('[LOG-17, LOG-12] a data folder with a key nothing was handed over to is refused', async (context) => {
  const aegis = await running(context);
  await rotate(aegis);
  await aegis.daemon.close();
  const file = join(aegis.folder, 'data/signing.key');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, `${'cd'.repeat(32)}\n`);
  await assert.rejects(aegis.restart(), { code: 'STORE_ROLLED_BACK' });
  writeFileSync(file, good);
  await aegis.restart();
});
