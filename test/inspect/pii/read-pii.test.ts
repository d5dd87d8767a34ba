import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as check from '../../../src/inspect/pii/checks.ts';
import { readPii } from '../../../src/inspect/pii/read-pii.ts';

const ids = (text: string): string[] =>
  readPii(text)
    .found.filter((one) => !one.bare)
    .map((one) => one.id);

test('[INSPECT-11] personal data is found by checksum and by the words beside it', () => {
  const cases: [string, string][] = [
    ['Write to maria.lopez@mail.example.org today', 'email'],
    ['card 4242 4242 4242 4242 exp 12/29', 'credit-card'],
    ['IBAN DE89 3704 0044 0532 0130 00', 'iban'],
    ['SSN 536-22-8726', 'us-ssn'],
    ['call me at +44 20 7946 0958', 'phone'],
    ['seen from 203.0.113.77 last night', 'ip-address'],
    ['MAC 3c:22:fb:9a:10:7e', 'mac-address'],
    ['NHS number 943 476 5919', 'uk-nhs'],
    ['DNI 12345678Z', 'es-nif'],
    ['HETU 131052-308T', 'fi-personal-id'],
    ['born on 1984-03-12', 'date-of-birth'],
    ['passport number: 518273645', 'us-passport'],
    ['PESEL 44051401359', 'pl-pesel'],
  ];
  for (const [text, id] of cases) assert.ok(ids(text).includes(id), `${text}: ${ids(text).join()}`);
});

test('[INSPECT-11] what proves nothing any more is a guess when it stands alone, and found when it is named', () => {
  const all = (text: string): string[] => readPii(text).found.map(({ id, bare }) => `${id}${bare ? '?' : ''}`);
  assert.deepEqual(all('2103154123450'), ['kr-rrn?']);
  assert.deepEqual(all('resident registration 2103154123450'), ['kr-rrn']);
  assert.deepEqual(all('2113154123450'), [], 'there is no month 13');
  assert.deepEqual(all('QWEXY4821L'), ['in-pan?']);
  assert.deepEqual(all('PAN QWEXY4821L'), ['in-pan']);
  assert.deepEqual(all('the build QWEXY4821L is out'), []);
  assert.deepEqual(all('5424318765'), ['phone?']);
  assert.deepEqual(all('order 5424318765 is packed'), []);
});

test('[INSPECT-11] ordinary numbers are not personal data', () => {
  for (const text of [
    'Order 20261121-4471 weighs 3.25 kg',
    'Version 10.2.3 of 2026-11-21',
    'The meeting is at 14:30 in room 301',
    'x = 3.14159265358979',
    '4242 4242 4242 4241 is not valid',
    'error 0x80070005',
  ]) {
    assert.deepEqual(ids(text), [], text);
  }
});

test('[INSPECT-11] checksums accept published examples and refuse a changed digit', () => {
  const cases: [(text: string) => boolean, string][] = [
    [check.luhn, '79927398713'],
    [check.mod97, 'GB82WEST12345698765432'],
    [check.verhoeff, '236' + '3'],
    [check.nhs, '9434765919'],
    [check.pesel, '44051401359'],
    [check.aba, '021000021'],
    [check.nif, '12345678Z'],
    [check.turkishId, '10000000146'],
    [check.abn, '51824753556'],
    [check.npi, '1234567893'],
  ];
  for (const [valid, good] of cases) {
    assert.equal(valid(good), true, good);
    const last = good.at(-1) ?? '';
    const wrong = good.slice(0, -1) + (/\d/.test(last) ? String((Number(last) + 1) % 10) : last === 'A' ? 'B' : 'A');
    assert.equal(valid(wrong), false, wrong);
  }
});

test('[INSPECT-11] a text longer than what is searched is said to be so', () => {
  assert.equal(readPii('a 1 '.repeat(50_000)).complete, false);
});
