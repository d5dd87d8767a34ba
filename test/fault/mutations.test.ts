import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutate } from './mutations.ts';

/** Kinds after which everything claimed can still be there: another copy, an erasure on record, a later or a saved checkpoint, a byte nobody reads. */
const HARMLESS: ReadonlySet<string> = new Set([
  'checkpoint line removed',
  'checkpoint lines swapped',
  'export checkpoint removed',
  'export payload removed',
  'file byte flipped',
  'file cut',
  'file emptied',
  'file removed',
  'key deleted',
  'key flipped',
  'payload digest flipped',
  'second place set back',
  'small file byte flipped',
]);

test('[LOG-9, LOG-22, LOG-25, LOG-27] changed stores and exports are found, or hold all they claim; unchanged ones raise no alarm (`npm run mutate` tries 10,000)', async () => {
  const outcome = await mutate(260, 7);
  assert.deepEqual(outcome.alarms, []);
  assert.deepEqual(outcome.missed, []);
  assert.equal(outcome.tried, 260);
  for (const kind of Object.keys(outcome.void)) assert.ok(HARMLESS.has(kind), kind);
  assert.ok(outcome.found >= 225, String(outcome.found));
});
