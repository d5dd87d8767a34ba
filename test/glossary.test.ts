import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { ERRORS } from '../src/errors.ts';
import { COMMANDS } from '../src/cli/commands.ts';

/** Wordings that puzzled readers, with what to write. The words of older logs stay as they were written. */
const FORBIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/speaks? against/i, 'No rule matched.'],
  [/\bnothing waits\b/i, 'No approvals waiting.'],
  [/\bnames nothing\b/i, 'Unknown subject …'],
  [/\bis no (?:setting|subject|port|value|agent|tool|option)\b/i, 'Unknown …'],
  [/\bmust be meant\b/i, 'say what happens'],
  [/\blet it go on\b/i, 'resume'],
  [/\bcannot have it\b/i, 'could not bind: already in use'],
  [/\bnobody knows\b/i, 'no price is known'],
  [/\bnot sure enough\b/i, 'Confidence … is below …'],
  [/\bInspection found\b/, 'the meaning of the finding'],
  [/\bfree again in\b/i, 'Retry in …'],
  [/\bhave (?:it|them|the tool calls) decided\b/i, 'check before it runs'],
  [/\bthe house\b/i, 'Aegis'],
  [/\b(?:whilst|thereof|herewith|hitherto)\b/i, 'a plain word'],
  [/\b(?:desk|visit|witness)\b/i, 'the field’s term'],
];

/** Sentences of logs that were written before, kept word for word. */
const KEPT = new Set(['src/kernel/words/first.ts', 'src/gate/refusal.ts']);

/** Every text of a source file that a person may read: literals with a space in them, and the fixed parts of templates. */
function textsIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) && node.text.includes(' '))
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const faultsOf = (place: string, text: string): readonly string[] =>
  FORBIDDEN.filter(([pattern]) => pattern.test(text)).map(
    ([pattern, instead]) => `${place}: ${String(pattern)} (write: ${instead}): ${text.slice(0, 120)}`,
  );

test('[DOCS-5] no message, help or error uses a wording that readers stumbled over', () => {
  // Readers hold words of attacks, and examples hold what people type.
  const files = [...globSync('src/**/*.ts'), ...globSync('sdk/typescript/src/**/*.ts')].filter(
    (file) => !KEPT.has(file) && !file.startsWith('src/inspect/') && !file.startsWith('src/cli/demo'),
  );
  assert.ok(files.length > 300);
  assert.deepEqual(
    files.flatMap((file) => textsIn(file).flatMap((text) => faultsOf(file, text))),
    [],
  );
});

test('[DOCS-5] no document uses one either', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md').filter((page) => !page.startsWith('docs/decisions/'))];
  assert.deepEqual(
    pages.flatMap((page) =>
      readFileSync(page, 'utf8')
        .split('\n')
        .flatMap((line, at) => faultsOf(`${page}:${String(at + 1)}`, line)),
    ),
    [],
  );
});

test('[DOCS-5] every error says what happened and what to do, and every command says what it does with a verb', () => {
  for (const [code, { message, hint }] of Object.entries(ERRORS)) {
    assert.match(message, /^[A-Z{]/, code);
    assert.match(hint, /^[A-Z`<].*[.)]$/s, code);
  }
  for (const { name, summary } of COMMANDS) assert.match(summary, /^[a-z]+,? /, name);
});

test('[DOCS-5] the glossary of docs/concepts.md explains each word once, in order', () => {
  const rows = [...readFileSync('docs/concepts.md', 'utf8').matchAll(/^\| ([a-z, ]+?) +\| (.+?) +\|$/gm)].filter(([, word]) => word !== 'word');
  const words = rows.map(([, word = '']) => word);
  assert.ok(words.length >= 20);
  assert.deepEqual(words, words.toSorted(), 'in the order of the alphabet');
  assert.equal(new Set(words).size, words.length);
});
