import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntryBodies, EntryDraft } from '../../src/kernel/entry.ts';
import { codes, driver } from './driver.ts';
import type { Driver } from './driver.ts';
import { action, draft, id, policy, world } from './samples.ts';
import type { PolicyParts } from './samples.ts';

const LISTS = { a1: { review: ['read_thing'], block: ['bad'] } };

function grant(drive: Driver, approval: string, more: object = {}): void {
  const body = { approval: id<never>(approval), by: id<never>('o1'), channel: 'cli', reason: 'fine', ...more };
  drive.append(draft('approval-granted', body as EntryBodies['approval-granted'], { at: drive.at }));
}

function asked(rules: PolicyParts = {}): Driver {
  const drive = driver(world(), policy({ agents: LISTS, ...rules }));
  assert.equal(drive.act({ argsDigest: '1' }).effect, 'ask');
  return drive;
}

const again = { argsDigest: '1', redeems: 'ap-x1' };
const status = (drive: Driver): string | undefined => drive.now.approvals.get(id('ap-x1'))?.status;

test('[ASK-3] a granted approval releases exactly these bytes', () => {
  const drive = asked();
  assert.deepEqual(codes(drive.act(again)), ['APPROVAL_REQUIRED', 'APPROVAL_INVALID'], 'not granted yet');
  grant(drive, 'ap-x1');
  for (const other of [{ argsDigest: '2' }, { name: 'bad' }]) assert.equal(drive.act({ ...again, ...other }).effect, 'deny');
  const decision = drive.act(again);
  assert.equal(decision.effect, 'allow');
  assert.deepEqual(codes(decision), ['APPROVAL_REQUIRED', 'OK']);
});

test('[DEC-20] [ASK-3] a blocked tool stays blocked, a budget stays a budget', () => {
  const drive = asked({ budgets: [{ scope: 'agent', toolCalls: 1 }] });
  grant(drive, 'ap-x1');
  assert.equal(drive.act(again).effect, 'allow');
  assert.deepEqual(codes(drive.act(again)), ['BUDGET_EXCEEDED', 'APPROVAL_REQUIRED', 'OK']);
  assert.equal(codes(drive.act({ name: 'bad' }))[0], 'TOOL_BLOCKED');
});

test('[ASK-2] single use, expiry and refusal end it, and nothing comes back', () => {
  for (const end of ['approval-consumed', 'approval-refused', 'approval-voided', 'approval-expired'] as const) {
    const drive = asked();
    grant(drive, 'ap-x1');
    drive.append(draft(end, { approval: id('ap-x1'), action: id('x2'), by: id('o1'), channel: 'c', reason: 'r' } as never));
    assert.equal(drive.act(again).effect, 'deny', end);
    grant(drive, 'ap-x1');
    assert.equal(drive.act(again).effect, 'deny', `${end}, granted again`);
  }
  const late = asked();
  late.at += 300_000;
  grant(late, 'ap-x1');
  assert.equal(status(late), 'pending');
  const slow = asked();
  grant(slow, 'ap-x1');
  slow.at += 300_000;
  assert.equal(slow.act(again).effect, 'deny');
});

test('[ASK-2] a quorum is distinct people who may still approve', () => {
  const drive = asked({ approvals: { quorum: 2 } });
  grant(drive, 'ap-x1');
  grant(drive, 'ap-x1');
  assert.equal(status(drive), 'pending');
  drive.append(draft('operator-added', { operator: id('o2'), role: 'operator', name: 'o2', keyDigest: id('k2') }));
  grant(drive, 'ap-x1', { by: 'o2' });
  assert.equal(status(drive), 'granted');
  drive.append(draft('operator-removed', { operator: id('o2'), reason: 'left' }));
  assert.equal(drive.act(again).effect, 'deny');
});

test('[ASK-4] edited arguments are another question', () => {
  const drive = asked();
  grant(drive, 'ap-x1', { editedArgsDigest: '9' });
  assert.equal(drive.act(again).effect, 'deny', 'the first bytes were not approved');
  assert.equal(drive.act({ ...again, argsDigest: '9' }).effect, 'allow');
});

test('[ASK-5] who asks too much is denied', () => {
  const drive = driver(world(), policy({ agents: LISTS, approvals: { maxPending: 2 } }));
  const ask = (n: string): string => drive.act({ argsDigest: n }).effect;
  assert.deepEqual([ask('1'), ask('2'), ask('3')], ['ask', 'ask', 'deny']);
  drive.append(draft('approval-expired', { approval: id('ap-x1') }));
  assert.equal(ask('4'), 'ask');
});

function granting(part: object): EntryDraft {
  const body = { by: id<never>('o1'), grant: { id: 'g', agent: 'a1', tool: 'read_thing', uses: 2, expiresAt: action().at + 1_000, ...part } };
  return draft('grant-issued', body as unknown as EntryBodies['grant-issued']);
}

test('[ASK-6] a standing grant has uses, a time and a predicate', () => {
  const drive = driver(world([granting({})]), policy({ agents: LISTS }));
  assert.deepEqual(
    [1, 2, 3].map((n) => drive.act({ argsDigest: String(n) }).effect),
    ['allow', 'allow', 'ask'],
  );
  const late = driver(world([granting({})]), policy({ agents: LISTS }));
  late.at += 1_000;
  assert.equal(late.act({}).effect, 'ask');
  for (const other of [{ agent: 'a2' }, { tool: 'other' }, { session: 's9' }, { argsDigest: 'z' }]) {
    assert.equal(driver(world([granting(other)]), policy({ agents: LISTS })).act({}).effect, 'ask', JSON.stringify(other));
  }
});

test('[ASK-7] a grant that names no arguments releases no finding', () => {
  const detectors = { shell: 'ask' } as const;
  const findings = [{ detector: 'shell', code: 'X', risk: 'HIGH', pointer: '/a', evidence: 'e', confidence: 1, inspected: true }];
  const general = driver(world([granting({})]), policy({ agents: LISTS, detectors }));
  assert.equal(general.act({ findings, argsDigest: '1' }).effect, 'ask');
  const exact = driver(world([granting({ argsDigest: '1' })]), policy({ agents: LISTS, detectors }));
  assert.equal(exact.act({ findings, argsDigest: '1' }).effect, 'allow');
});
