import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import { fc } from '../random.ts';
import { sha256 } from '../../src/wire/digest.ts';
import { canonical, canonicalBytes } from '../../src/wire/jcs.ts';

const VECTORS = join(process.env['AEGIS_VECTORS'] ?? '../shared/corpora/vectors', 'jcs-cyberphone/testdata');
const OWN: readonly { readonly input: string; readonly output: string }[] = JSON.parse(readFileSync('conformance/chain/jcs.json', 'utf8'));

test('[LOG-1] canonical bytes of our own vectors', () => {
  for (const { input, output } of OWN) assert.equal(canonical(JSON.parse(input)), output, input);
});

test('[LOG-1] canonical bytes of the public RFC 8785 vectors, or of our own where that folder is absent', (context) => {
  if (!existsSync(VECTORS)) {
    context.diagnostic('the public vectors are not here; conformance/chain/jcs.json ran instead');
    assert.ok(OWN.length >= 12);
    return;
  }
  for (const name of readdirSync(join(VECTORS, 'input'))) {
    const value: unknown = JSON.parse(readFileSync(join(VECTORS, 'input', name), 'utf8'));
    assert.equal(canonical(value), readFileSync(join(VECTORS, 'output', name), 'utf8').trim(), name);
  }
});

test('[LOG-1] the same bytes as another implementation for 20,000 documents', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }), (value) => {
      assert.equal(canonical(value), canonicalize(value));
    }),
    { numRuns: 20_000 },
  );
});

test('[LOG-1] the hash other implementations take of one small object', () => {
  const bytes = canonicalBytes({
    tenant_id: 'tenant-xyz',
    session_id: 'session-abc',
    seq: 1,
    ts_unix_ms: 1700000000000,
    event_type: 'TOOL_CALL_PROPOSED',
  });
  assert.equal(sha256(bytes), 'cfa697f0eb082a2889ab92b2c457060c08eab0ced2677ac2a09d4488322b6ee3');
});

test('[LOG-1] what is not I-JSON has no canonical form, and depth is no danger', () => {
  for (const bad of [NaN, Infinity, '\ud800', { '\udfff': 1 }, [undefined], 1n, () => 1, Symbol('x')]) assert.throws(() => canonical(bad), TypeError);
  assert.equal(canonical({ b: undefined, a: 1 }), '{"a":1}');
  let deep: unknown = 0;
  for (let n = 0; n < 100_000; n++) deep = [deep];
  assert.equal(canonical(deep).length, 200_001);
});
