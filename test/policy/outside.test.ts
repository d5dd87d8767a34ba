import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opaWasm, tarGz } from './opa-fixture.ts';
import { action, compiled, document, faults, files, WORLD } from './samples.ts';

const CEDAR = `
@id("no-wires") forbid (principal, action == Action::"tool", resource == Tool::"wire");
forbid (principal == Agent::"a2", action, resource);
permit (principal, action, resource == Tool::"read");
forbid (principal, action, resource) when { context.args has limit && context.args.limit > 100 };
`;

async function cedar(text: string) {
  const policy = await compiled(document('use: { cedar: [team.cedar] }'), files({ 'team.cedar': text }));
  const [voice] = policy.voices;
  assert.ok(voice);
  return voice;
}

test('[POLICY-10] a Cedar forbid denies, a permit and no match are silent', async () => {
  const voice = await cedar(CEDAR);
  assert.equal(voice.speak(action({ name: 'wire' }), WORLD)?.effect, 'deny');
  assert.equal(voice.speak(action({ agent: 'a2' }), WORLD)?.effect, 'deny');
  assert.equal(voice.speak(action({ name: 'read' }), WORLD), null);
  assert.equal(voice.speak(action({ name: 'other' }), WORLD), null);
  assert.equal(voice.speak(action({ args: { limit: 101 } }), WORLD)?.code, 'VOICE');
  assert.equal(voice.speak(action({ args: { limit: 100, note: null, rate: 1.5 } }), WORLD), null);
});

test('[POLICY-10] a Cedar policy that errors denies, and so does an argument that would be an escape', async () => {
  const voice = await cedar('forbid (principal, action, resource) when { context.args.limit > 100 };');
  assert.equal(voice.speak(action(), WORLD)?.code, 'RULE_ERROR');
  assert.equal(voice.speak(action({ args: { limit: 'many' } }), WORLD)?.effect, 'deny');
  const plain = await cedar('permit (principal, action, resource);');
  assert.throws(() => plain.speak(action({ args: { __entity: { type: 'Agent', id: 'root' } } }), WORLD));
});

test('[POLICY-1] a Cedar file that does not parse or cannot be read is a fault', async () => {
  const [broken] = await faults(document('use: { cedar: [a.cedar] }'), files({ 'a.cedar': 'permit (principal' }));
  assert.equal(broken?.code, 'CEDAR_INVALID');
  const [missing] = await faults(document('use: { cedar: [a.cedar], rego: [b.tar.gz] }'));
  assert.equal(missing?.code, 'FILE_MISSING');
});

const YES = '[{"result":true}]';
const NO = '[{"result":false}]';

async function rego(terms: { hit: string; miss: string }, bundle = false) {
  const wasm = opaWasm(terms);
  const bytes = bundle ? tarGz({ '/data.json': new TextEncoder().encode('{"a":1}'), '/policy.wasm': wasm }) : wasm;
  const policy = await compiled(document('use: { rego: [team.bin] }'), files({ 'team.bin': bytes }));
  const [voice] = policy.voices;
  assert.ok(voice);
  return voice;
}

test('[POLICY-10] a Rego policy denies with false and is silent with true, bare or bundled', async () => {
  for (const bundled of [false, true]) {
    const voice = await rego({ hit: NO, miss: YES }, bundled);
    for (let i = 0; i < 3; i++) {
      assert.equal(voice.speak(action({ name: 'harmless' }), WORLD), null);
      assert.equal(voice.speak(action({ name: 'boom!' }), WORLD)?.effect, 'deny');
    }
  }
});

test('[POLICY-10] what a Rego policy may answer, and that anything else denies', async () => {
  const cases: readonly (readonly [string, string | null, string?])[] = [
    ['[]', null],
    ['[{"result":[]}]', null],
    ['[{"result":["no wires"]}]', 'deny', 'VOICE'],
    ['[{"result":{"effect":"ask","code":"NEEDS_BOSS"}}]', 'ask', 'NEEDS_BOSS'],
    ['[{"result":{"effect":"allow"}}]', null],
    ['[{"result":{"effect":"maybe"}}]', 'deny', 'RULE_ERROR'],
    ['[{"result":{"allow":true}}]', 'deny', 'RULE_ERROR'],
    ['[{"result":null}]', 'deny', 'RULE_ERROR'],
    ['[{"result":1}]', 'deny', 'RULE_ERROR'],
  ];
  for (const [hit, effect, code] of cases) {
    const said = (await rego({ hit, miss: YES })).speak(action({ name: '!' }), WORLD);
    assert.equal(said?.effect ?? null, effect, hit);
    if (code !== undefined) assert.equal(said?.code, code, hit);
  }
  const two = await rego({ hit: '[{"result":true},{"result":true}]', miss: YES });
  assert.throws(() => two.speak(action({ name: '!' }), WORLD));
});

test('[POLICY-1] a Rego file that is no policy, or calls what a decision may not, is a fault', async () => {
  const say = async (bytes: Uint8Array, use = 'team.bin') => (await faults(document(`use: { rego: [${use}] }`), files({ 'team.bin': bytes })))[0];
  assert.equal((await say(new TextEncoder().encode('package a')))?.code, 'REGO_INVALID');
  assert.match((await say(opaWasm({ hit: NO, miss: YES, builtins: '{"http.send":0}' })))?.message ?? '', /http\.send/);
  assert.match((await say(opaWasm({ hit: NO, miss: YES, builtins: '{"regex.split":0}' })))?.message ?? '', /regex\.split/);
  assert.match((await say(opaWasm({ hit: NO, miss: YES, entrypoints: '{"a":0,"b":1}' })))?.message ?? '', /several/);
  assert.match((await say(opaWasm({ hit: NO, miss: YES }), '{ path: team.bin, entrypoint: nope }'))?.message ?? '', /nope/);
  assert.match((await say(tarGz({ 'data.json': new TextEncoder().encode('{}') })))?.message ?? '', /policy\.wasm/);
  const damaged = tarGz({ 'policy.wasm': opaWasm({ hit: NO, miss: YES }) }).slice(0, 100);
  assert.equal((await say(damaged))?.code, 'REGO_INVALID');
});

test('[POLICY-4] another Cedar text under the same name is another policy', async () => {
  const text = document('use: { cedar: [a.cedar] }');
  const one = await compiled(text, files({ 'a.cedar': 'permit (principal, action, resource);' }));
  const two = await compiled(text, files({ 'a.cedar': 'permit(principal, action, resource);' }));
  assert.notEqual(one.digest, two.digest);
});
