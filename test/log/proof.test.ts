import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AegisError } from '../../src/errors.ts';
import { leafHash, nodeHash, toDigest } from '../../src/log/tree-hash.ts';
import { sha256 } from '../../src/wire/digest.ts';
import { EMPTY_FRONTIER, EMPTY_ROOT, extend, rootOf, rootOfHashes } from '../../src/log/merkle.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { noteVerifier } from '../../src/log/note-key.ts';
import { consistencyProof, inclusionReceipt, rangeRoot, verifyConsistency, verifyInclusion } from '../../src/log/receipt.ts';
import { digest, TENANT } from './drafts.ts';
import { fill } from './store.contract.ts';

/** RFC 6962 2.1 word for word, as slow as it likes. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

test('[LOG-3] the tree is the one RFC 6962 defines, grown leaf by leaf or made at once', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  assert.equal(toDigest(leaves[0] as Uint8Array), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  assert.equal(toDigest(mth(leaves)), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  const many = Array.from({ length: 300 }, (_, n) => leafHash(Buffer.from(String(n))));
  let frontier = EMPTY_FRONTIER;
  assert.equal(toDigest(rootOf(frontier)), digest(''));
  many.forEach((leaf, n) => {
    frontier = extend(frontier, leaf);
    if (n % 7 === 0) assert.equal(toDigest(rootOf(frontier)), toDigest(mth(many.slice(0, n + 1))));
    if (n % 7 === 0) assert.equal(toDigest(rootOfHashes(many.slice(0, n + 1))), toDigest(mth(many.slice(0, n + 1))));
  });
});

test('[LOG-14] inclusion and consistency proofs hold for every place and fail for every other', async () => {
  const store = memoryStore();
  const { size } = await fill(store, 37);
  for (let index = 0; index < size; index++) {
    for (const at of new Set([index + 1, 32, size].filter((at) => at > index))) {
      const receipt = await inclusionReceipt(store, TENANT, { index, size: at });
      assert.ok(verifyInclusion(receipt), `${String(index)} of ${String(at)}`);
      assert.equal(receipt.root, toDigest(await rangeRoot(store, TENANT, [0, at])));
      assert.ok(!verifyInclusion({ ...receipt, index: (index + 1) % at }) || at === 1);
      assert.ok(!verifyInclusion({ ...receipt, entry: receipt.entry + ' ' }));
      assert.ok(!verifyInclusion({ ...receipt, proof: [...receipt.proof, digest('more')] }));
      assert.ok(receipt.proof.length === 0 || !verifyInclusion({ ...receipt, proof: receipt.proof.slice(1) }));
      assert.ok(!verifyInclusion({ ...receipt, root: digest('other') }));
      assert.ok(!verifyInclusion({ ...receipt, index: -1 }) && !verifyInclusion({ ...receipt, index: Number.NaN }));
    }
  }
  for (let older = 0; older <= size; older++) {
    for (let newer = older; newer <= size; newer++) {
      const proof = await consistencyProof(store, TENANT, { older, newer });
      assert.ok(verifyConsistency(proof), `${String(older)} in ${String(newer)}`);
      assert.ok(older === 0 || !verifyConsistency({ ...proof, older: { size: older, root: digest('other') } }));
      assert.ok(older === 0 || !verifyConsistency({ ...proof, newer: { size: newer, root: digest('other') } }));
      assert.ok(!verifyConsistency({ ...proof, proof: [...proof.proof, digest('more')] }));
    }
  }
  await assert.rejects(inclusionReceipt(store, TENANT, { index: size, size: size + 1 }), { code: 'NOT_FOUND' });
  await assert.rejects(consistencyProof(store, TENANT, { older: 3, newer: 99 }), AegisError);
});

test('[LOG-14] proofs of a log with complete subtrees', async () => {
  const store = memoryStore();
  const { size } = await fill(store, 1300);
  for (const index of [0, 255, 256, 511, 1023, 1024, 1279, 1280, 1299])
    assert.ok(verifyInclusion(await inclusionReceipt(store, TENANT, { index, size })));
  for (const older of [1, 255, 256, 257, 512, 1000, 1024, 1280])
    assert.ok(verifyConsistency(await consistencyProof(store, TENANT, { older, newer: size })));
});

test('[LOG-13] Ed25519 as the public vectors judge it, or a vector of our own where they are absent', (context) => {
  const path = join(process.env['AEGIS_VECTORS'] ?? '../shared/corpora/vectors', 'wycheproof/testvectors_v1/ed25519_test.json');
  const own = {
    pk: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    sig: 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  };
  const groups: { publicKey: { pk: string }; tests: { msg: string; sig: string; result: string }[] }[] = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { testGroups: never[] }).testGroups
    : [
        {
          publicKey: { pk: own.pk },
          tests: [
            { msg: '', sig: own.sig, result: 'valid' },
            { msg: '00', sig: own.sig, result: 'invalid' },
          ],
        },
      ];
  if (!existsSync(path)) context.diagnostic('the public vectors are not here; the vector of RFC 8032 ran instead');
  for (const group of groups) {
    const typed = Buffer.concat([Buffer.from([1]), Buffer.from(group.publicKey.pk, 'hex')]);
    const id = digestOfKey(typed);
    const key = noteVerifier(`v+${id}+${typed.toString('base64')}`);
    assert.ok(key !== null);
    for (const { msg, sig, result } of group.tests) assert.equal(key.verify(Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex')), result === 'valid');
  }
});

function digestOfKey(typed: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from('v\n'), typed])).slice(0, 8);
}
