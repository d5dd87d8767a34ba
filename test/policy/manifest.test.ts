import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/wire/digest.ts';
import type { FaultCode } from '../../src/policy/fault.ts';
import { compiled, document, faults, files, MANIFEST } from './samples.ts';

const USE = document('manifests: [{ path: skill/aegis-manifest.json, agents: [a1] }]');

function found(manifest: unknown, more: Readonly<Record<string, string>> = {}) {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest, null, 2);
  return faults(USE, files({ 'skill/aegis-manifest.json': text, ...more }));
}

function permissions(more: object): object {
  return { ...MANIFEST, permissions: { ...MANIFEST.permissions, ...more } };
}

const SANDBOX = { sandbox: { required: true } };

const BAD: readonly (readonly [string, unknown, FaultCode])[] = [
  ['another schema', { ...MANIFEST, schema: 'aegis.dev/manifest/v0.2' }, 'UNKNOWN_VALUE'],
  ['no publisher', { ...MANIFEST, publisher: undefined }, 'MISSING_KEY'],
  ['an empty publisher', { ...MANIFEST, publisher: ' ' }, 'EMPTY'],
  ['an unknown field', { ...MANIFEST, permisions: {} }, 'UNKNOWN_KEY'],
  ['an unknown permission', permissions({ network: {} }), 'UNKNOWN_KEY'],
  ['an unknown budget', permissions({ budgets: { max_model_calls: 3 } }), 'UNKNOWN_KEY'],
  ['a version that is none', { ...MANIFEST, version: '1.0' }, 'BAD_FORMAT'],
  ['a version with a leading zero', { ...MANIFEST, version: '01.0.0' }, 'BAD_FORMAT'],
  ['a negative budget', permissions({ budgets: { max_steps: -1 } }), 'OUT_OF_RANGE'],
  ['a budget of nothing', permissions({ budgets: { max_steps: 0 } }), 'OUT_OF_RANGE'],
  ['a budget of text', permissions({ budgets: { max_steps: '24' } }), 'WRONG_TYPE'],
  ['programs without a sandbox', permissions({ exec: { allowed_bins: ['git'] } }), 'MANIFEST_INVALID'],
  ['write roots without a sandbox', permissions({ fs: { write_roots: ['/out'] } }), 'MANIFEST_INVALID'],
  ['hosts without a sandbox', permissions({ net: { domains: ['a.test'] } }), 'MANIFEST_INVALID'],
  ['a tool that writes without a sandbox', permissions({ tools: ['write_file'] }), 'MANIFEST_INVALID'],
  ['a tool that posts without a sandbox', permissions({ tools: ['mcp.https.post'] }), 'MANIFEST_INVALID'],
  ['every host', { ...permissions({ net: { domains: ['*'] } }), ...SANDBOX }, 'BARE_WILDCARD'],
  ['every host, spelt otherwise', { ...permissions({ net: { domains: ['*.'] } }), ...SANDBOX }, 'BARE_WILDCARD'],
  ['a star inside a host', { ...permissions({ net: { domains: ['a.*.test'] } }), ...SANDBOX }, 'BAD_FORMAT'],
  ['a url for a host', { ...permissions({ net: { domains: ['https://a.test'] } }), ...SANDBOX }, 'BAD_FORMAT'],
  ['a host in capitals', { ...permissions({ net: { domains: ['A.test'] } }), ...SANDBOX }, 'BAD_FORMAT'],
  ['every tool', permissions({ tools: ['*'] }), 'BARE_WILDCARD'],
  ['programs by pattern', { ...permissions({ exec: { allowed_bins: ['*'] } }), ...SANDBOX }, 'BARE_WILDCARD'],
  ['a root that climbs', permissions({ fs: { read_roots: ['/srv/../etc'] } }), 'BAD_FORMAT'],
  ['a pattern that backtracks', { ...permissions({ exec: { allowed_bins: ['git'], arg_patterns: ['(a)\\1'] } }), ...SANDBOX }, 'REGEX_INVALID'],
  ['a hash that is none', { ...MANIFEST, integrity: { files: { 'a.py': 'abc' } } }, 'BAD_FORMAT'],
  ['a file that is not there', { ...MANIFEST, integrity: { files: { 'a.py': 'a'.repeat(64) } } }, 'FILE_MISSING'],
  ['a file elsewhere', { ...MANIFEST, integrity: { files: { '../a.py': 'a'.repeat(64) } } }, 'BAD_FORMAT'],
  ['a signature nobody checks', { ...MANIFEST, integrity: { signature: 'x' } }, 'MANIFEST_INVALID'],
  ['a duplicate key', '{"schema":"aegis.dev/manifest/v0.1","name":"a","name":"b"}', 'DUPLICATE_KEY'],
  ['YAML for JSON', `schema: aegis.dev/manifest/v0.1\nname: a\nversion: 1.0.0\npublisher: p\npermissions: {}`, 'MANIFEST_INVALID'],
];

for (const [what, manifest, code] of BAD)
  test(`[POLICY-11] a manifest with ${what} is refused`, async () => {
    const all = await found(manifest);
    const fault = all.find((one) => one.code === code);
    assert.ok(fault, JSON.stringify(all));
    assert.equal(fault.file, 'skill/aegis-manifest.json');
  });

test('[POLICY-11] a file that changed is refused, one that did not is accepted', async () => {
  const manifest = { ...MANIFEST, integrity: { files: { 'tool.py': sha256(new TextEncoder().encode('print(1)')) } } };
  assert.deepEqual(await found(manifest, { 'skill/tool.py': 'print(1)' }), []);
  const [fault] = await found(manifest, { 'skill/tool.py': 'print(2)' });
  assert.equal(fault?.code, 'FILE_DIGEST');
});

test('[POLICY-11] what a manifest leaves out has the documented value', async () => {
  const policy = await compiled(USE, files({ 'skill/aegis-manifest.json': JSON.stringify(MANIFEST) }));
  const manifest = policy.manifests.get('a1' as never);
  assert.deepEqual(manifest?.budgets, { maxSteps: 24, maxToolCalls: 12, maxWallTimeMs: 120_000, maxOutputBytes: 1_048_576, timeoutMs: 30_000 });
  assert.deepEqual([manifest.writeRoots, manifest.domains, manifest.bins, manifest.secrets], [[], [], [], []]);
});

test('[POLICY-11] a manifest belongs to the agent of its name unless agents are named, and to one of each', async () => {
  const text = JSON.stringify(MANIFEST);
  const policy = await compiled(document('manifests: [a.json]'), files({ 'a.json': text }));
  assert.deepEqual([...policy.manifests.keys()], ['research']);
  const [fault] = await faults(document('manifests: [a.json, b.json]'), files({ 'a.json': text, 'b.json': text }));
  assert.equal(fault?.code, 'DUPLICATE_ID');
});

test('[POLICY-4] a changed manifest is another policy', async () => {
  const use = document('manifests: [a.json]');
  const one = await compiled(use, files({ 'a.json': JSON.stringify(MANIFEST) }));
  const two = await compiled(use, files({ 'a.json': JSON.stringify({ ...MANIFEST, version: '1.0.1' }) }));
  assert.notEqual(one.digest, two.digest);
});
