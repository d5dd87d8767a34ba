import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { plain } from '../../../src/intercept/hook/enforce.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { promptIn, sessionIn } from '../../../src/intercept/hook/harness/payload.ts';
import { actionIdOf, sessionOf } from '../../../src/intercept/hook/normalise.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { digestOf } from '../../../src/wire/digest.ts';

const KEYS = [
  'session_id',
  'sessionId',
  'conversation_id',
  'tool_name',
  'toolName',
  'tool_input',
  'toolArgs',
  'tool_use_id',
  'command',
  'cwd',
  'file_path',
  'prompt',
  'permission_mode',
  'tool_response',
];

const payload = fc.dictionary(
  fc.oneof(fc.constantFrom(...KEYS), fc.string()),
  fc.oneof(fc.string(), fc.constantFrom('apply_patch', 'Shell', 'MCP:a:b', '{"a":1}', '{"a":1,"a":2}', '[1]'), fc.jsonValue()),
  { noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;

test('[HOOK-1] whatever a payload holds, an adapter reads a whole call or none, and never throws', () => {
  for (const { name, protocol } of HARNESSES) {
    const events = Object.keys(protocol.events);
    fc.assert(
      fc.property(fc.constantFrom(...events), payload, (event, held) => {
        promptIn(protocol.members, held);
        protocol.result(event, held);
        protocol.denies(held);
        const call = protocol.call(event, held);
        if (call === null) return;
        assert.ok(call.session !== '' && call.name !== '' && typeof call.args === 'object' && !Array.isArray(call.args));
        assert.equal(call.session, sessionIn(protocol.members, held));
        assert.match(sessionOf(name, call.session, digestOf), /^[A-Za-z0-9._:@/-]{1,128}$/);
        assert.match(actionIdOf(sessionOf(name, call.session, digestOf), call.callId ?? 'x', digestOf), /^[\x21-\x7e]{1,128}$/);
      }),
      { numRuns: 300 },
    );
  }
});

test('[HOOK-1] no text a harness prints holds anything a terminal would obey', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (said) => {
      const shown = plain(said);
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
    }),
  );
});
