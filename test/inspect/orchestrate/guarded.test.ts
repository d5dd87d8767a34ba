import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { guarded } from '../../../src/inspect/guarded.ts';
import { inspectAction } from '../../../src/inspect/inspect-action.ts';
import type { Readers } from '../../../src/inspect/readers.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';

const fails = (): never => {
  throw new RangeError('Maximum call stack size exceeded');
};
const FAILING: Readers = { shell: fails, source: fails, path: fails, search: fails, sql: fails, fragment: fails, url: fails };

const CALLS: readonly (readonly [string, JsonObject])[] = [
  ['Bash', { command: 'ls' }],
  ['run_python', { code: 'print(1)' }],
  ['read_file', { path: 'a.txt' }],
  ['execute_sql', { sql: 'SELECT 1' }],
  ['http_get', { url: 'https://example.com/' }],
  ['Grep', { pattern: 'x', path: 'src' }],
];

for (const [name, args] of CALLS)
  test(`[INSPECT-107] ${name}: what a reader that throws was given is uninspectable`, () => {
    const { findings } = inspectAction({ kind: 'tool', name, args }, (steps) => guarded(FAILING, steps));
    assert.ok(findings.some((one) => one.code === 'UNINSPECTABLE' && one.risk === 'HIGH' && one.inspected === false));
  });

test('[INSPECT-107] a value that doubles in every line is followed to a bound, in every language', async () => {
  const inspect = await createInspect();
  const lines = (first: string, line: string, last: string): string => first + line.repeat(200) + last;
  const given: readonly (readonly [string, JsonObject])[] = [
    ['powershell', { command: lines('$x = "ab";', '$x = $x + $x;', 'iex $x') }],
    ['powershell', { command: lines('$x = "ab";', '$x = "$x$x";', 'iex $x') }],
    ['powershell', { command: lines('$x = "aa";', '$x = $x -replace "a","$x";', 'iex $x') }],
    ['powershell', { command: `$x = "${'a'.repeat(16_000)}"; iex "${'$x'.repeat(50_000)}"` }],
    ['powershell', { command: `$s = "${'a'.repeat(16_000)}"; iex (${'"x",'.repeat(150)}"x" -join "${'$s'.repeat(40)}")` }],
    ['powershell', { command: `$s = "${'a'.repeat(16_000)}"; iex ("${'{0}'.repeat(20_000)}" -f $s)` }],
    ['cmd', { command: lines('set x=ab&', 'set x=%x%%x%&', '%x%') }],
    ['cmd', { command: `set x=${'a'.repeat(8_000)}& echo ${'%x%'.repeat(33_000)}` }],
    ['Bash', { command: lines('x=ab;', 'x=$x$x;', 'eval $x') }],
    ['Bash', { command: lines('x=aa;', 'x=${x//a/$x};', 'eval $x') }],
    ['run_python', { code: lines('x = "ab"\n', 'x = x + x\n', 'eval(x)') }],
    ['run_python', { code: lines('x = "aa"\n', 'x = x.replace("a", x)\n', 'eval(x)') }],
    ['run_python', { code: 'eval("ab" * 10**12)' }],
    ['run_javascript', { code: lines('let x = "ab";', 'x = `${x}${x}`;', 'eval(x)') }],
    ['run_javascript', { code: 'eval("ab".repeat(1e9).repeat(1e9))' }],
  ];
  const heap = (): number => process.memoryUsage().heapUsed;
  const before = heap();
  for (const [name, args] of given) {
    const { findings } = inspect({ kind: 'tool', name, args: args as Record<string, Json> });
    if (!JSON.stringify(args).includes('echo'))
      assert.ok(
        findings.some((one) => one.risk === 'HIGH' || one.risk === 'CRITICAL'),
        JSON.stringify(args).slice(0, 60),
      );
  }
  assert.ok(heap() - before < 400_000_000);
});
