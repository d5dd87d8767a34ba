import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS } from '../../src/errors.ts';
import { REASON_CODES } from '../../src/kernel/rules/rules.ts';
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

test('reason codes keep their order', () => {
  pinned(
    'docs/reference/reasons.md',
    `# Reason codes\n\nMade from \`src/kernel/rules/rules.ts\`: the order in which reasons are reported. Conditions of a policy may add codes of their own.\n\n${REASON_CODES.map((code) => `1. \`${code}\``).join('\n')}\n`,
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
