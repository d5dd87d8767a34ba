import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedPolicy } from '../../../eval/effect.ts';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import { fc } from '../../random.ts';
import { HARMFUL_JAVASCRIPT, HARMFUL_PYTHON } from './harmful.ts';
import { ORDINARY_JAVASCRIPT, ORDINARY_PYTHON } from './ordinary.ts';

const inspect = await createInspect();
const effectOf = await shippedPolicy();

const call = (name: string, args: Inspectable['args']): Inspectable => ({ kind: 'tool', name, args });
const python = (code: string): Inspectable => call('run_python', { code });
const javascript = (code: string): Inspectable => call('run_javascript', { code });
const effect = (what: Inspectable): string => effectOf(what, inspect(what));
const stopped = (what: Inspectable): boolean => effect(what) !== 'allow';

test('[INSPECT-110] code is judged by what it reaches, however its names, chains and constants are written', () => {
  assert.deepEqual(
    HARMFUL_PYTHON.filter((code) => !stopped(python(code))),
    [],
  );
  assert.deepEqual(
    HARMFUL_JAVASCRIPT.filter((code) => !stopped(javascript(code))),
    [],
  );
});

test('[INSPECT-110] ordinary code of data, tests, builds and web calls passes', () => {
  assert.deepEqual(
    ORDINARY_PYTHON.filter((code) => stopped(python(code))),
    [],
  );
  assert.deepEqual(
    ORDINARY_JAVASCRIPT.filter((code) => stopped(javascript(code))),
    [],
  );
});

test('[INSPECT-110] code is the same code at every place it is given to run', () => {
  const code = `from os import system as s; s("rm -rf /")`;
  const script = `const { execSync: x } = require("child_process"); x("rm -rf /")`;
  const places: readonly Inspectable[] = [
    call('Bash', { command: `python3 -c '${code}'` }),
    call('Bash', { command: `python3 - <<'EOF'\n${code}\nEOF` }),
    call('Bash', { command: `echo '${code}' | python` }),
    call('Bash', { command: `node -e '${script}'` }),
    call('Bash', { command: `deno eval '${script}'` }),
    call('Bash', { command: `bun -e '${script}'` }),
    call('Bash', { command: `deno run - <<'EOF'\n${script}\nEOF` }),
    call('execute_code', { code }),
    call('python', { input: code }),
    call('jupyter_run_cell', { source: code }),
    call('run_javascript', { script }),
  ];
  assert.deepEqual(
    places.filter((one) => effect(one) !== 'deny').map((one) => one.args),
    [],
  );
});

test('[INSPECT-111] what an API of power is given and cannot be followed is asked about; where nothing calls it, it is recorded', () => {
  for (const code of [
    'import os, sys\nos.system(sys.argv[1])',
    'import shutil, sys\nshutil.rmtree(sys.argv[1])',
    'import os\ngetattr(os, name)("x")',
  ])
    assert.equal(effect(python(code)), 'ask', code);
  assert.equal(effect(javascript(`require('child_process')[which](what)`)), 'ask');
  const uncalled = python('import subprocess\ndef sh(cmd):\n    return subprocess.run(cmd, shell=True)\n');
  assert.equal(effect(uncalled), 'allow');
  assert.ok(inspect(uncalled).findings.some((one) => one.code === 'UNINSPECTABLE' && one.risk === 'MEDIUM'));
});

test('[INSPECT-111] code that nests too deep or goes on too long is UNINSPECTABLE', () => {
  const deep = [
    `x = ${'['.repeat(20_000)}`,
    `x = ${'('.repeat(3_000)}1${')'.repeat(3_000)}`,
    `${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n')}\n${' '.repeat(300)}pass`,
  ];
  const chain = Array.from({ length: 24 }, (_, i) => `def f${String(i + 1)}(): f${String(i)}(); f${String(i)}()`);
  const long = [`def f0(): pass\n${chain.join('\n')}\nf24()`, `x = [${'1, '.repeat(300)}]\n${'y = [a + b for a in x for b in x]\n'.repeat(3)}`];
  for (const code of [...deep, ...long]) {
    const { findings } = inspect(python(code));
    assert.ok(
      findings.some((one) => one.code === 'UNINSPECTABLE' && !one.inspected),
      code.slice(0, 40),
    );
  }
});

const PIECES =
  'import os\n|from x import y as z\n|os.system(|"rm -rf /"|\'|"""|f"{|}"|)|(|[|]|lambda x: |for i in |: \n|\n    |x = |.y|, |def f(a, *b):\n    |return |class A:\n    |\u0000|\ud800|é|`|${|=>|{|}|require("child_process")|const |;|//|/*|*/|await |async |new Function(|!ls|%%bash\n|@'.split(
    '|',
  );

test('[INSPECT-111] code of any kind is read without a throw and the same each time', () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join('')),
    fc.string({ maxLength: 120, unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, fc.boolean(), (code, first) => {
      const what = first ? python(code) : javascript(code);
      assert.deepEqual(inspect(what), inspect(what));
    }),
    { numRuns: 1_500 },
  );
});

test('[INSPECT-113] what a notebook cell runs beside its Python is read as what it runs', () => {
  for (const cell of [
    '!rm -rf /',
    '%%bash\nrm -rf /',
    '%%script bash\nrm -rf /',
    'out = !rm -rf /',
    '%sx rm -rf /',
    '%%javascript\nrequire("child_process").execSync("rm -rf /")',
    '%%sql\nDROP TABLE users',
  ])
    assert.ok(stopped(python(cell)), cell);
  for (const cell of ['%pip install requests', '%cd src', '!git status', '%%html\n<b>x</b>', 'a = 7 % 3', '%run analysis.py'])
    assert.equal(effect(python(cell)), 'allow', cell);
});
