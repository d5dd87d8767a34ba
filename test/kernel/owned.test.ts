import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryDraft, HaltScope } from '../../src/kernel/entry.ts';
import type { Finding } from '../../src/kernel/finding.ts';
import { fold } from '../../src/kernel/fold.ts';
import { actionOf, ownersOfSession, sessionOf } from '../../src/kernel/owned.ts';
import { decodeWorld, encodeWorld } from '../../src/kernel/snapshot.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { codes, driver } from './driver.ts';
import { action, CONTEXT, DAY, draft, foldAll, id, policy, REGISTERED, world } from './samples.ts';

const SECOND: readonly EntryDraft[] = [
  draft('agent-registered', REGISTERED, { agent: 'a2' }),
  draft('session-opened', { salt: 'other' }, { agent: 'a2', session: 's1' }),
];

function opened(semantics: number): EntryDraft {
  return draft('gate-opened', { version: 'test', semantics, epoch: 1 });
}

/** A log that begins under an older number, with two agents of whom only the first has `s1`. */
function older(semantics: number): World {
  return world([draft('agent-registered', REGISTERED, { agent: 'a2' })], fold(emptyWorld(), opened(semantics)));
}

test('[DEC-22] below semantics 3 the first agent has the name, from then on each has its own', () => {
  for (const semantics of [1, 2]) {
    const before = older(semantics);
    assert.deepEqual(codes(decide(action({ agent: 'a2' }), before, policy(), CONTEXT)).slice(0, 1), ['INVALID_ACTION']);
    const after = foldAll(before, [opened(3), ...SECOND.slice(1)]);
    assert.equal(decide(action({ agent: 'a2' }), after, policy(), CONTEXT).effect, 'allow');
    assert.deepEqual(ownersOfSession(after, id('s1')), ['a1', 'a2']);
    assert.deepEqual(
      ['a1', 'a2'].map((agent) => sessionOf(after, { agent: id(agent), session: id('s1') })?.salt),
      ['salt', 'other'],
    );
  }
});

test('[DEC-23] what was open under its bare name goes on under its agent’s: settled, charged, released and halted as it would have been', () => {
  const drive = driver(older(2), policy({ budgets: [{ scope: 'session', toolCalls: 9 }] }));
  drive.act({ resource: { resource: 'wallet:x', slots: 1, ttlMs: 60_000 } });
  drive.append(draft('session-opened', { salt: 'c', parent: id('s1') }, { agent: 'a2', session: 'child' }));
  drive.append(draft('agent-halted', { scope: { kind: 'session', id: id('child') }, reason: 'r', cause: 'operator' }));
  drive.append(opened(3));
  const state = actionOf(drive.now, id('a1'), id('x1'));
  assert.deepEqual([state?.settled, state?.ledgers[0]], [false, 'session/a1~s1']);
  assert.equal(sessionOf(drive.now, { agent: id('a2'), session: id('child') })?.parentAgent, 'a1');
  assert.deepEqual(drive.now.halts[0]?.scope, { kind: 'session', id: 'child', agent: 'a2' });
  drive.settle('x1', { usage: {} });
  assert.equal(drive.now.locks.get('wallet:x'), undefined);
  const ledger = drive.now.ledgers.get('session/a1~s1');
  assert.deepEqual([ledger?.spent.toolCalls, ledger?.reserved.toolCalls], [1, 0]);
  assert.equal(drive.now.ledgers.get('session/s1'), undefined);
});

test('[DEC-23] a log of semantics 3 stays so while it knows a session or an action, and a snapshot of before is read', () => {
  const now = foldAll(world(), [opened(2), opened(1), opened(-1)]);
  assert.equal(now.semantics, 3);
  assert.equal(fold(emptyWorld(), opened(2)).semantics, 2);
  const before = older(2);
  const written = { ...(encodeWorld(before) as object), version: 2 };
  const read = decodeWorld(written as never);
  assert.deepEqual(encodeWorld(fold(read, opened(3))), encodeWorld(fold(before, opened(3))));
});

test('[DEC-24] a halt of a session is of its agent’s where it names one, else of every session of that name, and says how to resume', () => {
  const says = (scope: HaltScope, agent: string): readonly (string | undefined)[] => {
    const halted = fold(world(SECOND), draft('agent-halted', { scope, reason: 'odd', cause: 'operator' }));
    const decision = decide(action({ agent }), halted, policy(), CONTEXT);
    return decision.effect === 'deny' ? [decision.reasons[0].message, decision.reasons[0].hint] : [decision.effect];
  };
  const s1 = { kind: 'session', id: id<never>('s1') } as const;
  assert.deepEqual(says({ ...s1, agent: id('a1') }, 'a2'), ['allow']);
  assert.deepEqual(says({ ...s1, agent: id('a1') }, 'a1'), [
    'Session `s1` of agent `a1` is halted: odd',
    'Resume with `aegis resume session s1 --agent a1`.',
  ]);
  for (const agent of ['a1', 'a2']) assert.deepEqual(says(s1, agent), ['Session `s1` is halted: odd', 'Resume with `aegis resume session s1`.']);
  assert.deepEqual(says({ kind: 'agent', id: id('a2') }, 'a2'), ['Agent `a2` is halted: odd', 'Resume with `aegis resume agent a2`.']);
  assert.deepEqual(says({ kind: 'all' }, 'a2'), ['Every agent is halted: odd', 'Resume with `aegis resume all`.']);
});

test('[DEC-26] a limit on a session’s bare name holds for everybody’s, each by itself; with the agent’s name for one', () => {
  const limited = (ledger: string): readonly string[] => {
    const drive = driver(world([...SECOND, draft('budget-set', { ledger, limit: { toolCalls: 1 }, reason: 'r' })]), policy());
    return ['a1', 'a1', 'a2', 'a2'].map((agent, n) => drive.act({ agent, argsDigest: String(n) }).effect);
  };
  assert.deepEqual(limited('session/s1'), ['allow', 'deny', 'allow', 'deny']);
  assert.deepEqual(limited('session/s1/day'), ['allow', 'deny', 'allow', 'deny']);
  assert.deepEqual(limited('session/a2~s1'), ['allow', 'allow', 'allow', 'deny']);
});

const RULES = { autoHalt: { violations: 3, windowMs: 3_600_000 }, detectors: { sql: { deny: 'HIGH', ask: 'off' } } } as const;

function found(risk: Finding['risk'], detector: Finding['detector'] = 'sql'): { readonly findings: readonly Finding[] } {
  return { findings: [{ detector, code: 'SQL_DROP', risk, pointer: '', evidence: 'x', confidence: 1, inspected: true }] };
}

test('[DEC-17] an automatic halt counts grave denials of different calls, and nothing else', () => {
  const lists = { agents: { a1: { allow: ['read_thing'], block: ['bad_*'] } } };
  const halts = (calls: readonly object[]): boolean => {
    const drive = driver(world(), policy({ ...RULES, ...lists }));
    for (const call of calls) assert.equal(drive.act(call).effect, 'deny');
    return codes(drive.act({ name: 'read_thing', argsDigest: 'z' })).includes('HALTED');
  };
  const times = (make: (n: number) => object): readonly object[] => [1, 2, 3].map(make);
  assert.equal(halts(times((n) => ({ name: `bad_${String(n)}` }))), true);
  assert.equal(halts(times((n) => ({ name: 'bad_tool', argsDigest: String(n) }))), true);
  assert.equal(halts(times((n) => ({ argsDigest: String(n), ...found('CRITICAL') }))), true);
  assert.equal(halts(times(() => ({ name: 'bad_tool' }))), false, 'the same call again and again');
  assert.equal(halts([...times(() => ({ name: 'bad_tool' })), { name: 'bad_other' }]), false, 'two calls, one of them often');
  assert.equal(halts(times((n) => ({ argsDigest: String(n), ...found('HIGH') }))), false, 'three mistakes');
  assert.equal(halts(times((n) => ({ argsDigest: String(n), claims: { priority: 11 } }))), false, 'requests that make no sense');
  assert.equal(halts([{ name: 'bad_1' }, { argsDigest: '1', ...found('HIGH') }, { argsDigest: '2', ...found('CRITICAL') }]), false, 'two grave ones');
});

test('[DEC-17] denials leave the window, a repetition is the later one, and what is not remembered halts earlier', () => {
  const drive = driver(world(), policy({ ...RULES, agents: { a1: { allow: ['read_thing'], block: ['bad_*'] } } }));
  const bad = (n: number, at: number): void => void drive.act({ name: `bad_${String(n)}`, at: DAY + at });
  bad(1, 0);
  bad(2, 1_000);
  bad(1, 2_000);
  const halted = (at: number): boolean => codes(drive.act({ argsDigest: String(at), at: DAY + at })).includes('HALTED');
  bad(3, 3_600_500);
  assert.equal(halted(3_600_500), true, 'the first was repeated within the hour');
  assert.equal(halted(3_601_000), false, 'the second is an hour old');
  const patient = driver(world(), policy({ autoHalt: { violations: 100, windowMs: 1_000 }, agents: { a1: { block: ['bad_*'] } } }));
  for (let n = 0; n < 64; n++) patient.act({ name: `bad_${String(n)}` });
  assert.ok(codes(patient.act({ name: 'bad_0' })).includes('HALTED'));
});

test('[DEC-17] the halt says how many denials, in which window, which, and the command that resumes', () => {
  const drive = driver(world(), policy({ ...RULES, agents: { a1: { allow: ['read_thing'], block: ['bad_*'] } } }));
  for (const name of ['bad_1', 'bad_2']) drive.act({ name });
  drive.act({ argsDigest: '1', ...found('CRITICAL') });
  const { reasons } = drive.act({ argsDigest: '2' });
  assert.deepEqual(
    [reasons[0].message, reasons[0].hint],
    [
      'Agent `a1` is halted: 3 denials within 1 hour. Denied: `bad_1` (TOOL_BLOCKED), `bad_2` (TOOL_BLOCKED), `read_thing` (FINDING).',
      'Resume with `aegis resume agent a1`.',
    ],
  );
});
