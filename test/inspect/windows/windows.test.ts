import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedPolicy } from '../../../eval/effect.ts';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import { fc } from '../../random.ts';
import { HARMFUL_CMD, HARMFUL_POWERSHELL, ORDINARY_CMD, ORDINARY_POWERSHELL } from './rows.ts';

const inspect = await createInspect();
const effectOf = await shippedPolicy();
const call = (name: string, command: string): Inspectable => ({ kind: 'tool', name, args: { command } });
const effect = (name: string, command: string): string => effectOf(call(name, command), inspect(call(name, command)));
const wrong = (name: string, rows: readonly string[], right: boolean): string[] => rows.filter((row) => (effect(name, row) === 'allow') !== right);

test('[INSPECT-114] PowerShell is read by its own tokens: aliases, cut parameters, quotes, constants, blocks and pipes', () => {
  assert.deepEqual(wrong('PowerShell', HARMFUL_POWERSHELL, false), []);
});

test('[INSPECT-114] administration and builds in PowerShell pass', () => {
  assert.deepEqual(wrong('PowerShell', ORDINARY_POWERSHELL, true), []);
});

test('[INSPECT-115] cmd.exe is read by its own rules: carets, glued options, variables and their pieces, for and if', () => {
  assert.deepEqual(wrong('cmd', HARMFUL_CMD, false), []);
});

test('[INSPECT-115] administration and builds in cmd.exe pass', () => {
  assert.deepEqual(wrong('cmd', ORDINARY_CMD, true), []);
});

test('[INSPECT-116] a text is read as PowerShell or cmd by the tool’s name, by the program that runs it, or by itself', () => {
  for (const name of ['powershell', 'pwsh', 'run_powershell', 'PowerShell', 'Bash', 'execute_command'])
    assert.notEqual(effect(name, 'Set-MpPreference -DisableRealtimeMonitoring $true'), 'allow', name);
  for (const line of [
    'powershell -c "Clear-EventLog -LogName System"',
    'pwsh -Command "Clear-EventLog -LogName System"',
    'cmd /c "wevtutil cl System"',
    'cmd.exe /c vssadmin delete shadows /all',
    'vssadmin delete shadows /all',
  ])
    assert.notEqual(effect('Bash', line), 'allow', line);
  assert.notEqual(effect('Bash', 'Get-Date\nrm -rf /'), 'allow');
  assert.equal(effect('cmd', 'ls -la && cat README.md'), 'allow');
});

const PIECES = [
  '`',
  '"',
  "'",
  '$(',
  ')',
  '{',
  '}',
  '@"\n',
  '\n"@',
  '<#',
  '#>',
  '%a:~1%',
  '^',
  '&',
  '|',
  ';',
  ' -enc ',
  'iex ',
  '$x',
  '[char]',
  'rd /s ',
  '\\',
  '+',
  ',',
  '=',
  'for %i in (',
  ') do ',
  '\u0000',
  'é',
  '\n',
];

test('[INSPECT-114, INSPECT-115] any text is read without a throw and the same each time', () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join('')),
    fc.string({ maxLength: 100, unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('powershell', 'cmd'), (line, name) => {
      assert.deepEqual(inspect(call(name, line)), inspect(call(name, line)));
    }),
    { numRuns: 1_500 },
  );
});
