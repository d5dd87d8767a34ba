import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { readText } from '../../../src/inspect/read-text.ts';
import type { Finding } from '../../../src/kernel/finding.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { REACHING } from './paths.ts';
import { PERSONAL } from './personal.ts';
import { SQL_FRAGMENTS } from './sql-fragments.ts';
import { INSIDE } from './urls.ts';

const inspect = await createInspect();

const stops = (findings: readonly Finding[]): boolean => findings.some((one) => one.risk === 'HIGH' || one.risk === 'CRITICAL');

function reads(name: string, key: string): (value: string) => readonly Finding[] {
  return (value) => inspect({ kind: 'tool', name, args: { [key]: value } }).findings;
}

/** At least `percent` of `values` are seen; the message names what was not. */
function recall(values: readonly string[], percent: number, sees: (value: string) => boolean): void {
  const missed = values.filter((value) => !sees(value));
  assert.ok(
    missed.length * 100 <= values.length * (100 - percent),
    `missed ${String(missed.length)} of ${String(values.length)}: ${missed.join(' ⏎ ')}`,
  );
}

test('[INSPECT-80] a value that completes a query is stopped, in any of a hundred spellings', () => {
  assert.ok(SQL_FRAGMENTS.length >= 100);
  const read = reads('search_products', 'q');
  recall(SQL_FRAGMENTS, 98, (value) => stops(read(value)));
});

test('[INSPECT-70] a URL that leads inside is stopped, in any of a hundred spellings', () => {
  assert.ok(INSIDE.length >= 100);
  const read = reads('http_get', 'url');
  recall(INSIDE, 98, (value) => stops(read(value)));
});

test('[INSPECT-84] a path that climbs, hides or reaches a secret is stopped, in any of a hundred spellings', () => {
  assert.ok(REACHING.length >= 100);
  const read = reads('read_file', 'path');
  recall(REACHING, 98, (value) => stops(read(value)));
});

test('[INSPECT-85] personal data is seen in the ways people write it', () => {
  assert.ok(PERSONAL.length >= 100);
  const read = reads('http_post', 'body');
  recall(PERSONAL, 95, (value) => read(value).some((one) => one.detector === 'pii'));
});

test('[INSPECT-86] instructions in what a tool returns are seen wherever they stand in it', () => {
  assert.ok(INSTRUCTIONS.length >= 100);
  recall(INSTRUCTIONS, 90, (text) => stops(readText(text, { context: 'result' })));
});

test('[INSPECT-87] ordinary values with the words and signs of attacks are not stopped', () => {
  assert.ok(LOOK_ALIKES.length >= 150);
  const read = reads('search_products', 'q');
  recall(LOOK_ALIKES, 99, (value) => !stops(read(value)));
  recall(LOOK_ALIKES, 99, (value) => !stops(readText(value, { context: 'result' })));
});
