import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { decide } from '../../src/kernel/decide.ts';
import { REASON_CODES } from '../../src/kernel/rules/rules.ts';
import { action, CONTEXT, policy, world } from '../kernel/samples.ts';
import { randomCase } from './cases.ts';
import { evaluate } from './evaluator.ts';
import type { Subject } from './law.ts';
import { LAWS } from './laws.ts';

const CASES = Number(process.env['TEST_ORACLE_CASES'] ?? 20_000);
/** Fixed, so that a run says the same twice; the nightly run gives another each time. */
const SEED = { seed: Number(process.env['TEST_ORACLE_SEED'] ?? 7) };

/** What the kernel decides, in the second evaluator's words. */
function decidedBy(subject: Subject): ReturnType<typeof evaluate> {
  const decision = decide(subject.action, subject.world, subject.policy, CONTEXT);
  return { effect: decision.effect, codes: [...new Set(decision.reasons.map((reason) => reason.code))] };
}

for (const example of LAWS.flatMap((law) => law.examples ?? []))
  test(example.title, () => {
    const subject = { action: action(example.action), world: world(example.entries), policy: policy(example.settings) };
    const { effect, codes } = decidedBy(subject);
    assert.equal(`${effect} ${codes.join()}`, example.expected);
    assert.deepEqual(evaluate(subject), { effect, codes });
  });

test(`[DEC-4] [DEC-6] the kernel and a second evaluator agree on effect and codes`, () => {
  const seen = new Map<string, number>();
  const compare = (seed: number): void => {
    const subject = randomCase(seed);
    const ours = decidedBy(subject);
    for (const code of ours.codes) seen.set(code, (seen.get(code) ?? 0) + 1);
    assert.deepEqual(ours, evaluate(subject), `seed ${String(seed)}`);
  };
  fc.assert(fc.property(fc.noShrink(fc.nat()), compare), { numRuns: CASES, ...SEED });
  // The agreement is worth what the cases reach: every code a rule can give has been given.
  const never = ['GATE_CLOSED', 'FENCE_STALE', 'APPROVAL_EXPIRED', 'APPROVAL_REFUSED', 'MODEL_ROUTED', 'VOICE', 'PRIORITY_EXCEEDED'];
  const required = REASON_CODES.filter((code) => !never.includes(code));
  if (CASES >= 20_000) for (const code of required) assert.ok(seen.has(code), `no case ever gave ${code}`);
  if (process.env['TEST_ORACLE_COUNTS'] !== undefined) console.log(JSON.stringify(Object.fromEntries([...seen].toSorted())));
});
