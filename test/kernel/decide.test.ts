import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/kernel/decide.ts';
import type { Decision, Effect } from '../../src/kernel/decision.ts';
import { fold } from '../../src/kernel/fold.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import type { Voice } from '../../src/kernel/policy.ts';
import { action, CONTEXT, decided, draft, facts, id, manifest, micro, policy, world } from './samples.ts';

function codes(decision: Decision): readonly string[] {
  return decision.reasons.map((reason) => reason.code);
}

const voice = (rule: string, effect: Effect, more: object = {}): Voice => ({ rule, speak: () => ({ effect, code: rule, message: rule, ...more }) });

test('[DEC-8] with neither manifest nor lists the default speaks', () => {
  for (const fallback of ['allow', 'ask', 'deny'] as const) {
    const decision = decide(action(), world(), policy({ default: fallback }), CONTEXT);
    assert.equal(decision.effect, fallback);
    assert.deepEqual(codes(decision), ['DEFAULT']);
  }
});

test('[DEC-8] lists allow, review, block, and ask about the rest', () => {
  const subject = policy({ agents: { a1: { allow: ['a'], review: ['b_*'], block: ['c'] } }, default: 'deny' });
  const effect = (name: string): string => {
    const decision = decide(action({ name }), world(), subject, CONTEXT);
    return `${decision.effect} ${codes(decision).join()}`;
  };
  assert.equal(effect('a'), 'allow OK');
  assert.equal(effect('b_x'), 'ask APPROVAL_REQUIRED');
  assert.equal(effect('c'), 'deny TOOL_BLOCKED');
  assert.equal(effect('z'), 'ask TOOL_UNLISTED');
});

test('[DEC-8] at the model proxy a model is no tool: unlisted it falls to the default, listed it is what the list says', () => {
  const lists = { allow: ['a'], review: ['model:b*'], block: ['model:c*'] };
  const effect = (name: string, door: string, fallback: 'allow' | 'deny'): string => {
    const subject = policy({ agents: { a1: lists }, default: fallback });
    const decision = decide(action({ kind: 'model', name, door }), world(), subject, CONTEXT);
    return `${decision.effect} ${codes(decision).join()}`;
  };
  assert.equal(effect('model:x', 'llm', 'allow'), 'allow DEFAULT');
  assert.equal(effect('model:x', 'llm', 'deny'), 'deny DEFAULT');
  assert.equal(effect('model:b', 'llm', 'allow'), 'ask APPROVAL_REQUIRED');
  assert.equal(effect('model:c', 'llm', 'allow'), 'deny TOOL_BLOCKED');
  // Anywhere else the kind is the agent's own word.
  assert.equal(effect('model:x', 'http', 'allow'), 'ask TOOL_UNLISTED');
});

test('[DEC-4] the strictest effect wins and every voice is kept in order', () => {
  const voices = [
    voice('rule:e', 'allow'),
    voice('rule:d', 'modify', { args: {} }),
    voice('rule:c', 'ask'),
    voice('rule:b', 'defer'),
    voice('rule:a', 'deny'),
  ];
  for (let from = 0; from < voices.length; from++) {
    const decision = decide(action(), world(), policy({}, { voices: voices.slice(0, voices.length - from) }), CONTEXT);
    assert.equal(decision.effect, ['deny', 'defer', 'ask', 'modify', 'allow'][from]);
    assert.equal(decision.reasons.length, voices.length - from);
  }
});

test('[DEC-5] a voice that throws or talks nonsense denies', () => {
  const thrower = {
    rule: 'rule:x',
    speak: () => {
      throw new Error('no');
    },
  };
  for (const bad of [
    thrower,
    { rule: 'rule:y', speak: () => ({ effect: 'maybe' }) },
    { rule: 'rule:z', speak: () => undefined },
    voice('rule:w', 'modify'),
  ]) {
    const decision = decide(action(), world(), policy({}, { voices: [bad as Voice] }), CONTEXT);
    assert.equal(decision.effect, 'deny');
    assert.deepEqual(codes(decision), ['RULE_ERROR']);
  }
});

test('[DEC-2] an action of no shape at all is denied, not thrown at', () => {
  const decision = decide({} as never, world(), policy(), CONTEXT);
  assert.equal(decision.effect, 'deny');
  assert.equal(codes(decision)[0], 'RULE_ERROR');
  for (const nothing of [null, undefined, 7, {}]) {
    assert.equal(decide(nothing as never, world(), policy(), CONTEXT).effect, 'deny');
    assert.equal(decide(action(), nothing as never, policy(), CONTEXT).effect, 'deny');
    assert.equal(decide(action(), world(), nothing as never, CONTEXT).effect, 'deny');
  }
});

test('[DEC-9] halts, unknown agents and closed sessions deny whatever else is said', () => {
  const halted = fold(world(), draft('agent-halted', { scope: { kind: 'agent', id: id('a1') }, reason: 'odd', cause: 'operator' }));
  const allow = policy({ audit_only: true }, { voices: [voice('rule:a', 'allow')] });
  assert.deepEqual(codes(decide(action(), halted, allow, CONTEXT)).slice(0, 1), ['HALTED']);
  assert.equal(decide(action(), halted, allow, CONTEXT).effect, 'deny');
  assert.equal(decide(action({ agent: 'a2' }), world(), allow, CONTEXT).effect, 'deny');
  const closed = fold(world(), draft('session-closed', { reason: 'done' }, { session: 's1' }));
  assert.deepEqual(codes(decide(action(), closed, allow, CONTEXT)).slice(0, 1), ['SESSION_CLOSED']);
});

test('[DEC-12] shadow mode allows and says what it would have done', () => {
  const decision = decide(action(), world(), policy({ audit_only: true, default: 'deny' }), CONTEXT);
  assert.equal(decision.effect, 'allow');
  assert.equal(decision.shadow, 'deny');
});

test('[DEC-11] an undeclared path, host, program or secret each has its reason, in the order of the codes', () => {
  const declared = manifest({
    fs: { read_roots: ['/data'] },
    net: { domains: ['*.example.org'] },
    exec: { allowed_bins: ['git'] },
    budgets: { max_output_bytes: 10, timeout_ms: 20 },
  });
  const subject = policy({}, { manifests: { a1: declared } });
  const bad = facts({
    hosts: ['example.org'],
    paths: [{ path: '/database', access: 'read', pointer: '/p' }],
    commands: [{ bin: 'rm', argv: ['rm'], dynamic: false, pointer: '/c' }],
  });
  assert.deepEqual(codes(decide(action({ name: 'u', facts: bad }), world(), subject, CONTEXT)), [
    'PERMISSION_UNDECLARED',
    'FS_DENY',
    'EGRESS_DENY',
    'EXEC_DENY',
  ]);
  const good = facts({ hosts: ['a.example.org'], paths: [{ path: '/data/x', access: 'read', pointer: '/p' }] });
  const decision = decide(action({ name: 't', facts: good }), world(), subject, CONTEXT);
  assert.equal(decision.effect, 'allow');
  assert.deepEqual(decision.obligations, { timeoutMs: 20, maxOutputBytes: 10 });
});

test('[SPEND-2] the action that would pass the limit is denied, the one that meets it is not', () => {
  const subject = policy({ budgets: [{ scope: 'agent', period: 'day', usd: micro(10) }] });
  let now = world();
  for (const [n, effect] of [
    [6, 'allow'],
    [4, 'allow'],
    [1, 'deny'],
  ] as const) {
    const one = action({ id: `x${String(n)}`, claims: { usdMicros: n } });
    const decision = decide(one, now, subject, CONTEXT);
    assert.equal(decision.effect, effect);
    now = fold(now, decided(one, decision, ledgersOf(one, now, subject)));
  }
});
