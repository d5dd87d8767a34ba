import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ablate } from '../../../eval/ablation.ts';
import { halvesOf } from '../../../eval/halves.ts';
import { noiseOf } from '../../../eval/noise.ts';
import { callOf } from '../../../eval/row.ts';
import type { Row } from '../../../eval/row.ts';
import { score } from '../../../eval/score.ts';
import { share } from '../../../eval/wilson.ts';

test('[INSPECT-16] evaluation prints Wilson intervals and wraps texts as the calls they arrive in', () => {
  const half = share(50, 100);
  assert.ok(Math.abs(half.low - 0.4038) < 0.001 && Math.abs(half.high - 0.5962) < 0.001);
  assert.equal(share(0, 0).high, 1);
  assert.deepEqual(callOf({ id: '1', kind: 'path', label: 'attack', text: '../x' }), { kind: 'tool', name: 'read_file', args: { path: '../x' } });
  assert.deepEqual(callOf({ id: '1', kind: 'secret', label: 'secret', text_b64: 'eA==' }).args, { body: 'x' });
});

const rows = (sources: readonly string[]): Row[] =>
  sources.map((source, at) => ({ id: `row-${String(at)}`, kind: 'shell', label: 'attack', source }));

test('[INSPECT-16] a source lies in one half, whatever the order of its rows', () => {
  const all = rows(['a 1', 'b 1', 'c_1', 'c_2', 'a 1', 'd', 'c_3', 'e', 'b 1']);
  const halves = halvesOf(all);
  for (const source of ['a 1', 'b 1', 'c']) {
    const of = all.filter((row) => row.source?.startsWith(source)).map((row) => halves.get(row.id));
    assert.equal(new Set(of).size, 1, source);
  }
  assert.deepEqual(new Map([...halvesOf([...all].reverse())].sort()), new Map([...halves].sort()));
  assert.equal(new Set(halves.values()).size, 2);
});

test('[INSPECT-16] rows of a single source are split by id, so that both halves have rows', () => {
  assert.equal(new Set(halvesOf(rows(Array<string>(40).fill('one'))).values()).size, 2);
});

test('[INSPECT-16] what its collection calls doubtful is counted and not scored, and missed rows of the held half are not named', () => {
  assert.match(noiseOf({ id: '1', kind: 'tool_call', label: 'attack_contextual' }) ?? '', /context/);
  assert.equal(
    noiseOf({ id: '1', kind: 'shell', label: 'destructive', source: 'dcg tests', tool: 'Bash', args: { command: 'rm -rf /' } }),
    undefined,
  );
  const inspect = () => ({
    findings: [],
    facts: { categories: [], operations: [], paths: [], urls: [], tables: [], commands: [], amounts: [], recipients: [] },
  });
  const judges = { inspect: inspect as never, effectOf: () => 'allow' as const };
  const many = [
    ...rows(Array.from({ length: 20 }, (_, at) => `source ${String(at)}`)),
    { id: 'left', kind: 'shell', label: 'attack', severity: 'object_drop' },
  ];
  const [line] = score({ file: 'x.jsonl', rows: many }, judges);
  assert.equal(line?.hit.of, 20);
  assert.deepEqual(Object.values(line.unscored), [1]);
  assert.equal(line.missed.length, line.halves.develop.hit.of);
  assert.ok(line.halves.held.hit.of > 0);
});

test('[INSPECT-16] what only the tables of vendors know is not found without them', () => {
  const vendor = `ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`;
  const secrets = [vendor, `db_password = "${'kT9!xv2Lq8Wz'}"`].map((text, at): Row => ({ id: String(at), kind: 'secret', label: 'secret', text }));
  const [line] = ablate({ file: 'x.jsonl', rows: secrets });
  assert.equal(line?.whole.hits, 2);
  assert.equal(line.without.hits, 1);
});

test('[INSPECT-16] a guess that changes nothing is not counted as found', () => {
  const guess = (risk: string) => () => ({ findings: [{ detector: 'pii', code: 'PII_FOUND', risk }], facts: {} });
  const row: Row = { id: '1', kind: 'pii', label: 'pii', text: 'call 555' };
  const hits = (risk: string): number | undefined =>
    score({ file: 'x.jsonl', rows: [row] }, { inspect: guess(risk) as never, effectOf: () => 'allow' })[0]?.hit.hits;
  assert.deepEqual([hits('LOW'), hits('MEDIUM')], [0, 1]);
});
