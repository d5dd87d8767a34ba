import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { inspectWork } from '../../../src/inspect/inspected.ts';
import type { Inspected } from '../../../src/inspect/inspected.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import { readShell, readSource } from '../../../src/inspect/shell/read-shell.ts';
import { prepareSql, readSql } from '../../../src/inspect/sql/read-sql.ts';
import type { Finding } from '../../../src/kernel/finding.ts';
import { canonicalBytes } from '../../../src/wire/jcs.ts';
import { fc } from '../../random.ts';
import { list } from '../shell/bash/grammar.ts';
import { action } from './actions.ts';
import { fault } from './held.ts';
import { misencoded, noise, textOf } from './texts.ts';
import { VOCABULARIES } from './vocabularies.ts';

before(prepareSql);

test('[INSPECT-186] whatever a tool is called with, no reader throws, answers otherwise a second time, or is silent on what it did not read', () => {
  fc.assert(
    fc.property(action, (subject) => {
      const went = fault(subject);
      assert.equal(went, null, went ?? '');
    }),
    { numRuns: 400 },
  );
});

/** Harm that stands by itself behind anything that is whole: it is found, or it is said that not everything could be read. */
const heard = (findings: readonly Finding[]): boolean => findings.some(({ risk, inspected }) => risk === 'CRITICAL' || risk === 'HIGH' || !inspected);

test('[INSPECT-186] harm behind a text of any kind is found, or the text is said to be unread', () => {
  const whole = (kind: keyof typeof VOCABULARIES): fc.Arbitrary<string> => textOf(VOCABULARIES[kind]);
  fc.assert(
    fc.property(list, (text) => heard(readShell(`${text}\nrm -rf /\n`, '').findings)),
    { numRuns: 200 },
  );
  // A quote or a comment that is left open may hold what follows: these stand first.
  fc.assert(
    fc.property(whole('shell'), (text) => heard(readShell(`rm -rf /\n${text}`, '').findings)),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(whole('python'), (text) => heard(readSource('python', `import os\nos.system("rm -rf /")\n${text}`, '').findings)),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(whole('javascript'), (text) => heard(readSource('node', `require("child_process").execSync("rm -rf /");\n${text}`, '').findings)),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(whole('windows'), (text) => heard(readSource('powershell', `Remove-Item -Recurse -Force C:\\\n${text}`, '').findings)),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(whole('sql'), (text) => heard(readSql(`DROP TABLE users;\n${text}`, '').findings)),
    { numRuns: 200 },
  );
});

test('[INSPECT-186] bytes that are no text, and texts in an encoding they are not said to be in, are read as any other', () => {
  const inspect = (text: string, name: string): readonly Finding[] => read({ kind: 'tool', name, args: { command: text } }).findings;
  fc.assert(
    fc.property(fc.oneof(noise, misencoded(list)), fc.constantFrom('Bash', 'run_python', 'powershell', 'note'), (text, name) => {
      assert.deepEqual(inspect(text, name), inspect(text, name));
    }),
    { numRuns: 200 },
  );
  const harm = 'rm -rf /';
  for (const text of [
    `\ufeff${harm}`,
    `\u0000${harm}`,
    `${harm}\u0000`,
    `x\ud800\n${harm}`,
    `# -*- coding: utf-7 -*-\n${harm}`,
    `echo é\u2028\n${harm}`,
    Buffer.from(`echo a\n${harm}`, 'utf16le').toString('latin1'),
    Buffer.from(`echo a\n${harm}`, 'utf16le').swap16().toString('latin1'),
  ])
    assert.ok(heard(inspect(text, 'Bash')), JSON.stringify(text));
});

const inspect = await createInspect();
const read = (subject: Inspectable): ReturnType<typeof inspect> => inspect(subject);

test('[INSPECT-187] how deep a text nests is bounded by the text: a small stack, a large one and a thread read the same', async () => {
  const nest = (open: string, inner: string, close: string, times: number): string => open.repeat(times) + inner + close.repeat(times);
  const levels = (open: string, close: string, times: number, deep: number): string => {
    let text = 'a';
    for (let level = 0; level < deep; level++)
      text = `${open.repeat(times)}bash <<'E${String(level)}'\n${text}\nE${String(level)}\n${close.repeat(times)}`;
    return text;
  };
  const chain = (line: (i: number) => string, last: string): string => Array.from({ length: 30 }, (_, i) => line(i)).join('') + last;
  const calls: readonly (readonly [string, string, string])[] = [
    ...(['{ |;\n}', 'f() { |;\n}', '( |\n)', 'if a; then |\nfi', '$(|\n)', '"$(|\n)"', '<(|\n)', '${a:-|}'] as const).flatMap((one) => {
      const [open = '', close = ''] = one.split('|');
      return [['Bash', 'command', nest(`${open} `, 'a', close, 3_000)] as const, ['Bash', 'command', levels(`${open} `, close, 200, 12)] as const];
    }),
    ['run_python', 'code', chain((i) => `def f${String(i)}(x):\n  return ${nest('[', `f${String(i + 1)}(x)`, ']', 180)}\n`, 'f0(1)\n')],
    ['run_javascript', 'code', chain((i) => `function f${String(i)}(x){ return ${nest('g(', `f${String(i + 1)}(x)`, ')', 150)} }\n`, 'f0(1)')],
    ['run_python', 'code', `import os\nx = [1]\n${'x = [x]\n'.repeat(5_000)}os.system(x)\n`],
    ['run_python', 'code', nest('f(', '1', ')', 2_000)],
    ['run_javascript', 'code', '! '.repeat(4_000)],
    ['powershell', 'command', nest('& { ', 'a', ' }', 5_000)],
    ['execute_sql', 'query', `SELECT ${nest('(', '1', ')', 6_000)}`],
    ['execute_sql', 'query', `SELECT ${'a + '.repeat(3_900)}1`],
  ];
  for (const [name, key, text] of calls) {
    const subject: Inspectable = { kind: 'tool', name, args: { [key]: text } };
    assert.equal(fault(subject), null, `${name}: ${text.slice(0, 20)}`);
  }
  // Three quarters of what the main thread has, and four times as much.
  for (const stackSizeMb of [0.75, 4]) {
    const thread = new Worker(new URL('../../../src/daemon/inspect-thread.ts', import.meta.url), { resourceLimits: { stackSizeMb } });
    try {
      await once(thread, 'message');
      for (const [name, key, text] of calls) {
        const args = { [key]: text };
        const bytes = canonicalBytes(args);
        thread.postMessage({ subject: { kind: 'tool', name }, bytes });
        const [answer] = (await once(thread, 'message')) as [{ readonly ok: boolean; readonly inspected: Inspected }];
        const here = inspectWork({ type: 'action', subject: { kind: 'tool', name, args } }, inspect);
        assert.deepEqual([answer.ok, answer.inspected.reading], [true, here.reading], `${name}: ${text.slice(0, 20)}`);
      }
    } finally {
      await thread.terminate();
    }
  }
});
