import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS } from '../../src/errors.ts';
import { REASON_CODES } from '../../src/kernel/rules/rules.ts';
import { CODES } from '../../src/kernel/words/findings.ts';
import { pinned } from './pinned.ts';

test('coded errors are documented as they are', () => {
  const rows = Object.entries(ERRORS)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([code, { status, message, hint }]) => `| \`${code}\` | ${String(status)} | ${message} | ${hint} |`);
  pinned(
    'docs/reference/errors.md',
    `# Coded errors\n\nMade from \`src/errors.ts\`. \`{name}\` is filled in. HTTP answers carry them as RFC 9457 problem+json with \`code\` and \`hint\`.\n\n| code | status | message | what to do |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  );
});

/** What a page says first: what the code means. */
function meaningOf(code: string): string {
  const page = readFileSync(`docs/reference/reasons/${code}.md`, 'utf8');
  assert.match(page, new RegExp(`^# ${code}\n\n[A-Z][^]*\n\n\\*\\*Example\\.\\*\\* [^]*\n\n\\*\\*The agent\\*\\* [^]*\n\n\\*\\*You\\*\\* `), code);
  return (page.split('\n')[2] ?? '').replace(/\]\((\w+\.md)\)/g, '](reasons/$1)');
}

test('[DOCS-3] every reason code has a page with its meaning, an example and what to do, in the order reasons are reported', () => {
  const rows = REASON_CODES.map((code) => `| [\`${code}\`](reasons/${code}.md) | ${meaningOf(code)} |`);
  const pages = readdirSync('docs/reference/reasons').map((file) => file.replace(/\.md$/, ''));
  assert.deepEqual(pages.toSorted(), [...REASON_CODES].toSorted());
  pinned(
    'docs/reference/reasons.md',
    `# Reason codes\n\nIn the order in which reasons are reported. Rules of a policy may add codes of their own. The codes of what is found in arguments, and their sentences, stand in [findings.md](findings.md).\n\n| code | what it means |\n|---|---|\n${rows.join('\n')}\n`,
  );
});

test('[DOCS-3] every finding code is listed with its sentence', () => {
  const rows = [...CODES].map(([code, sentence]) => `| \`${code}\` | ${sentence} |`);
  pinned(
    'docs/reference/findings.md',
    `# Finding codes\n\nMade from \`src/kernel/words/findings.ts\`. What reading an action can find; a policy says from which risk on it asks or denies.\n\n| code | what it means |\n|---|---|\n${rows.join('\n')}\n`,
  );
});

test('the published surface of the SDK is what somebody typed', () => {
  const source = readFileSync('sdk/typescript/src/index.ts', 'utf8');
  const names = [...source.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, type, list]) =>
    (list ?? '').split(',').map((name) => `${type ?? ''}${name.trim()}`),
  );
  pinned('test/pins/sdk-exports.txt', `${names.toSorted().join('\n')}\n`);
});

test('dependencies that ship are few and pinned', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  pinned(
    'test/pins/dependencies.txt',
    `${Object.entries(dependencies)
      .map(([name, version]) => `${name} ${version}`)
      .toSorted()
      .join('\n')}\n`,
  );
});
