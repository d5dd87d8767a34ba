import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKnownValues } from '../../../src/intercept/llm/prompt/known-values.ts';

function found(values: readonly string[], text: string): readonly string[] {
  const known = createKnownValues();
  for (const value of values) known.add(value);
  const hits: string[] = [];
  known.find(text, (start, value) => {
    assert.equal(text.slice(start, start + value.length), value);
    hits.push(`${String(start)} ${value}`);
  });
  return hits;
}

test('[LLM-55] a known value is found wherever it stands, the longest at each place; a short one only as a word of its own', () => {
  assert.deepEqual(found(['a@b.cd', 'a@b.cd.ef', 'b.cd'], 'x a@b.cd.ef, a@b.cd'), ['2 a@b.cd.ef', '4 b.cd', '13 a@b.cd', '15 b.cd']);
  assert.deepEqual(found(['12345'], '12345 x12345 123456 (12345)'), ['0 12345', '21 12345']);
  assert.deepEqual(found(['12345678'], 'x123456789'), ['1 12345678']);
  assert.deepEqual(found(['abc', ''], 'abc'), []);
});

test('[LLM-55] long values that begin alike are told apart, whatever their number and order', () => {
  const head = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.';
  const values = Array.from({ length: 3_000 }, (_none, at) => head + (at * 7_919).toString(36).padStart(6, 'q') + 'z'.repeat(at % 5));
  const chain = [head, `${head}q`, `${head}qq`];
  const text = [...values.slice(0, 50), ...chain, `${head}unknown`].join(' ');
  const expected = [...values.slice(0, 50), ...chain, head];
  const hits = found([...values.toReversed(), ...chain], text).map((hit) => hit.slice(hit.indexOf(' ') + 1));
  assert.equal(hits.length, expected.length);
  for (const [at, hit] of hits.entries()) {
    const wanted = expected[at] ?? '';
    // A longer one of the thousand may begin with it and go on as the text does.
    assert.ok(hit === wanted || (hit.startsWith(wanted) && values.includes(hit)), `${hit} for ${wanted}`);
  }
});
