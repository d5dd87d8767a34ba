import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import type { Finding } from '../../../src/kernel/finding.ts';

const inspect = await createInspect();

const run = (command: string): readonly Finding[] => inspect({ kind: 'tool', name: 'Bash', args: { command } }).findings;

test('[INSPECT-88] evidence and targets hide a password by where it stands, however short or common', () => {
  const commands: readonly (readonly [string, string])[] = [
    ['mysql -u root -pab1 -e "drop table orders"', 'ab1'],
    ['curl -u admin:pw7 -X DELETE https://api.example.org/v1/x', 'pw7'],
    ['docker run --privileged -e DB_PASSWORD=kit9 -v /:/h alpine', 'kit9'],
    ['sshpass -p cat5 ssh root@host rm -rf /', 'cat5'],
    ['psql postgres://app:fox3@db.example.org/app -c "drop table orders"', 'fox3'],
    ['deploy --token dog8 && rm -rf /', 'dog8'],
  ];
  for (const [command, password] of commands) {
    const findings = run(command);
    assert.ok(findings.length > 0, command);
    for (const one of findings) assert.ok(!`${one.evidence}${JSON.stringify(one.targets ?? [])}`.includes(password), `${command}: ${one.evidence}`);
  }
});

test('[INSPECT-81] a span that counts in a decoded copy says so', () => {
  const args = { q: '%27%20or%201%3D1--', body: JSON.stringify({ inner: "' or 1=1--" }), plain: "' or 1=1--" };
  const { findings } = inspect({ kind: 'tool', name: 'search', args });
  const spans = findings.filter((one) => one.code === 'SQL_INJECTION' && one.span !== undefined);
  assert.ok(spans.some((one) => one.pointer === '/q' && one.decoded === true));
  assert.ok(spans.filter((one) => one.pointer === '/body').every((one) => one.decoded === true));
  assert.ok(spans.filter((one) => one.pointer === '/plain').every((one) => one.decoded === undefined));
});

test('[INSPECT-82] a value too long to be read as SQL is asked about, never passed', () => {
  const filler = Array.from({ length: 60_000 }, (_, i) => `word${String(i)} = 'x`).join(' ');
  const value = inspect({ kind: 'tool', name: 'search', args: { q: filler } }).findings;
  assert.ok(value.some((one) => one.code === 'UNINSPECTABLE' && one.risk === 'HIGH') || value.some((one) => one.risk === 'CRITICAL'));
  const sql = `select 1; ${'-- filler\n'.repeat(60_000)} drop table orders`;
  const read = inspect({ kind: 'tool', name: 'execute_sql', args: { query: sql } }).findings;
  assert.ok(read.some((one) => one.code === 'UNINSPECTABLE' && one.risk === 'HIGH'));
});
