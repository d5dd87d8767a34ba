import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HARNESSES, meaningOf } from '../../../src/intercept/hook/harness.ts';
import type { Harness, ToolCall, Verdict } from '../../../src/intercept/hook/harness.ts';
import { harnessOf } from '../../../src/intercept/hook/harnesses.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';

/** One file per harness, in `conformance/hooks`: what it documents to send, and what it documents to understand. */
interface Document {
  readonly harness: string;
  readonly documented: string;
  readonly source: string;
  readonly calls: readonly {
    readonly title: string;
    readonly event: string;
    readonly payload: JsonObject;
    readonly call?: Partial<ToolCall> | null;
    readonly result?: Json;
    readonly prompt?: string;
  }[];
  readonly answers: readonly { readonly event: string; readonly verdict?: Verdict; readonly answer: JsonObject }[];
}

for (const name of HARNESSES) {
  const document = JSON.parse(readFileSync(`conformance/hooks/${name}.json`, 'utf8')) as Document;
  const harness = harnessOf(name) as Harness;

  test(`[HOOK-1] ${name} ${document.documented}: its documented payloads are read as what they are`, () => {
    assert.equal(document.harness, name);
    for (const { title, event, payload, call, result, prompt } of document.calls) {
      assert.notEqual(meaningOf(harness, event), undefined, title);
      if (prompt !== undefined) assert.equal(harness.prompt(payload), prompt, title);
      if (call === undefined) continue;
      const read = harness.call(event, payload);
      if (call === null || read === null) {
        assert.equal(read, call, title);
        continue;
      }
      const { sameness, ...rest } = read;
      assert.deepEqual(call.sameness === undefined ? rest : { ...rest, sameness }, call, title);
      if (result !== undefined) assert.deepEqual(harness.result(event, payload), result, title);
    }
  });

  test(`[HOOK-1] ${name} ${document.documented}: every verdict is its exact answer, and every deciding event has a denial`, () => {
    for (const { event, verdict, answer } of document.answers) {
      assert.deepEqual(verdict === undefined ? harness.nod(event) : harness.say(event, verdict), answer, `${event} ${verdict?.effect ?? ''}`);
    }
    const deciding = Object.keys(harness.events).filter((event) => harness.events[event] === 'decide');
    const denied = document.answers.filter(({ verdict }) => verdict?.effect === 'deny').map(({ event }) => event);
    assert.deepEqual(
      deciding.filter((event) => !denied.includes(event)),
      [],
    );
  });
}

test('[HOOK-1] an inherited name is no event and no harness', () => {
  assert.equal(harnessOf('constructor'), undefined);
  for (const name of HARNESSES) assert.equal(meaningOf(harnessOf(name) as Harness, 'toString'), undefined);
});
