import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const rules = [...readFileSync('SPEC.md', 'utf8').matchAll(/^\*\*([A-Z]+-\d+)\*\*/gm)].map((match) => match[1] ?? '');

/** Rule ids that test titles cite: one or more in brackets at the very start. */
function cited(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync(['test/**/*.ts', 'sdk/typescript/test/**/*.ts', 'sdk/python/tests/**/*.py', 'sdk/go/**/*_test.go'])) {
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

test('the rules of a section stand in the order of their numbers, and each under the one heading of its name', () => {
  const sections = readFileSync('SPEC.md', 'utf8').split(/^## /m).slice(1);
  const placed = sections.map((section) => ({
    family: section.slice(0, section.indexOf(':')),
    rules: [...section.matchAll(/^\*\*([A-Z]+)-(\d+)\*\*/gm)].map((match) => ({ family: match[1] ?? '', number: Number(match[2]) })),
  }));
  const faults = placed.flatMap(({ family, rules: all }) =>
    all.flatMap((rule, at) => {
      const before = all[at - 1]?.number ?? 0;
      if (rule.family !== family) return [`${rule.family}-${String(rule.number)} stands under ${family}`];
      return before < rule.number ? [] : [`${family}-${String(rule.number)} stands behind ${family}-${String(before)}`];
    }),
  );
  assert.deepEqual(faults, []);
});

/** Comments of a TypeScript file, with their places; a `//` inside a string or a pattern is behind a quote, a colon or a slash. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`\\/])\/\/[^\n]*/g;

/** `DEC-3`, and codes of one letter, which name nothing in this repository. */
function codesIn(text: string, single: boolean): readonly string[] {
  const families = [...new Set(rules.map((rule) => rule.slice(0, rule.indexOf('-'))))].join('|');
  const pattern = new RegExp(`\\b(?:${families})-\\d+\\b${single ? '|\\b[A-Z]\\d{1,2}\\b' : ''}`, 'g');
  return [...text.matchAll(pattern)].map(([code]) => code);
}

test('comments and docs cite rules that exist, and no codes from elsewhere', () => {
  const unknown: string[] = [];
  const sources = globSync('{src,test,bench,eval,examples,conformance,sdk/typescript/src,sdk/typescript/test}/**/*.ts');
  for (const file of sources.filter((one) => !one.includes('node_modules'))) {
    for (const [comment] of readFileSync(file, 'utf8').matchAll(COMMENT))
      unknown.push(
        ...codesIn(comment, true)
          .filter((code) => !rules.includes(code))
          .map((code) => `${file}: ${code}`),
      );
  }
  for (const file of globSync(['*.md', 'docs/**/*.md', 'conformance/**/*.md', 'sdk/*/*.md']))
    unknown.push(
      ...codesIn(readFileSync(file, 'utf8'), false)
        .filter((code) => !rules.includes(code))
        .map((code) => `${file}: ${code}`),
    );
  assert.deepEqual(unknown, []);
});
