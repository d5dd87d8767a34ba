import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/kernel/finding.ts';
import { codes, driver } from './driver.ts';
import type { Driver } from './driver.ts';
import { action, CONTEXT, draft, facts, id, policy, world } from './samples.ts';
import { decide } from '../../src/kernel/decide.ts';

const PAY = facts({ categories: ['payment'], operations: ['pay'] });
const READS = facts({ categories: ['file'], operations: ['read'] });

const found = (part: Partial<Finding> = {}): Finding => ({
  detector: 'injection',
  code: 'INJECTION_OVERRIDE',
  risk: 'CRITICAL',
  pointer: '/value',
  evidence: '',
  confidence: 0.9,
  inspected: true,
  ...part,
});

const told = (drive: Driver, findings: readonly Finding[], part: object = {}, place: object = { session: 's1' }): void =>
  drive.append(draft('content-labelled', { source: 'tool_output', trusted: false, prints: [], findings, contentDigest: id('c'), ...part }, place));

test('[TAINT-12] after a result with instructions every sink of the session asks, and the reason names it; reading goes on', () => {
  const drive = driver(world(), policy());
  assert.equal(drive.act({ id: 'r', name: 'fetch_page', facts: READS }).effect, 'allow');
  drive.settle('r', { findings: [found()] });
  const paid = drive.act({ facts: PAY });
  assert.equal(paid.effect, 'ask');
  assert.deepEqual(codes(paid), ['AFTER_INJECTION']);
  assert.match(paid.reasons[0].message, /`fetch_page`.*INJECTION_OVERRIDE/);
  assert.equal(paid.reasons[0].finding, 'INJECTION_OVERRIDE');
  assert.equal(drive.act({ facts: READS }).effect, 'allow');
  drive.append(draft('session-opened', { salt: 'y' }, { session: 's2' }));
  assert.equal(drive.act({ facts: PAY, session: 's2' }).effect, 'allow', 'another session saw nothing');
});

test('[TAINT-12] the policy says ask, deny or record, and which labels and sinks count', () => {
  for (const [afterInjection, effect] of [
    ['ask', 'ask'],
    ['deny', 'deny'],
    ['record', 'allow'],
  ] as const) {
    const drive = driver(world(), policy({ taint: { afterInjection } }));
    told(drive, [found()]);
    assert.equal(drive.act({ facts: PAY }).effect, effect);
  }
  for (const taint of ['off', { untrusted: ['memory_read'] }, { sinks: ['shell'] }] as const) {
    const drive = driver(world(), policy({ taint } as never));
    told(drive, [found()]);
    assert.equal(drive.act({ facts: PAY }).effect, 'allow', JSON.stringify(taint));
  }
});

test('[TAINT-12] what the user typed, a trusted source, a lesser or another finding do nothing', () => {
  const nothing: readonly [readonly Finding[], object?][] = [
    [[found()], { source: 'user_input', trusted: true }],
    [[found()], { source: 'user_input' }],
    [[found()], { trusted: true }],
    [[found({ risk: 'MEDIUM' })]],
    [[found({ detector: 'secret', code: 'SECRET_FOUND', risk: 'HIGH' })]],
    [[found({ detector: 'unicode', code: 'UNICODE_BIDI', risk: 'HIGH' })]],
    [[]],
  ];
  for (const [findings, part] of nothing) {
    const drive = driver(world(), policy());
    told(drive, findings, part);
    assert.equal(drive.act({ facts: PAY }).effect, 'allow', JSON.stringify([findings, part]));
  }
  const hidden = driver(world(), policy());
  told(hidden, [found({ detector: 'unicode', code: 'UNICODE_TAGS' })]);
  assert.equal(hidden.act({ facts: PAY }).effect, 'ask');
});

test('[TAINT-12] a child session starts as its parent stands, and a log of semantics 2 knows nothing of it', () => {
  const drive = driver(world(), policy());
  told(drive, [found()]);
  drive.append(draft('session-opened', { salt: 'x', parent: id('s1') }, { session: 'child' }));
  assert.equal(drive.act({ facts: PAY, session: 'child' }).effect, 'ask');
  const before = driver(world(), policy());
  before.append(draft('gate-opened', { version: '1', semantics: 2, epoch: 1 }));
  if (before.now.semantics === 2) {
    told(before, [found()]);
    assert.equal(decide(action({ facts: PAY }), before.now, policy(), CONTEXT).effect, 'allow');
  }
});

test('[TAINT-13] a person resumes the session, and only what enters later counts', () => {
  const drive = driver(world(), policy());
  told(drive, [found()]);
  drive.append(draft('agent-resumed', { scope: { kind: 'agent', id: id('a1') }, reason: 'r' }));
  assert.equal(drive.act({ facts: PAY }).effect, 'ask', 'the agent, not the session');
  drive.append(draft('agent-resumed', { scope: { kind: 'session', id: id('s1'), agent: id('a1') }, reason: 'seen' }));
  assert.equal(drive.act({ facts: PAY }).effect, 'allow');
  told(drive, [found({ code: 'INJECTION_CONCEAL' })]);
  const again = drive.act({ facts: PAY });
  assert.deepEqual([again.effect, again.reasons[0].finding], ['ask', 'INJECTION_CONCEAL']);
});

test('[TAINT-14] the policy’s word on such results is an obligation of every decision', () => {
  assert.equal(driver(world(), policy()).act({}).obligations.injectedResults, undefined);
  assert.equal(driver(world(), policy({ taint: { injectedResults: 'mask' } })).act({}).obligations.injectedResults, 'mask');
});
