import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARY } from '../../../src/intercept/hook/harness/canary.ts';
import { HARNESSES, harnessOf } from '../../../src/intercept/hook/harness/harnesses.ts';
import { promptIn, sessionIn } from '../../../src/intercept/hook/harness/payload.ts';
import { meaningOf } from '../../../src/intercept/hook/harness/protocol.ts';
import type { HookDecision, Protocol } from '../../../src/intercept/hook/harness/protocol.ts';
import { canaryIn } from '../../../src/intercept/hook/normalise.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { documentOf } from './documents.ts';

/** What every harness on the list must hold, by what it documents in `conformance/hooks/<name>.json`. */
const DECISIONS = ['allow silently', 'allow explicitly', 'modify', 'ask', 'deny'] as const;

function named(decision: HookDecision): (typeof DECISIONS)[number] {
  return decision.effect === 'allow' ? (decision.explicit ? 'allow explicitly' : 'allow silently') : decision.effect;
}

const deciding = ({ events }: Protocol): readonly string[] => Object.keys(events).filter((event) => events[event] === 'decide');

/** As it arrives: what is `undefined` here is not there. */
const sent = (payload: JsonObject): JsonObject => JSON.parse(JSON.stringify(payload)) as JsonObject;

for (const { name, title, protocol, canary, readingTools } of HARNESSES) {
  const document = documentOf(name);

  test(`[HOOK-1] ${name} ${document.documented}: its documented payloads are read as what they are`, () => {
    assert.equal(document.harness, name);
    assert.match(name, /^[a-z-]{1,32}$/);
    assert.notEqual(title, '');
    for (const event of Object.keys(protocol.events)) assert.match(event, /^[A-Za-z]{1,64}$/, 'it is part of an address');
    for (const { title: what, event, payload, call, result, prompt, session } of document.calls) {
      assert.notEqual(meaningOf(protocol, event), undefined, what);
      if (prompt !== undefined) assert.equal(promptIn(protocol.members, payload), prompt, what);
      if (session !== undefined) assert.equal(sessionIn(protocol.members, payload), session, what);
      if (call === undefined) continue;
      const read = protocol.call(event, payload);
      if (call === null || read === null) {
        assert.equal(read, call, what);
        continue;
      }
      const { correlation, ...rest } = read;
      assert.deepEqual(call.correlation === undefined ? rest : { ...rest, correlation }, call, what);
      if (result !== undefined) assert.deepEqual(protocol.result(event, payload), result, what);
    }
  });

  test(`[HOOK-1] ${name}: a payload is documented for every event, and one that must be refused`, () => {
    const shown = (event: string): boolean => {
      const meaning = meaningOf(protocol, event);
      return document.calls.some((row) => {
        if (row.event !== event) return false;
        if (meaning === 'prompt') return row.prompt !== undefined;
        if (meaning === 'started' || meaning === 'ended') return row.session !== undefined;
        return row.call !== undefined && row.call !== null && (meaning === 'decide' || row.result !== undefined);
      });
    };
    assert.deepEqual(
      Object.keys(protocol.events).filter((event) => !shown(event)),
      [],
    );
    assert.ok(document.calls.some(({ call }) => call === null));
  });

  test(`[HOOK-1] ${name} ${document.documented}: every decision is its exact answer at every event`, () => {
    for (const { event, decision, answer } of document.answers) {
      const said = decision === undefined ? protocol.acknowledge(event) : protocol.answer(event, decision);
      assert.deepEqual(said, answer, `${event} ${decision?.effect ?? ''}`);
    }
    const missing = Object.entries(protocol.events).flatMap(([event, meaning]) => {
      const rows = document.answers.filter((row) => row.event === event);
      if (meaning !== 'decide') return rows.some(({ decision }) => decision === undefined) ? [] : [event];
      const shown = rows.flatMap(({ decision }) => (decision === undefined ? [] : [named(decision)]));
      const possible = protocol.canChange(event, { command: 'a' }, { command: 'b' }) ? DECISIONS : DECISIONS.filter((one) => one !== 'modify');
      return possible.filter((one) => !shown.includes(one)).map((one) => `${event} ${one}`);
    });
    assert.deepEqual(missing, []);
  });

  test(`[HOOK-1] ${name}: an answer stops a call exactly when it says so`, () => {
    for (const { event, decision, answer } of document.answers) {
      if (decision === undefined) assert.equal(protocol.denies(answer), false, event);
      else if (decision.effect === 'ask') assert.equal(protocol.denies(answer), JSON.stringify(answer).includes('"deny"'), event);
      else assert.equal(protocol.denies(answer), decision.effect === 'deny', `${event} ${decision.effect}`);
    }
  });

  test(`[HOOK-1] ${name}: changed arguments are handed back only where the harness takes them as they are`, () => {
    for (const { title: what, event, before, after, carried } of document.changes)
      assert.equal(protocol.canChange(event, before, after), carried, `${event}: ${what}`);
    const shown = new Set(document.changes.map(({ event }) => event));
    assert.deepEqual(
      deciding(protocol).filter((event) => !shown.has(event)),
      [],
    );
  });

  test(`[HOOK-8] ${name}: its canary is read back as a canary at a deciding event`, () => {
    const call = { session: 'canary-n1', tool: CANARY, args: { nonce: 'n1' }, cwd: '/home/ann/shop', now: 1_763_632_800_000 } as const;
    const read = protocol.call(canary.event, sent(canary.payload(call)));
    assert.equal(meaningOf(protocol, canary.event), 'decide');
    assert.equal(read === null ? null : canaryIn(read), 'n1');
    assert.equal(read?.session, 'canary-n1');
  });

  test(`[HOOK-7] ${name}: what the launcher may let run without Aegis only reads, and events without a tool's name have one`, () => {
    assert.ok(!readingTools.includes(document.shell));
    for (const event of [...Object.keys(protocol.unnamed ?? {}), ...(protocol.repeats ?? [])]) assert.ok(deciding(protocol).includes(event), event);
    for (const [event, { tool }] of Object.entries(protocol.unnamed ?? {})) {
      const row = document.calls.find((one) => one.event === event && one.call !== null);
      assert.equal(row?.call?.name, tool, event);
    }
  });
}

test('[HOOK-1] an inherited name is no event and no harness', () => {
  assert.equal(harnessOf('constructor'), undefined);
  for (const { protocol } of HARNESSES) assert.equal(meaningOf(protocol, 'toString'), undefined);
});

test('[HOOK-1] every harness has a name of its own', () => {
  const names = HARNESSES.map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
});
