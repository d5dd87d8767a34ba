import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { globMatcher, holds, nameSet } from '../../src/policy/names.ts';
import { action, compiled, document, WORLD } from './samples.ts';

async function speak(when: string, subject = action(), effect = 'ask') {
  const policy = await compiled(document(`rules: [{ id: r, when: ${JSON.stringify(when)}, effect: ${effect} }]`));
  return policy.voices[0]?.speak(subject, WORLD) ?? null;
}

test('[POLICY-5] a star is any run of characters and everything else is itself', () => {
  const escape = (text: string): string => text.replace(/[.+?^${}()|[\]\\*]/gu, '\\$&');
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }),
      (glob, name) => {
        const oracle = new RegExp(`^${glob.split(/\*+/u).map(escape).join('.*')}$`, 'su');
        return globMatcher(glob)(name) === oracle.test(name);
      },
    ),
    { numRuns: 2000 },
  );
});

test('[POLICY-5] ten thousand exact names are one look-up, and no name is inherited', () => {
  const set = nameSet(Array.from({ length: 10_000 }, (_, i) => `tool_${String(i)}`));
  assert.equal(set.globs.length, 0);
  assert.equal(holds(set, 'tool_9999'), true);
  assert.equal(holds(set, 'tool_99999'), false);
  assert.equal(holds(set, 'constructor'), false);
});

test('[POLICY-7] patterns are linear: what backtracks elsewhere answers at once', async () => {
  const text = `${'a'.repeat(50_000)}b`;
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '(.*a){20}c', '^([a-z]+)*$'])
    assert.equal(
      await speak(`action.args.text.matches("${pattern}")`, action({ args: { text } })).then((said) => said?.code ?? null),
      pattern === '^([a-z]+)*$' ? 'CONDITION' : null,
      pattern,
    );
});

test('[POLICY-7] a pattern in a comment or a string is not a call', async () => {
  assert.equal((await speak('action.name.contains("matches") || action.name // .matches\n .matches("^read")'))?.effect, 'ask');
});

test('[POLICY-8] what cannot be evaluated denies, and a deny rule keeps its own code', async () => {
  assert.deepEqual([(await speak('action.args.n > 3'))?.effect, (await speak('action.args.n > 3'))?.code], ['deny', 'RULE_ERROR']);
  assert.equal((await speak('action.args.n > 3', action(), 'deny'))?.code, 'CONDITION');
  assert.equal((await speak('action.harness == "x"'))?.effect, 'deny');
  assert.equal((await speak('action.args.list.all(x, x > 1)', action({ args: { list: [2, 'three'] } })))?.effect, 'deny');
});

test('[POLICY-8] prototypes are not arguments', async () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) assert.equal(await speak(`has(action.args.${name})`), null, name);
  const args = JSON.parse('{"__proto__":{"admin":true}}') as object;
  assert.equal((await speak('action.args["__proto__"].admin == true', action({ args })))?.effect, 'ask');
});

test('[POLICY-8] numbers compare whole or not', async () => {
  for (const when of [
    'action.amount > 2',
    'action.amount * 2 > 5',
    'action.amount == 3',
    'action.amount + 1 == 4.0',
    'action.args.n == 3',
    'action.args.n * 2.0 > 5.0',
    'double(session.steps) < 1.5',
  ])
    assert.equal((await speak(when, action({ args: { n: 3 }, facts: { ...action().facts, amounts: [3] } })))?.effect, 'ask', when);
});

test('[POLICY-9] an index over names changes no answer', async () => {
  const fields = ['name', 'agent', 'kind', 'category', 'operation'] as const;
  const values = {
    name: ['a', 'b'],
    agent: ['a1', 'a2'],
    kind: ['tool', 'memory'],
    category: ['file', 'shell'],
    operation: ['read', 'write'],
  } as const;
  for (const field of fields)
    for (const value of values[field])
      for (const other of values[field]) {
        const facts = {
          ...action().facts,
          ...(field === 'category' ? { categories: [other] } : {}),
          ...(field === 'operation' ? { operations: [other] } : {}),
        };
        const subject = action({ facts, ...(field === 'category' || field === 'operation' ? {} : { [field]: other }) });
        const expected = value === other ? 'ask' : null;
        // The second form has no equality at the top, so it is never skipped.
        assert.equal((await speak(`action.${field} == "${value}"`, subject))?.effect ?? null, expected);
        assert.equal((await speak(`!(action.${field} != "${value}")`, subject))?.effect ?? null, expected);
        assert.equal((await speak(`action.${field} in ["${value}"] && 1 < 2`, subject))?.effect ?? null, expected);
      }
});

test('[POLICY-8] modify replaces arguments and never the prototype', async () => {
  const policy = await compiled(
    document('rules: [{ id: r, when: action.name == "read_thing", effect: modify, set: { limit: 10, "__proto__": 1 } }]'),
  );
  const said = policy.voices[0]?.speak(action({ args: { limit: 500, other: 1 } }), WORLD);
  assert.equal(said?.effect, 'modify');
  assert.equal(said.args?.['limit'], 10);
  assert.equal(said.args?.['other'], 1);
  assert.equal(Object.getPrototypeOf(said.args), Object.prototype);
});
