import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEntry } from '../../src/log/entry.ts';
import { sampleGate, proposal, TENANT } from './sample-gate.ts';

test('[GATE-1] a decision is answered after its entry is durable, with the session it opened', async () => {
  const { gate, deps } = await sampleGate();
  const decision = await gate.admit(proposal({ id: 'x1', args: { b: 1, a: 'two' } }));
  assert.equal(decision.effect, 'allow');
  const entries = await deps.store.read(TENANT, { limit: 100 });
  const types = entries.map((entry) => entry.type);
  assert.deepEqual(types.slice(-2), ['session-opened', 'action-decided']);
  const last = entries.at(-1);
  assert.ok(last);
  const entry = openEntry(last.bytes, last.index);
  assert.equal(entry.type === 'action-decided' && entry.body.decision.worldIndex, last.index);
  await gate.close();
});
