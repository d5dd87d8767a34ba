import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCalls } from '../../../src/intercept/hook/open-calls.ts';
import type { ActionId } from '../../../src/kernel/ids.ts';

const id = (text: string): ActionId => text as ActionId;

test('[HOOK-5] equal calls without an id are settled in the order they were let go', () => {
  const calls = openCalls();
  for (const name of ['a', 'b', 'c']) calls.opened('k', id(name));
  assert.deepEqual([calls.closed('k'), calls.closed('k'), calls.closed('k'), calls.closed('k')], ['a', 'b', 'c', undefined]);
  assert.equal(calls.closed('other'), undefined);
});

test('[HOOK-1] a second event about a call has its decision, a third one is another call', () => {
  const calls = openCalls();
  assert.equal(calls.repeated('k'), undefined, 'nothing was told of it yet');
  calls.opened('k', id('a'));
  assert.equal(calls.repeated('k'), 'a');
  calls.opened('k', id('a'));
  assert.equal(calls.repeated('k'), undefined);
  calls.opened('k', id('b'));
  assert.equal(calls.repeated('k'), 'b', 'the newest');
  assert.deepEqual([calls.closed('k'), calls.closed('k'), calls.closed('k')], ['a', 'b', undefined], 'one that was told twice is open once');
});

test('[HOOK-5] calls that are never reported back are forgotten, oldest first, before they fill the memory', () => {
  const calls = openCalls();
  for (let at = 0; at < 10_050; at++) calls.opened(`k${String(at)}`, id(String(at)));
  assert.equal(calls.closed('k0'), undefined);
  assert.equal(calls.closed('k49'), undefined);
  assert.equal(calls.closed('k50'), '50');
  assert.equal(calls.closed('k10049'), '10049');
});
