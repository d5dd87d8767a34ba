import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { pinned } from '../../pins/pinned.ts';
import { withTable } from './launcher-table.ts';

test('[HOOK-7] the launcher knows every harness as its folder describes it', async () => {
  pinned('bin/aegis-hook.mjs', await withTable(readFileSync('bin/aegis-hook.mjs', 'utf8'), HARNESSES));
});
