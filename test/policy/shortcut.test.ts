import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { conditionCompiler } from '../../src/policy/cel.ts';
import type { Condition, Evaluation } from '../../src/policy/cel.ts';
import { contextOf } from '../../src/policy/facts.ts';
import { UNSURE } from '../../src/policy/shortcut.ts';
import { action, facts, world } from '../kernel/samples.ts';

const TEXTS = ['', '👍', '\uffff', 'a', 'pay', 'payment', '/tmp/x', 'ann', '1'];
const KEYS = ['x', 'y', 'to', 'constructor', 'toString', '__proto__'];

const text = fc.constantFrom(...TEXTS.map((one) => JSON.stringify(one)));
const number = fc.constantFrom('0', '1', '2', '50', '-1', '1.0', '1.5', '9007199254740993', '1u');
const strings = fc.constantFrom(
  'action.name',
  'action.kind',
  'action.agent',
  'action.harness',
  'action.claims.intent',
  'action.claims.model',
  'agent.team',
  'now.date',
  'session.id',
);
const numbers = fc.constantFrom(
  'action.claims.priority',
  'action.claims.confidence',
  'action.claims.usd',
  'action.amount',
  'session.steps',
  'session.spentUsd',
  'session.minutes',
  'agent.violations',
  'now.hour',
  'size(action.paths)',
  'session.steps + 1',
);
const argument = fc.constantFrom(
  ...['x', 'y', 'to', 'constructor', 'toString'].map((key) => `action.args.${key}`),
  'action.args["x"]',
  'action.args.x.y',
);
const lists = fc.constantFrom(
  'action.paths',
  'action.categories',
  'agent.capabilities',
  '["a", "pay"]',
  '[]',
  '["a", action.name]',
  '[1, 2]',
  'action.args',
  'action.args.x',
);
const order = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const scalar = fc.oneof(
  text,
  number,
  strings,
  numbers,
  argument,
  fc.constantFrom('true', 'false', 'null', 'action.at', 'action.claims', '"a" + action.name'),
);

/** Conditions of every kind: what the short cut takes, what it leaves, what does not even compile. */
const conditions = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.tuple(scalar, order, scalar).map((parts) => parts.join(' ')),
    fc.tuple(scalar, lists).map(([item, list]) => `${item} in ${list}`),
    fc
      .tuple(fc.oneof(strings, argument), fc.constantFrom('startsWith', 'endsWith', 'contains', 'matches'), fc.oneof(text, strings, argument))
      .map(([a, name, b]) => `${a}.${name}(${b})`),
    fc.oneof(argument, strings, numbers).map((place) => `has(${place})`),
    fc.oneof(argument, fc.constantFrom('true', 'false', 'action.paths.exists(p, p.startsWith("/tmp"))', 'action.paths.all(action, action == "a")')),
    fc.tuple(tie('any'), fc.constantFrom('&&', '||'), tie('any')).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('any').map((inner) => `!(${inner})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).any;

const leaf = fc.oneof(fc.constantFrom<unknown>(...TEXTS), fc.constantFrom<unknown>(0, 1, 2, 50, 1.5, -1, true, false, null, [], ['a'], [1, null]));
const json = fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(leaf, fc.dictionary(fc.constantFrom(...KEYS), leaf, { maxKeys: 2 })), { maxKeys: 4 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const present = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined));

const actions: fc.Arbitrary<Action> = fc
  .record({
    name: fc.constantFrom(...TEXTS),
    args: json.map((value) => JSON.parse(JSON.stringify(value)) as JsonObject),
    harness: maybe(fc.constantFrom(...TEXTS)),
    claims: fc.record({
      intent: maybe(fc.constantFrom(...TEXTS)),
      priority: maybe(fc.constantFrom(1, 2, 10)),
      confidence: maybe(fc.constantFrom(0, 0.5, 1)),
      usdMicros: maybe(fc.constantFrom(0, 1_500_000)),
    }),
    paths: fc.subarray(['/tmp/x', 'a', '/etc']),
    amounts: fc.subarray([1, 50, 1.5]),
  })
  .map(({ claims, paths, amounts, harness, ...rest }) =>
    action({
      ...rest,
      ...(harness === undefined ? {} : { harness }),
      claims: present(claims),
      facts: facts({ paths: paths.map((path) => ({ path, access: 'read' as const, pointer: '' })), amounts }),
    }),
  );

function outcome(run: () => boolean): string {
  try {
    return String(run());
  } catch (error) {
    return `threw ${String((error as { summary?: unknown }).summary ?? (error as Error).message)}`;
  }
}

const compile = conditionCompiler();

function compiled(condition: string): Condition | null {
  const result = compile(condition);
  return 'test' in result ? result : null;
}

/** Null for what was no condition then. */
function before(rule: Condition): Evaluation | null {
  try {
    return rule.before();
  } catch {
    return null;
  }
}

test('[POLICY-14] the short cut and the library answer alike, errors and all', () => {
  let tried = 0;
  fc.assert(
    fc.property(conditions, fc.array(actions, { minLength: 1, maxLength: 6 }), (condition, subjects) => {
      const rule = compiled(condition);
      if (rule === null) return;
      const old = before(rule);
      for (const subject of subjects) {
        tried++;
        const context = contextOf(subject, world());
        assert.equal(
          outcome(() => rule.test(context)),
          outcome(() => rule.whole(context)),
          `${condition} on ${JSON.stringify(subject.args)}`,
        );
        if (old !== null)
          assert.equal(
            outcome(() => old.test(context)),
            outcome(() => old.whole(context)),
            `before semantics 3: ${condition} on ${JSON.stringify(subject.args)}`,
          );
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(tried > 2_000, String(tried));
});

test('[POLICY-14] what rules are made of never reaches the library, and what can fail always does', () => {
  const subject = action({ name: 'pay', args: { amount: 50, to: 'ann', constructor: 1 } as never });
  const plain = action({ name: 'pay', args: { amount: 50, to: 'ann' }, claims: { confidence: 0.5 } });
  const answer = (condition: string, of: Action): unknown => compiled(condition)?.quick(contextOf(of, world()));
  for (const [condition, expected] of [
    ['action.name == "pay"', true],
    ['action.args.amount == 50', true],
    ['action.name in ["a", "pay"]', true],
    ['action.args.amount > 49', true],
    ['has(action.args.amount) && action.args.amount >= 50.5', false],
    ['has(action.args.nothing)', false],
    ['action.args.to.startsWith("an") || action.args.nothing == 1', true],
    ['!(action.claims.confidence < 0.7)', false],
    ['action.args.nothing == "a" && action.name == "b"', false],
  ] as const) {
    assert.equal(answer(condition, plain), expected, condition);
  }
  for (const condition of ['action.args.nothing == 1', 'action.args.to > 1', 'action.harness == "x"', 'action.paths.exists(p, p == "a")']) {
    assert.equal(answer(condition, plain), UNSURE, condition);
  }
  assert.equal(answer('action.args.to == "ann"', subject), UNSURE);
});
