import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/kernel/json.ts';
import { conditionCompiler } from '../../src/policy/cel.ts';
import type { Condition } from '../../src/policy/cel.ts';
import { contextOf } from '../../src/policy/facts.ts';
import { action, world } from '../kernel/samples.ts';
import { fc } from '../random.ts';
import { compiled, document, faults } from './samples.ts';

const ARGS: JsonObject = {
  n: 4,
  half: 2.5,
  minus: -7,
  zero: 0,
  text: '👍xé',
  list: [1, 2, 2.5, 'a', [1], { k: 1 }],
  map: { a: 1, b: 2.5 },
  big: 9007199254740991,
};

const compile = conditionCompiler();

function condition(text: string): Condition {
  const made = compile(text);
  assert.ok('test' in made, `${text}: ${JSON.stringify(made)}`);
  return made;
}

function holds(text: string, args: JsonObject = ARGS): boolean {
  const context = contextOf(action({ args }), world());
  const { test: said, whole } = condition(text);
  const answer = said(context);
  assert.equal(whole(context), answer, `the short cut of ${text}`);
  return answer;
}

const NUMBERS: Readonly<Record<string, boolean>> = {
  'action.args.n % 2 == 0': true,
  'action.args.n % 3 == 1': true,
  'action.args.minus % 3 == -1': true,
  '9 % action.args.n == 1': true,
  'action.args.minus % action.args.n == -3': true,
  'action.args.n % 3u == 1u': true,
  'action.args.list[1] % 2 == 0': true,
  '[1, 2, 3].exists(x, x % action.args.n == 3)': true,
  'action.args.n in [1, 2, 2.5]': false,
  'action.args.half in [1, 2, 2.5]': true,
  'action.args.n in [1, 4, 2.5]': true,
  'action.args.n in [4u, 5u]': true,
  'now.hour in [0, 2.5, 24u] || now.hour > 0': true,
  '1u in action.args.list': true,
  '3 in action.args.list': false,
  'dyn([1.0]) in action.args.list': true,
  'dyn({"k": 1u}) in action.args.list': true,
  'action.args.list == [1, 2.0, 2.5, "a", [1u], {"k": 1}]': true,
  'action.args.list != [1, 2.0, 2.5, "a", [2], {"k": 1}]': true,
  'action.args.map == {"a": 1, "b": 2.5}': true,
  'action.args.map == {"a": 1u, "c": 2.5}': false,
  'dyn(1) == 1.0 && dyn(1u) == 1 && dyn(1.0) == 1u': true,
  'dyn(9007199254740993) == 9007199254740992.0': false,
  'action.args.big + 1u > action.args.big': true,
  'action.args.n * 2u == 8u': true,
  '3u - action.args.n == dyn(-1)': true,
  'action.args.n / 8u == dyn(0.5)': true,
  'action.args.n < 5u && 3u < action.args.n && 3.5 < action.args.n': true,
  'action.args.n == "4" || action.args.n == true || action.args.n == null': false,
};

for (const [text, expected] of Object.entries(NUMBERS))
  test(`[POLICY-16] ${text} is ${String(expected)}`, () => {
    assert.equal(holds(text), expected);
  });

test('[POLICY-16] what is no whole number has no remainder, and nothing is divided by zero: both deny', () => {
  for (const text of ['action.args.half % 2 == 0', 'action.args.n % action.args.zero == 0', 'action.args.text % 2 == 0', '7 % 0 == 1'])
    assert.throws(() => holds(text), text);
});

test('[POLICY-16] types that a check knows are held at the check', async () => {
  for (const text of ['1u == 1', '"4" == 4', '"a" < 1', 'action.amount % 2 == 0', '1.0 in [1, 2]', 'session.steps + "1" == "2"']) {
    const [fault] = await faults(document(`rules: [{ id: r, when: '${text}', effect: deny }]`));
    assert.equal(fault?.code, 'CEL_TYPE', text);
  }
});

const POINTS: Readonly<Record<string, boolean>> = {
  '"👍x".substring(0, 1) == "👍"': true,
  '"👍x".size() == 2': true,
  'action.args.text.substring(1) == "xé"': true,
  'action.args.text.substring(0, action.args.text.size()) == action.args.text': true,
  'action.args.text.substring(0, action.args.n - 1) == action.args.text': true,
  'action.args.text.indexOf("x") == 1 && action.args.text.lastIndexOf("é") == 2': true,
  '"a👍b👍".indexOf("👍", 2) == 3 && "a👍b👍".lastIndexOf("👍", 2) == 1': true,
  '"abc".indexOf("z") == -1 && "👍".indexOf("") == 0': true,
  '"a👍b".split("")[1] == "👍" && "a👍b".split("").size() == 3': true,
  '"a👍b".split("", 2)[1] == "👍b"': true,
  '"👍,x".split(",")[0] == "👍"': true,
  '"👍".matches("^.$")': true,
  '"\uffff" < "👍" && !("👍" < "\uffff") && "👍" > "é"': true,
  '"ÄB".lowerAscii() == "Äb" && "äb".upperAscii() == "äB"': true,
};

for (const [text, expected] of Object.entries(POINTS))
  test(`[POLICY-17] ${text}`, () => {
    assert.equal(holds(text), expected);
  });

test('[POLICY-17] positions beyond a text are errors, which deny', () => {
  for (const text of ['"👍x".substring(3) == ""', '"👍".substring(0, 2) == ""', '"👍".substring(1, 0) == ""', '"👍".indexOf("x", 1) == -1'])
    assert.throws(() => holds(text), text);
});

test('[POLICY-17] substring, indexOf and size agree with each other on any text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      assert.ok(holds('action.args.both.indexOf(action.args.other) <= action.args.one.size()', { both: one + other, one, other }));
      assert.ok(holds('action.args.both.substring(0, action.args.one.size()) == action.args.one', { both: one + other, one }));
      assert.ok(holds('action.args.both.split("").join("") == action.args.both', { both: one + other }));
      const points = [one, other].map((part) => [...part].map((point) => (point.codePointAt(0) ?? 0).toString(16).padStart(6, '0')).join(''));
      assert.equal(holds('action.args.one < action.args.other', { one, other }), (points[0] ?? '') < (points[1] ?? ''));
    }),
  );
});

test('[POLICY-16] [POLICY-17] what semantics 1 and 2 decided they decide again', async () => {
  const rules = (when: string): string => document(`rules: [{ id: r, when: '${when}', effect: ask }]`);
  const effect = async (when: string, semantics: number): Promise<string | undefined> => {
    const { voices } = await compiled(rules(when));
    return voices[0]?.speak(action({ args: ARGS }), { ...world(), semantics })?.code;
  };
  for (const when of [
    'action.args.n % 2 == 0',
    'action.args.n in [1, 4, 2.5]',
    'action.args.text.substring(0, 1) == "👍"',
    '1u in action.args.list',
  ]) {
    assert.equal(await effect(when, 3), 'CONDITION', when);
    for (const old of [1, 2]) assert.notEqual(await effect(when, old), 'CONDITION', `${when} in ${String(old)}`);
  }
  assert.equal(await effect('action.args.n % 2 == 0', 2), 'RULE_ERROR');
  for (const semantics of [1, 2, 3]) assert.equal(await effect('action.args.n == 4', semantics), 'CONDITION');
});
