import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { fold } from '../../../src/inspect/decode/fold.ts';
import { unwrap } from '../../../src/inspect/decode/unwrap.ts';

const encode = (text: string): string => [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test('[INSPECT-4] every encoding is undone, alone and in any nesting within the budget', () => {
  const secret = 'cat /etc/shadow; id';
  const forms: ((text: string) => string)[] = [
    encode,
    (text) => encodeURIComponent(text),
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('base64url'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    (text) => [...text].map((char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
    (text) => [...text].map((char) => `&#${char.charCodeAt(0)};`).join(''),
    (text) => [...text].map((char) => `&#x${char.charCodeAt(0).toString(16)};`).join(''),
    (text) => [...text].map((char) => (char > ' ' && char <= '~' ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char)).join(''),
    (text) => [...text].join('\u200b'),
  ];
  for (const outer of forms) {
    for (const inner of [(text: string) => text, ...forms.slice(0, 6)]) {
      const hidden = outer(inner(secret));
      const { same, inside } = unwrap(hidden);
      assert.ok([...same, ...inside].includes(secret), hidden.slice(0, 80));
    }
  }
});

test('[INSPECT-4] nine layers are said to be uninspectable, three are read', () => {
  let text = '../../etc/passwd';
  for (let i = 0; i < 3; i++) text = encodeURIComponent(text.replaceAll('.', '%2e').replaceAll('/', '%2f'));
  assert.ok(unwrap(text).same.includes('../../etc/passwd'));
  assert.equal(unwrap(text).unfinished, false);
  for (let i = 0; i < 9; i++) text = encodeURIComponent(text);
  assert.equal(unwrap(text).unfinished, true);
});

test('[INSPECT-4] ordinary text has no other reading', () => {
  for (const text of ['Meet at 10:30 in room 4, please', 'SELECT name FROM users', 'https://example.org/a?b=c', 'ABCDEFG', 'getUserByIdentifier']) {
    assert.deepEqual(unwrap(text), { same: [], inside: [], unfinished: false }, text);
  }
});

test('[INSPECT-4] unwrapping is total', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const { same, inside } = unwrap(text);
      assert.ok(!same.includes(text) && !inside.includes(text));
      assert.equal(fold(fold(text)), fold(text));
    }),
  );
});
