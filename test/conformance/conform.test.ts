import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { conform } from '../../src/lab/conform.ts';
import { readPacks } from '../../src/lab/conform-packs.ts';
import { reportJson, reportJunit, reportText } from '../../src/lab/conform-report.ts';
import { DEPS } from './deps.ts';
import { outsidePack } from './outside.ts';

const FOLDER = fileURLToPath(new URL('../../conformance', import.meta.url));
const packs = readPacks(FOLDER);
const report = await conform(packs, DEPS);

for (const pack of packs)
  test(`[POLICY-12] conformance: ${pack.pack}`, () => {
    const failed = report.results.filter((result) => result.pack === pack.pack && !result.passed);
    assert.deepEqual(failed.map((result) => `${result.id} ${result.difference}`), []);
  });

test('[POLICY-12] a case that cites a law cites one that exists', () => {
  const spec = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8');
  const unknown = report.results.filter((result) => result.law !== '' && !spec.includes(`**${result.law}**`));
  assert.deepEqual(unknown.map((result) => `${result.id} ${result.law}`), []);
});

test('[POLICY-12] there are at least 250 cases and every required pack', () => {
  assert.ok(report.total >= 250, String(report.total));
  const names = packs.map((pack) => pack.pack);
  for (const name of ['baseline-safety', 'prompt-injection', 'path-traversal', 'egress', 'budget-loop', 'taint', 'approval']) assert.ok(names.includes(name), name);
});

test('[POLICY-12] a case that expects something else fails, and every report says so', async () => {
  const rows = [
    { id: 'X-1', why: 'wrong <effect> & "more"', action: { name: 'a', facts: {} }, expect: { effect: 'deny' } },
    { id: 'X-2', why: 'wrong reason', action: { name: 'a', facts: {} }, expect: { effect: 'allow', reasons: ['FINDING'] } },
    { id: 'X-3', why: 'unwanted reason', action: { name: 'a', facts: {} }, expect: { effect: 'allow', without: ['DEFAULT'] } },
    { id: 'X-4', why: 'unknown step', history: [{ dance: true }], action: { name: 'a', facts: {} }, expect: { effect: 'allow' } },
    { id: 'X-5', why: 'broken policy', policy: { rules: [{ id: 'r', when: 'nope', effect: 'deny' }] }, action: { name: 'a', facts: {} }, expect: { effect: 'allow' } },
    { id: 'X-6', why: 'holds', action: { name: 'a', facts: {} }, expect: { effect: 'allow' } },
  ] as const;
  const run = await conform([{ apiVersion: 'aegis.dev/conformance/v1', pack: 'x', description: '', cases: rows }], DEPS);
  assert.deepEqual([run.total, run.passed, run.failed], [6, 1, 5]);
  assert.match(reportText(run), /FAIL x: 1 of 6/);
  assert.match(reportJunit(run), /<testsuite name="x" tests="6" failures="5">/);
  assert.match(reportJunit(run), /wrong &lt;effect&gt; &amp; &quot;more&quot;/);
  assert.equal((JSON.parse(reportJson(run)) as { failed: number }).failed, 5);
});

test('[POLICY-12] of nineteen outside facts eighteen hold and one deviates with a reason', async () => {
  const file = process.env['AEGIS_OUTSIDE_CASES'];
  if (file !== undefined && existsSync(file)) {
    const run = await conform([outsidePack(file)], DEPS);
    assert.equal(run.total, 19);
    assert.deepEqual(run.results.filter((result) => !result.passed).map((result) => [result.id, result.got.effect, result.got.reasons]), [['PI-003', 'deny', ['EXEC_DENY']]]);
  }
  const restated = report.results.filter((result) => result.pack === 'outside-manifest-gate');
  assert.equal(restated.length, 19);
  assert.deepEqual(restated.filter((result) => result.deviation !== undefined).map((result) => result.id), ['OUT-14']);
});
