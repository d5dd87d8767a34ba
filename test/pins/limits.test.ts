import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

test('every HOLE of the source is said in docs/limits.md, by the end of its file’s path', () => {
  const limits = [...readFileSync('docs/limits.md', 'utf8').matchAll(/\(`([\w./-]+\.m?[tj]s)`\)/g)].map((match) => match[1] ?? '');
  const holes = globSync(['src/**/*.ts', 'sdk/typescript/src/**/*.ts', 'bin/*.mjs', 'examples/**/*.ts']).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/HOLE:/g)].map(() => file),
  );
  const left = [...limits];
  const unsaid = holes.filter((file) => {
    const at = left.findIndex((name) => `/${file}`.endsWith(`/${name}`));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  assert.deepEqual(unsaid, [], 'holes without a line in docs/limits.md');
  assert.deepEqual(left, [], 'lines about holes that are closed');
});

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'AGENTS.md', ...globSync(['docs/**/*.md', 'conformance/*.md', 'examples/**/*.md'])];

test('links between documents lead somewhere', () => {
  const broken = DOCUMENTS.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('rules cited as evidence exist', () => {
  const rules = new Set([...readFileSync('SPEC.md', 'utf8').matchAll(/^\*\*([A-Z]+-\d+)\*\*/gm)].map((match) => match[1]));
  const cited = [...readFileSync('docs/conformance/aarm.md', 'utf8').matchAll(/\b(?!ASI)[A-Z]{3,}-\d+/g)].map(([id]) => id);
  assert.ok(cited.length > 30);
  assert.deepEqual(
    cited.filter((id) => !rules.has(id)),
    [],
  );
});

test('files and commands a document names exist', () => {
  // Decisions tell of other people's files and of files that were.
  const missing = DOCUMENTS.filter((file) => !file.startsWith('docs/decisions/')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/`((?:src|test|bench|conformance|policies|examples)\/[\w./-]+\.(?:ts|yaml|json|py|txt|md))`/g)]
      .map((match) => match[1] ?? '')
      .filter((path) => !existsSync(path))
      .map((path) => `${file}: ${path}`),
  );
  assert.deepEqual(missing, []);
});
