import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/kernel/decide.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Voice } from '../../src/kernel/policy.ts';
import type { World } from '../../src/kernel/world.ts';
import { codes } from './driver.ts';
import { action, CONTEXT, draft, fold1, id, micro, policy, world } from './samples.ts';
import type { PolicyParts } from './samples.ts';

type Parts<T> = Partial<Record<keyof T, unknown>>;

function say(part: Parts<Action>, rules: PolicyParts = {}, now: World = world()): string {
  const decision = decide(action(part), now, policy(rules), CONTEXT);
  return `${decision.effect} ${codes(decision).join()}`;
}

const change = (rule: string, args: JsonObject, pointer?: string): Voice => ({
  rule,
  speak: () => ({ effect: 'modify', code: rule, message: rule, args, ...(pointer === undefined ? {} : { pointer }) }),
});
const finding = (part: object): unknown => ({
  detector: 'pii',
  code: 'PHONE',
  risk: 'LOW',
  pointer: '/a',
  evidence: 'e',
  confidence: 1,
  inspected: true,
  ...part,
});

test('[DEC-7] one change is taken whole, disjoint ones together, others are asked', () => {
  const args = { a: 1, b: 2, c: 3 };
  const run = (...voices: Voice[]): unknown => {
    const decision = decide(action({ args }), world(), policy({}, { voices }), CONTEXT);
    return decision.effect === 'modify' ? decision.modify.args : decision.effect;
  };
  assert.deepEqual(run(change('rule:x', { z: 9 })), { z: 9 });
  assert.deepEqual(run(change('rule:x', { a: 9, b: 0 }, '/a'), change('rule:y', { a: 0, b: 8 }, '/b')), { a: 9, b: 8, c: 3 });
  assert.equal(run(change('rule:x', { a: { q: 1 } }, '/a'), change('rule:y', { a: { q: 2 } }, '/a/q')), 'ask');
  assert.equal(run(change('rule:x', { a: 9 }), change('rule:y', { b: 8 }, '/b')), 'ask');
});

test('[DEC-7] redaction takes the span, or the whole leaf where it cannot place it', () => {
  const text = 'call 555-0100 or 555-0101 now';
  const run = (...findings: unknown[]): unknown => {
    const decision = decide(action({ args: { a: text, 'b/c': [text] }, findings }), world(), policy({ detectors: { pii: 'redact' } }), CONTEXT);
    assert.ok(decision.effect === 'modify' && decision.obligations.redact !== undefined);
    return decision.modify.args;
  };
  assert.deepEqual(run(finding({ span: [5, 13] }), finding({ span: [17, 25] })), { a: 'call [REDACTED:pii] or [REDACTED:pii] now', 'b/c': [text] });
  assert.deepEqual(run(finding({ span: [5, 15] }), finding({ span: [12, 25] })), { a: 'call [REDACTED:pii] now', 'b/c': [text] });
  assert.deepEqual(run(finding({ pointer: '/b~1c/0', span: [0, 3], decoded: true })), { a: text, 'b/c': ['[REDACTED:pii]'] });
  assert.deepEqual(run(finding({ span: [5, 400] })), { a: '[REDACTED:pii]', 'b/c': [text] });
});

test('[DEC-10] claims out of range are refused and never loosen', () => {
  for (const claims of [
    { priority: 0 },
    { priority: Number.NaN },
    { complexity: 11 },
    { confidence: -0.1 },
    { usdMicros: -1 },
    { usdMicros: 0.5 },
    { tokens: Number.POSITIVE_INFINITY },
  ]) {
    assert.equal(say({ claims }), 'deny INVALID_ACTION', JSON.stringify(claims));
  }
  const low = world([draft('agent-registered', { capabilities: [], maxPriority: 5, onUnavailable: 'deny' }, { agent: 'a1' })]);
  assert.equal(say({ claims: { priority: 6 } }, {}, low), 'deny INVALID_ACTION');
  assert.equal(say({ claims: { confidence: 1, intent: 'trust me', usdMicros: 0 } }, { default: 'deny' }), 'deny DEFAULT');
});

test('[DEC-13] findings speak by detector and risk; only the server loosens them', () => {
  const detectors = { shell: { effect: 'block', threshold: 0.5 } } as const;
  const shell = (part: object): Parts<Action> => ({ findings: [finding({ detector: 'shell', category: 'shell', ...part })] });
  assert.equal(say(shell({ risk: 'CRITICAL' }), { detectors }), 'deny FINDING');
  assert.equal(say(shell({ risk: 'HIGH' }), { detectors }), 'ask FINDING');
  assert.equal(say(shell({ risk: 'MEDIUM' }), { detectors }), 'allow DEFAULT');
  assert.equal(say(shell({ risk: 'HIGH', confidence: 0.4 }), { detectors }), 'allow DEFAULT');
  assert.equal(say(shell({ risk: 'HIGH', confidence: 0.4, inspected: false }), { detectors }), 'ask UNINSPECTABLE');
  assert.equal(say(shell({ risk: 'CRITICAL' })), 'allow DEFAULT', 'a detector that is off stays off');
  const precision = (part: NonNullable<PolicyParts['precision']>[string]): PolicyParts => ({ detectors, precision: { a1: part } });
  assert.equal(say(shell({ risk: 'CRITICAL' }), precision({ allowTools: ['read_thing'] })), 'allow DEFAULT');
  assert.equal(say(shell({ risk: 'CRITICAL' }), precision({ allowCategories: ['shell'] })), 'allow DEFAULT');
  assert.equal(say(shell({ risk: 'CRITICAL' }), { ...precision({ allowCategories: ['shell'] }), default: 'deny' }), 'deny DEFAULT');
});

test('[DEC-14] the cheapest model that suffices', () => {
  const price = (model: string, tier: number, usd: number) => ({ model, tier, inputUsdPerMillion: usd, outputUsdPerMillion: usd });
  const models = { tiers: [price('big', 5, 90), price('small', 1, 1), price('mid', 3, 9), price('odd', 2, 20)] };
  const pick = (complexity: number): unknown =>
    decide(action({ claims: { complexity } }), world(), policy({ models }), CONTEXT).obligations.recommendedModel;
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 10].map(pick), ['small', 'small', 'mid', 'mid', 'mid', 'mid', 'big', 'big']);
  assert.deepEqual(decide(action(), world(), policy({ models }), CONTEXT).obligations, { timeoutMs: 30_000, maxOutputBytes: 1_048_576 });
});

test('[DEC-19] intents are held against the claim and the name alike', () => {
  const blocked = { intents: { blocked: ['drain'] } };
  assert.equal(say({ name: 'drain_wallet' }, blocked), 'deny INTENT_BLOCKED');
  assert.equal(say({ claims: { intent: 'drain it' } }, blocked), 'deny INTENT_BLOCKED');
  assert.equal(say({}, { intents: { blockedAgents: ['a1'] } }), 'deny INTENT_BLOCKED');
  assert.equal(say({ claims: { usdMicros: 6 } }, { intents: { costCeilingUsd: micro(5) } }), 'deny BUDGET_EXCEEDED');
  const floor = { intents: { priorityFloors: [{ pattern: 'drain', min: 4 }] } };
  assert.equal(say({ name: 'drain', claims: { priority: 3 } }, floor), 'deny PRIORITY_TOO_LOW');
  assert.equal(say({ name: 'drain' }, floor), 'deny PRIORITY_TOO_LOW');
  assert.equal(say({ name: 'drain', claims: { priority: 4 } }, floor), 'allow DEFAULT');
});

test('[DEC-21] a kind the policy does not govern is allowed, but a halt still holds', () => {
  const rules: PolicyParts = { kinds: ['tool'], default: 'deny' };
  assert.equal(say({ kind: 'model' }, rules), 'allow OK');
  const halted = fold1(world(), draft('agent-halted', { scope: { kind: 'all' }, reason: 'r', cause: 'operator' }));
  assert.equal(say({ kind: 'model' }, rules, halted), 'deny HALTED');
});

test('[ASK-1] dear, unsure or sensitive actions are asked', () => {
  const approvals = { above: { usd: micro(5) }, confidenceBelow: 0.7, intents: ['withdraw_funds'] };
  const rules = { approvals };
  assert.equal(say({ claims: { usdMicros: 5, confidence: 0.7 } }, rules), 'allow DEFAULT');
  assert.equal(say({ claims: { usdMicros: 6 } }, rules), 'ask APPROVAL_REQUIRED');
  assert.equal(say({ claims: { confidence: 0.69 } }, rules), 'ask APPROVAL_REQUIRED');
  for (const name of ['withdrawFunds', 'Withdraw-funds', 'do_withdraw_funds_now']) assert.equal(say({ name }, rules), 'ask APPROVAL_REQUIRED', name);
  assert.equal(say({ claims: { intent: 'please withdraw funds' } }, rules), 'ask APPROVAL_REQUIRED');
  const decision = decide(
    action({ claims: { usdMicros: 6 } }),
    world(),
    policy({ approvals: { ...approvals, quorum: 2, approvers: ['admin'] } }),
    CONTEXT,
  );
  assert.deepEqual(decision.effect === 'ask' && decision.ask, {
    approval: 'ap1',
    digest: id('d'.repeat(64)),
    approvers: ['admin'],
    quorum: 2,
    expiresAt: decision.effect === 'ask' ? action().at + 300_000 : 0,
  });
});

test('[INSPECT-141] redaction names the kind it took out and leaves guesses alone', () => {
  const findings = [
    { detector: 'pii', code: 'PII_FOUND', risk: 'MEDIUM', pointer: '/m', span: [3, 10], evidence: '[email]', confidence: 0.9, inspected: true },
    { detector: 'pii', code: 'PII_FOUND', risk: 'LOW', pointer: '/n', span: [0, 5], evidence: '[us-passport]', confidence: 0.4, inspected: true },
  ] as const;
  const one = action({ args: { m: 'to a@b.com', n: 'K9299' }, findings });
  const decision = decide(one, world(), policy({ detectors: { pii: 'redact' } }), CONTEXT);
  assert.equal(decision.effect, 'modify');
  if (decision.effect === 'modify') assert.deepEqual(decision.modify.args, { m: 'to [REDACTED:email]', n: 'K9299' });
  const guess = decide(action({ args: { n: 'K9299' }, findings: [findings[1]] }), world(), policy({ detectors: { pii: 'redact' } }), CONTEXT);
  assert.equal(guess.effect, 'allow');
});
