import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretMask, MASK } from '../../src/wire/secret-mask.ts';
import { fc } from '../random.ts';

const KEY = 'sk-Qz/9+ü"7yT4w';
const mask = createSecretMask([KEY, 'short']);

const SPELLINGS: Readonly<Record<string, string>> = {
  'as it is': KEY,
  'in a JSON string': JSON.stringify(KEY).slice(1, -1),
  'in a JSON string that escapes slashes': JSON.stringify(KEY).slice(1, -1).replaceAll('/', '\\/'),
  'percent-encoded': encodeURIComponent(KEY),
  'percent-encoded in small letters': encodeURIComponent(KEY).replace(/%../g, (code) => code.toLowerCase()),
  'in base64': Buffer.from(KEY).toString('base64').replaceAll('=', ''),
  'in base64url': Buffer.from(KEY).toString('base64url'),
  'in base64 behind a name': Buffer.from(`me:${KEY}`).toString('base64'),
  'in base64 behind a longer name': Buffer.from(`user:${KEY}`).toString('base64'),
  'in base64 behind a scheme': Buffer.from(`Bearer ${KEY}!`).toString('base64'),
  'in hexadecimal': Buffer.from(KEY).toString('hex'),
};

for (const [how, spelling] of Object.entries(SPELLINGS)) {
  test(`[LLM-22] a secret ${how} is masked, whole and however it is cut`, () => {
    const text = `before ${spelling} behind`;
    const whole = mask.text(text);
    assert.ok(whole.startsWith('before ') && whole.endsWith(' behind') && whole.includes(MASK), whole);
    assert.equal(mask.bytes(Buffer.from(text)).toString(), whole);
    for (let at = 1; at < text.length; at++) {
      const pieces = mask.pieces();
      const left = pieces.take(text.slice(0, at)) + pieces.take(text.slice(at)) + pieces.end();
      assert.ok((left.startsWith('before ') && left.endsWith(`${MASK} behind`)) || left.includes(MASK), left);
      assert.ok(left.length <= whole.length + 3, `more than three characters left at ${String(at)}: ${left}`);
    }
    const bytes = Buffer.from(text);
    const stream = mask.stream();
    const left = [...bytes].map((byte) => stream.take(Buffer.of(byte)));
    const joined = Buffer.concat([...left, stream.end()]).toString();
    assert.ok(joined.includes(MASK) && joined.length <= whole.length + 3, joined);
  });
}

test('[LLM-22] what holds no secret leaves as it came, at once, also where it begins like one', () => {
  const bytes = Buffer.from('data: {"choices":[]}\n\n');
  const stream = mask.stream();
  assert.equal(stream.take(bytes), bytes);
  assert.equal(mask.bytes(bytes), bytes);
  const pieces = mask.pieces();
  assert.equal(pieces.take('the sk-'), 'the sk-');
  assert.equal(pieces.take('Qz is'), 'Qz is');
  assert.equal(pieces.take('sk-Qz'), '');
  assert.equal(pieces.take('x'), 'sk-Qzx');
  assert.equal(pieces.take('sk-Qz/9'), '');
  assert.equal(pieces.end(), 'sk-Qz/9');
});

test('[LLM-22] values under eight characters are no secrets, and no values mask nothing', () => {
  assert.equal(createSecretMask(['short']).text('short cut'), 'short cut');
  assert.equal(createSecretMask([]).pieces().take('anything'), 'anything');
});

test('[LLM-22] however words and secrets follow each other and are cut, no secret is left and no other word is lost', () => {
  const secrets = ['abcabcabcd', 'abcabcabcabce', 'zzzzzzzzz'];
  const several = createSecretMask(secrets);
  const parts = fc.array(fc.constantFrom(...secrets, 'a', 'abc', 'abca', 'z', 'zzzz', '–', ' '), { maxLength: 12 });
  fc.assert(
    fc.property(parts, fc.array(fc.nat(80), { maxLength: 6 }), (said, cuts) => {
      const text = said.join('');
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length];
      const pieces = several.pieces();
      const left = places.map((from, at) => pieces.take(text.slice(from, places[at + 1] ?? from))).join('') + pieces.end();
      for (const secret of secrets) assert.ok(!left.includes(secret), `${left} of ${text}`);
      if (!secrets.some((secret) => text.includes(secret))) assert.equal(left, text);
    }),
  );
});
