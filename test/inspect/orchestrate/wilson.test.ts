import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../eval/row.ts';
import { share } from '../../../eval/wilson.ts';

test('[INSPECT-16] evaluation prints Wilson intervals and wraps texts as the calls they arrive in', () => {
  const half = share(50, 100);
  assert.ok(Math.abs(half.low - 0.4038) < 0.001 && Math.abs(half.high - 0.5962) < 0.001);
  assert.equal(share(0, 0).high, 1);
  assert.deepEqual(callOf({ id: '1', kind: 'path', label: 'attack', text: '../x' }), { kind: 'tool', name: 'read_file', args: { path: '../x' } });
  assert.deepEqual(callOf({ id: '1', kind: 'secret', label: 'secret', text_b64: 'eA==' }).args, { body: 'x' });
});
