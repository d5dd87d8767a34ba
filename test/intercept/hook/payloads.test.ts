import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HARNESSES, harnessOf } from '../../../src/intercept/hook/harness/harnesses.ts';
import { promptIn } from '../../../src/intercept/hook/harness/payload.ts';
import { meaningOf } from '../../../src/intercept/hook/harness/protocol.ts';
import { documentOf } from './documents.ts';

for (const { name, protocol } of HARNESSES) {
  const document = documentOf(name);

  test(`[HOOK-1] ${name} ${document.documented}: its documented payloads are read as what they are`, () => {
    assert.equal(document.harness, name);
    for (const { title, event, payload, call, result, prompt } of document.calls) {
      assert.notEqual(meaningOf(protocol, event), undefined, title);
      if (prompt !== undefined) assert.equal(promptIn(protocol.members, payload), prompt, title);
      if (call === undefined) continue;
      const read = protocol.call(event, payload);
      if (call === null || read === null) {
        assert.equal(read, call, title);
        continue;
      }
      const { correlation, ...rest } = read;
      assert.deepEqual(call.correlation === undefined ? rest : { ...rest, correlation }, call, title);
      if (result !== undefined) assert.deepEqual(protocol.result(event, payload), result, title);
    }
  });

  test(`[HOOK-1] ${name} ${document.documented}: every decision is its exact answer, and every deciding event has a denial`, () => {
    for (const { event, decision, answer } of document.answers) {
      assert.deepEqual(
        decision === undefined ? protocol.acknowledge(event) : protocol.answer(event, decision),
        answer,
        `${event} ${decision?.effect ?? ''}`,
      );
    }
    const deciding = Object.keys(protocol.events).filter((event) => protocol.events[event] === 'decide');
    const denied = document.answers.filter(({ decision }) => decision?.effect === 'deny').map(({ event }) => event);
    assert.deepEqual(
      deciding.filter((event) => !denied.includes(event)),
      [],
    );
  });
}

test('[HOOK-1] an inherited name is no event and no harness', () => {
  assert.equal(harnessOf('constructor'), undefined);
  for (const { protocol } of HARNESSES) assert.equal(meaningOf(protocol, 'toString'), undefined);
});
