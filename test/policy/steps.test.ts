import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_STEPS } from '../../src/policy/cel-cost.ts';
import { conditionCompiler } from '../../src/policy/cel.ts';
import { checkPolicy } from '../../src/policy/compile.ts';
import { contextOf } from '../../src/policy/facts.ts';
import type { Action } from '../../src/kernel/action.ts';
import { action, compiled, document, WORLD } from './samples.ts';

const numbers = (length: number): number[] => Array.from({ length }, (_, at) => at);
const big = action({ args: { l: numbers(9_000), m: numbers(9_000).map(String), text: 'x'.repeat(900_000) } as never });

async function speak(when: string, { subject = big, effect = 'ask', semantics = 3 }: { subject?: Action; effect?: string; semantics?: number } = {}) {
  const policy = await compiled(document(`rules: [{ id: r, when: ${JSON.stringify(when)}, effect: ${effect} }]`));
  return policy.voices[0]?.speak(subject, { ...WORLD, semantics }) ?? null;
}

const ENDLESS = [
  'action.args.l.exists(x, action.args.l.exists(y, x + y == -1))',
  'action.args.l.all(x, action.args.l.all(y, x + y >= 0))',
  'action.args.l.exists_one(x, action.args.l.exists_one(y, x == y))',
  'size(action.args.l.map(x, action.args.l.map(y, x + y))) == 1',
  'size(action.args.l.filter(x, action.args.l.exists(y, y == -x - 1))) == 1',
  'action.args.l.map(x, action.args.l.filter(y, x == y)) == []',
  // Loops over what reads to its end.
  'action.args.l.exists(x, !(x in action.args.l))',
  'action.args.l.exists(x, action.args.l == [x])',
  'action.args.l.exists(x, [action.args.m] == [[string(x)]])',
  'action.args.l.exists(x, action.args.text.contains(string(x) + "y"))',
  'action.args.l.exists(x, action.args.text.endsWith("y" + string(x)))',
  'action.args.l.exists(x, action.args.text.matches("^x*y$"))',
  'action.args.l.exists(x, (action.args.text + string(x)) == "")',
  'action.args.l.exists(x, size(action.args.text) == 1)',
  'action.args.l.exists(x, action.args == {})',
  'cel.bind(a, action.args.l + action.args.l, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, size(d + d) == 1))))',
  // What settles the answer elsewhere does not hide it.
  'action.args.l.exists(x, action.args.l.exists(y, x + y == -1)) || size(action.name) > 0',
  'action.args.l.all(x, !action.args.l.exists(y, x + y == -1)) && size(action.agent) == 0 || size(action.agent) > 0',
];

test('[POLICY-19] a condition that takes too many steps denies, whatever its shape', async () => {
  for (const when of ENDLESS) {
    for (const effect of ['allow', 'ask']) {
      const said = await speak(when, { effect });
      assert.deepEqual([said?.effect, said?.code], ['deny', 'RULE_ERROR'], when);
      assert.match(said?.message ?? '', /250000 steps/);
    }
    assert.equal((await speak(when, { effect: 'deny' }))?.code, 'CONDITION', 'in a deny rule it counts as met');
  }
});

test('[POLICY-19] what conditions are for is far within the limit', async () => {
  const some = action({ args: { l: numbers(100), text: 'x'.repeat(900_000) } as never });
  const within: readonly (readonly [string, Action])[] = [
    ['action.args.l.exists(x, x == 8999)', big],
    ['action.args.l.all(x, x >= 0 && x < 9000)', big],
    ['size(action.args.l.filter(x, x > 8000)) == 999', big],
    ['action.args.m.map(x, x + "!").exists(x, x == "17!")', big],
    ['8999 in action.args.l', big],
    ['action.args.l.exists(x, action.args.l.exists(y, x + y == 198))', some],
    ['!action.args.text.matches("(?i)pass(word)?\\\\s*=")', big],
    ['action.args.text.contains("xx") && action.args.text.startsWith("x") && size(action.args.text) == 900000', big],
  ];
  for (const [when, subject] of within) assert.equal((await speak(when, { subject }))?.effect, 'ask', when);
});

test('[POLICY-19] steps are counted, not timed: the same action spends the same every time, and errors are the library’s own', () => {
  const compile = conditionCompiler();
  const spends = (when: string, subject: Action): number => {
    const condition = compile(when);
    assert.ok('whole' in condition, when);
    const fits = (steps: number): boolean => {
      try {
        condition.whole(contextOf(subject, WORLD), steps);
        return true;
      } catch (error) {
        assert.match(String(error), /too many steps/);
        return false;
      }
    };
    let [low, high] = [0, MOST_STEPS];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (fits(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  for (const [when, subject] of [
    ['action.args.l.exists(x, x == 8999)', big],
    ['action.args.l.filter(x, x > 10).map(x, x + 1) != []', big],
    ['action.args.text.contains("y") || action.name == action.agent', big],
  ] as const) {
    const first = spends(when, subject);
    assert.ok(first > 1 && first < MOST_STEPS, `${when} ${String(first)}`);
    assert.equal(spends(when, subject), first);
  }
  const missing = compile('action.args.l.exists(x, x > action.args.nothing)');
  assert.ok('whole' in missing);
  assert.throws(() => missing.whole(contextOf(big, WORLD), MOST_STEPS), /nothing/);
});

test('[POLICY-19] logs of earlier semantics decide as they did', async () => {
  const when = 'action.args.l.exists(x, action.args.l.exists(y, x + y == 399 + 399))';
  const subject = action({ args: { l: numbers(400) } as never });
  for (const semantics of [1, 2]) assert.equal((await speak(when, { subject, semantics }))?.effect, 'ask', String(semantics));
  assert.equal((await speak(when, { subject, semantics: 3 }))?.effect, 'deny');
});

test('[POLICY-2] of very many faults the first are told and the others counted', () => {
  const head = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: x }\ndefault: allow\n';
  const none = (): never => assert.fail('no file is named');
  for (const [text, most] of [
    [
      head +
        numbers(5_000)
          .map((at) => `k${String(at)}: 1`)
          .join('\n'),
      5_000,
    ],
    [
      `${head}rules:\n${numbers(500)
        .map(() => '  - { idd: r, whn: "(", efct: deny }')
        .join('\n')}`,
      3_000,
    ],
    [
      `${head}rules:\n${numbers(500)
        .map(() => '  - { id: r, when: "(", effect: deny }')
        .join('\n')}`,
      999,
    ],
    [`${head}x: &a 1\ny: [${'*a,'.repeat(5_000)}]`, 5_000],
  ] as const) {
    const result = checkPolicy(text, none);
    assert.ok(!result.ok);
    assert.equal(result.faults.length, 200);
    assert.equal(result.faults.length + result.omitted, most);
    assert.ok(JSON.stringify(result.faults).length < 200_000);
    assert.deepEqual(
      result.faults.map(({ line }) => line),
      result.faults.map(({ line }) => line).toSorted((a, b) => a - b),
    );
  }
});
