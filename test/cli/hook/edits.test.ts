import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { edited, obstacle } from '../../../src/cli/install/edit.ts';
import { readSettings, valueAt } from '../../../src/cli/install/settings-text.ts';
import { scaffoldOf, trimmed } from '../../../src/cli/install/trim.ts';
import { OURS } from './samples.ts';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const PLAIN = { noNullPrototype: true } as const;
const handler = fc.record({ type: fc.constant('command'), command: fc.string() }, PLAIN);
const group = fc.record({ matcher: fc.string(), hooks: fc.array(handler, { maxLength: 2 }) }, PLAIN);
const document = fc.record(
  {
    model: leaf,
    env: fc.dictionary(fc.string(), leaf, { maxKeys: 3 }),
    hooks: fc.record({ PreToolUse: fc.array(group, { maxLength: 3 }), Stop: fc.array(group, { maxLength: 2 }) }, { requiredKeys: [] }),
    tail: leaf,
  },
  { requiredKeys: [] },
);

/** The document as different people and programs write it. */
const written = fc
  .tuple(document, fc.constantFrom(0, 2, 4, '\t'), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\uFEFF'), fc.boolean())
  .map(([held, indent, eol, bom, ends]) => bom + JSON.stringify(held, null, indent).replaceAll('\n', eol) + (ends ? eol : ''));

test('[HOOK-10] for any settings: our entries stand last, the rest is untouched, and taking them out gives the very bytes back', () => {
  fc.assert(
    fc.property(written, (text) => {
      assert.equal(obstacle(text, OURS), null);
      const scaffold = scaffoldOf(text, OURS);
      const next = edited(text, OURS);
      assert.ok(!('fault' in readSettings(next)), next);
      for (const { at, value } of OURS) {
        const held = valueAt(next, at) as unknown[];
        assert.deepEqual(held.at(-1), value);
        assert.deepEqual(held.slice(0, -1), valueAt(text, at) ?? []);
      }
      assert.deepEqual(valueAt(next, ['env']), valueAt(text, ['env']));
      assert.deepEqual(valueAt(next, ['hooks', 'Stop']), valueAt(text, ['hooks', 'Stop']));
      assert.equal(trimmed(next, OURS, scaffold), text);
    }),
    { numRuns: 500 },
  );
});

test('[HOOK-10] for any settings: what somebody adds around our entries is kept when they go', () => {
  fc.assert(
    fc.property(written, group, (text, theirs) => {
      const next = edited(edited(text, OURS), [{ kind: 'append', at: ['hooks', 'PreToolUse'], value: theirs }]);
      const left = trimmed(next, OURS, scaffoldOf(text, OURS));
      assert.deepEqual(valueAt(left, ['hooks', 'PreToolUse']), [
        ...((valueAt(text, ['hooks', 'PreToolUse']) as unknown[] | undefined) ?? []),
        theirs,
      ]);
    }),
    { numRuns: 300 },
  );
});
