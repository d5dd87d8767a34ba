import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const rules = [...readFileSync('SPEC.md', 'utf8').matchAll(/^\*\*([A-Z]+-\d+)\*\*/gm)].map((match) => match[1] ?? '');

/** Rule ids that test titles cite: one or more in brackets at the very start. */
function cited(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync(['test/**/*.ts', 'sdk/typescript/test/**/*.ts'])) {
    for (const title of readFileSync(file, 'utf8').matchAll(/[`'"]((?:\[[A-Z]+-\d+(?:, ?[A-Z]+-\d+)*\] ?)+)/g)) {
      for (const id of (title[1] ?? '').matchAll(/[A-Z]+-\d+/g)) found.set(id[0], file);
    }
  }
  return found;
}

test('every rule of SPEC.md is cited by a test, every cited rule exists, no number is used twice', () => {
  const byTest = cited();
  assert.deepEqual(
    rules.filter((rule, index) => rules.indexOf(rule) !== index),
    [],
    'used twice',
  );
  assert.deepEqual(
    rules.filter((rule) => !byTest.has(rule)),
    [],
    'rules without a test',
  );
  assert.deepEqual(
    [...byTest].filter(([id]) => !rules.includes(id)),
    [],
    'cited but not in SPEC.md',
  );
  assert.ok(rules.length > 50);
});
