import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import { readText } from '../../../src/inspect/read-text.ts';
import { MOST_STEPS, take } from '../../../src/inspect/steps.ts';
import type { Finding } from '../../../src/kernel/finding.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';

const inspect = await createInspect();
const read = (args: JsonObject, name = 'Bash'): readonly Finding[] => inspect({ kind: 'tool', name, args } satisfies Inspectable).findings;
const ended = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({ evidence }) => evidence.includes('393,216 steps'));

const LONG = 'echo a b c; '.repeat(10_000);
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

test('[INSPECT-185] an action that takes more steps than one may is uninspectable, whatever it is made of', () => {
  const SQL = "SELECT a FROM t WHERE b = 'c' AND d = 1; ".repeat(12_000);
  const given: readonly (readonly [string, JsonObject])[] = [
    ['Bash', { commands: Array.from({ length: 5 }, () => LONG) }],
    ['Bash', { a: { command: LONG }, b: { command: LONG }, c: { command: LONG }, d: { command: LONG } }],
    ['Bash', { commands: Array.from({ length: 40_000 }, () => 'ls -la src') }],
    ['execute_sql', { queries: Array.from({ length: 4 }, () => SQL) }],
    ['execute_sql', { queries: Array.from({ length: 25_000 }, (_, i) => `select * from t where a = ${String(i)}`) }],
    ['run_python', { code: Array.from({ length: 5 }, () => 'x = f(1, "a")\n'.repeat(8_000)) }],
    ['powershell', { commands: Array.from({ length: 4 }, () => 'Get-Item a; '.repeat(10_000)) }],
  ];
  for (const [name, args] of given) {
    const findings = ended(read(args, name));
    assert.equal(findings.length, 1, name);
    const [one] = findings;
    assert.deepEqual([one?.detector, one?.code, one?.risk, one?.inspected, one?.pointer], ['limit', 'UNINSPECTABLE', 'HIGH', false, '']);
  }
});

test('[INSPECT-185] what is read inside something else takes its steps from the same', () => {
  const inner = 'echo a; '.repeat(4_000);
  const nest = (text: string): string => `bash -c ${quoted(text)}`;
  assert.deepEqual(ended(read({ command: nest(inner) })), []);
  const python = (text: string): string => `python3 -c ${quoted(`import os\nos.system(${JSON.stringify(text)})`)}`;
  const deep = nest(python(nest(python(nest(inner)))));
  const several = Array.from({ length: 4 }, () => deep);
  assert.equal(ended(read({ commands: several })).length, 1);
  const asJson = several.map((command) => JSON.stringify({ command: JSON.stringify({ command }) }));
  assert.equal(ended(read({ payload: asJson }, 'run')).length, 1);
  const files = Array.from({ length: 60 }, (_, i) => `cat > f${String(i)}.sh <<'E'\n${'echo a b\n'.repeat(200)}E\n`).join('');
  assert.equal(ended(read({ command: files })).length, 0);
  assert.equal(ended(read({ commands: Array.from({ length: 3 }, () => files) })).length, 1);
});

test('[INSPECT-185] what was found before the steps were used up stays', () => {
  const findings = read({ commands: ['rm -rf /', ...Array.from({ length: 5 }, () => LONG), 'rm -rf /etc'] });
  assert.ok(findings.some(({ risk, pointer }) => risk === 'CRITICAL' && pointer === '/commands/0'));
  assert.equal(ended(findings).length, 1);
  const one = read({ command: `rm -rf /; ${'x=$(x=$(x=$(x=$(echo a b c))));'.repeat(4_000)}` });
  assert.ok(one.some(({ risk }) => risk === 'CRITICAL'));
});

test('[INSPECT-185] what people and programs send is far from it, long as it may be', () => {
  const prose = 'The committee met on Tuesday and the minutes will follow; nobody objected. '.repeat(13_000);
  const row = { name: 'Ann', city: 'Oslo', mail: 'ann@example.com', note: 'paid on time' };
  const given: readonly (readonly [string, JsonObject])[] = [
    ['write_file', { path: 'minutes.txt', content: prose }],
    ['send_email', { to: 'ann@example.com', body: prose }],
    ['save_rows', { rows: Array.from({ length: 9_000 }, (_, id) => ({ id, ...row })) }],
    ['Bash', { command: LONG }],
    ['Bash', { command: `cat > a.csv <<'E'\n${'1,2,3,abc\n'.repeat(11_000)}E\n` }],
    ['run_python', { code: 'total = add(total, 1)\n'.repeat(5_000) }],
    ['upload', { data: Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 7_919) % 256)).toString('base64') }],
    ['execute_sql', { query: `INSERT INTO t VALUES ${"(1, 'a', 2.5), ".repeat(30_000)}(0, 'z', 1)` }],
  ];
  for (const [name, args] of given) assert.deepEqual(ended(read(args, name)), [], name);
});

test('[INSPECT-185] a result that takes more is said to be unread, and stops nothing', () => {
  const wrapped = (text: string, times: number): string => (times === 0 ? text : wrapped(encodeURIComponent(text), times - 1));
  const findings = readText(
    { value: Array.from({ length: 20 }, (_, i) => wrapped(`${'a/b?c=d&é '.repeat(9_000)}${String(i)}`, 3)) },
    { context: 'result' },
  );
  const unread = findings.filter(({ code }) => code === 'UNINSPECTABLE');
  assert.ok(unread.length > 0 && unread.every(({ risk, inspected }) => risk === 'MEDIUM' && !inspected));
  assert.deepEqual(
    readText({ value: 'a plain answer. '.repeat(60_000) }, { context: 'result' }).filter(({ code }) => code === 'UNINSPECTABLE'),
    [],
  );
});

test('[INSPECT-185] steps are taken by what a text is, and none are given back', () => {
  const steps = { left: 100 };
  assert.ok(take(steps, 60) && take(steps, 320, 'scan') && take(steps, 100, 'tokens'));
  assert.equal(steps.left, 5);
  assert.ok(!take(steps, 6) && !take(steps, 0));
  assert.equal(MOST_STEPS, 393_216);
});

test('[INSPECT-185] the same action has the same reading, again and again', () => {
  const args = { commands: [...Array.from({ length: 4 }, () => LONG), 'rm -rf /'] };
  assert.deepEqual(read(args), read(args));
});
