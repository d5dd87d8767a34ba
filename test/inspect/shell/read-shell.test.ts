import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShell } from '../../../src/inspect/shell/read-shell.ts';
import { riskRank } from '../../../src/kernel/finding.ts';
import type { Risk } from '../../../src/kernel/finding.ts';
import { ORDINARY } from './benign.ts';
import { CATASTROPHIC } from './catastrophic.ts';
import { DANGEROUS } from './dangerous.ts';

/** The worst risk in a command, or `none`. */
function worst(text: string): Risk | 'none' {
  let most: Risk | 'none' = 'none';
  for (const { risk } of readShell(text, '/command').findings) if (most === 'none' || riskRank(risk) > riskRank(most)) most = risk;
  return most;
}

test('[INSPECT-20] catastrophic and certainly hostile commands are CRITICAL however they are written', () => {
  const missed = CATASTROPHIC.filter((text) => worst(text) !== 'CRITICAL');
  assert.deepEqual(missed, []);
});

test('[INSPECT-21] destructive, hostile and opaque commands are at least HIGH', () => {
  const missed = DANGEROUS.filter((text) => !['HIGH', 'CRITICAL'].includes(worst(text)));
  assert.deepEqual(missed, []);
});

test('[INSPECT-22] ordinary commands and mentions of dangerous ones are below HIGH', () => {
  const alarmed = ORDINARY.filter((text) => ['HIGH', 'CRITICAL'].includes(worst(text))).map(
    (text) =>
      `${text} => ${readShell(text, '')
        .findings.map((f) => f.code)
        .join()}`,
  );
  assert.deepEqual(alarmed, []);
});
