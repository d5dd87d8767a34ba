import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROGRAMS } from '../../../eval/harness/programs.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { pinned } from '../../pins/pinned.ts';
import { withTables } from './doc-tables.ts';
import { withTable } from './launcher-table.ts';

test('[HOOK-7] the launcher knows every harness as its folder describes it', async () => {
  pinned('bin/aegis-hook.mjs', await withTable(readFileSync('bin/aegis-hook.mjs', 'utf8'), HARNESSES));
});

test('the page for people says of every harness what its folder says', () => {
  const path = 'docs/how-to/govern-a-coding-agent.md';
  pinned(path, withTables(readFileSync(path, 'utf8'), HARNESSES));
});

test('a harness is said to be tried only where there is a program to try it with', () => {
  const tried = HARNESSES.filter(({ docs }) => docs.tried !== undefined).map(({ name }) => name);
  assert.deepEqual(
    tried.filter((name) => PROGRAMS[name] === undefined),
    [],
  );
});
