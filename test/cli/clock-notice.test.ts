import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockNotice, span } from '../../src/cli/clock-notice.ts';
import { proposal, sampleGate, START, TENANT } from '../gate/sample-gate.ts';

test('[GATE-25] a start says in plain units how far the clock is behind the log, and nothing of ordinary slewing', async () => {
  const { gate, clock } = await sampleGate();
  assert.equal(clockNotice({ gate }, START - 900), null);
  clock.move(365 * 86_400_000);
  await gate.admit(proposal());
  assert.match(clockNotice({ gate }, START) ?? '', /is 365 days behind the last entry of the log\./);
  assert.equal(clockNotice({ gate }, gate.now(TENANT)), null);
  assert.deepEqual([1_000, 90_000, 3_600_000, 172_800_000].map(span), ['1 second', '1 minute', '1 hour', '2 days']);
  await gate.close();
});
