import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyTest } from '../../src/lab/policy-test.ts';
import { DEPS } from '../conformance/deps.ts';
import { document, files, MANIFEST } from './samples.ts';

const WITH = { ...DEPS, resolve: files({ 'skill.json': JSON.stringify(MANIFEST) }) };

const POLICY = document('rules: [{ id: no-wires, when: action.name == "wire", effect: deny }]');

test('[POLICY-13] cases beside a policy are run against it', async () => {
  const report = await policyTest(
    POLICY,
    `
- { why: wires are denied, action: { name: wire, facts: {} }, expect: { effect: deny, reasons: [CONDITION] } }
- { why: reads are not, action: { name: read, facts: {} }, expect: { effect: allow } }
- { why: this one is wrong, action: { name: read, facts: {} }, expect: { effect: deny } }
`,
    WITH,
  );
  assert.deepEqual(
    report.results.map((result) => result.passed),
    [true, true, false],
  );
  assert.match(report.results[2]?.difference ?? '', /expected deny, got allow/);
});

test('[POLICY-13] a policy with faults fails its cases, and what are no cases is said', async () => {
  const broken = await policyTest('default: maybe', '[{ action: { name: a, facts: {} }, expect: { effect: deny } }]', WITH);
  assert.equal(broken.failed, 1);
  assert.match(broken.results[0]?.difference ?? '', /does not compile/);
  await assert.rejects(policyTest(POLICY, 'nothing', WITH), /not a list/);
  await assert.rejects(policyTest(POLICY, '[{ action: {} }]', WITH), /case 1/);
});

test('[POLICY-13] files the policy names are read where the policy lies', async () => {
  const policy = document('manifests: [{ path: skill.json, agents: [a1] }]');
  const cases =
    'cases: [{ action: { name: look_up, facts: {} }, expect: { effect: allow } }, { action: { name: other, facts: {} }, expect: { effect: deny, reasons: [PERMISSION_UNDECLARED] } }]';
  assert.equal((await policyTest(policy, cases, WITH)).passed, 2);
});
