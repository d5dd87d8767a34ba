import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { V4, V6 } from '../../../src/inspect/pii/addresses.ts';
import { NAMED, PROVED } from '../../../src/inspect/pii/kinds.ts';
import { CANDIDATE } from '../../../src/inspect/pii/phones.ts';
import { placesOf } from '../../../src/inspect/places/find-places.ts';

/** Every position at which the pattern matches something, asked one by one. */
function matchedAt(pattern: RegExp, text: string): number[] {
  const sticky = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`);
  const out: number[] = [];
  for (let at = 0; at < text.length; at++) {
    sticky.lastIndex = at;
    if (sticky.test(text) && sticky.lastIndex > at) out.push(at);
  }
  return out;
}

function missed(patterns: readonly RegExp[], text: string): unknown[] {
  const places = placesOf(patterns)(text);
  return patterns.flatMap((pattern, i) =>
    matchedAt(pattern, text)
      .filter((at) => places[i]?.includes(at) !== true)
      .map((at) => ({ pattern: String(pattern), text, at })),
  );
}

const PERSONAL = [...PROVED, ...NAMED].map((kind) => kind.pattern).concat(V4, V6, CANDIDATE);
const findPersonal = placesOf(PERSONAL);

const piece = fc.oneof(
  fc.stringMatching(/^\d{1,14}$/),
  fc.stringMatching(/^[A-Z]{1,6}\d{1,9}[A-Z]{0,3}$/),
  fc.stringMatching(/^[0-9a-f]{1,4}$/),
  fc.constantFrom('GB82', 'WEST', '0x', 'bc1', 'HRB', 'AB12', 'ÄÖ', 'ß', 'ſ', '+49', '(030)', '12 Jan 1990', 'x'),
);
const texts = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', '-', '.', '/', ':', '', '_', '@', ') ', '\n')), { maxLength: 12 })
  .map((parts) => parts.map(([text, mark]) => text + mark).join(''));

test('[INSPECT-11] one pass names every place at which a kind of personal data matches', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const places = findPersonal(text);
      PERSONAL.forEach((pattern, i) => {
        for (const at of matchedAt(pattern, text))
          assert.ok(places[i]?.includes(at), `${String(pattern)} at ${String(at)} of ${JSON.stringify(text)}`);
      });
    }),
    { numRuns: 300 },
  );
});

const atoms = fc.constantFrom('a', 'B', '1', '-', '\\d', '\\w', '\\s', '.', '[ab1]', '[^a-c]', '[\\d_-]', '\\.', '\\x41', '\\u00e9', 'é', '\\b');
const counts = fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,3}', '{2,}', '+?');
const bodies = fc.letrec<{ body: string; item: string; group: string }>((tie) => ({
  item: fc.oneof({ maxDepth: 2, withCrossShrink: true }, { weight: 4, arbitrary: atoms }, { weight: 1, arbitrary: tie('group') }),
  group: fc.tuple(fc.constantFrom('(?:', '(', '(?!', '(?='), tie('body')).map(([open, body]) => `${open}${body})`),
  body: fc
    .array(fc.tuple(tie('item'), counts), { minLength: 1, maxLength: 4 })
    .map((items) => items.map(([item, count]) => (item === '\\b' || item.startsWith('(?!') || item.startsWith('(?=') ? item : item + count)).join(''))
    .chain((left) => fc.option(tie('body'), { nil: undefined, freq: 3 }).map((right) => (right === undefined ? left : `${left}|${right}`))),
})).body;
const patterns = fc
  .tuple(
    fc.constantFrom('', '(?<!\\w)', '(?<![a1])'),
    bodies,
    fc.constantFrom('', '(?!\\w)', '(?![\\d-])', '(?![\\w]|\\.\\d)'),
    fc.constantFrom('', 'i'),
  )
  .map(([before, body, behind, flags]) => new RegExp(`${before}(?:${body})${behind}`, flags));

test('[INSPECT-14] places are a superset of matches whatever the pattern', () => {
  fc.assert(
    fc.property(fc.array(patterns, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[aAbBc1\-_. é\n]{0,14}$/), (list, text) => {
      assert.deepEqual(missed(list, text), []);
    }),
    { numRuns: 500 },
  );
});

test('[INSPECT-14] the places of a pattern are few: a long word is tried once', () => {
  const [places] = placesOf([/(?<!\w)\d{3}-\d{2}(?!\w)/])(`${'a'.repeat(1_000)} 123-45 1234-56 x123-45 123-456 123-45`);
  assert.deepEqual(places, [1_001, 1_032]);
});
