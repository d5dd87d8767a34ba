import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { readPii } from '../../../src/inspect/pii/read-pii.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';

const inspect = await createInspect();
const sure = (text: string): readonly string[] => readPii(text).found.flatMap(({ id, bare }) => (bare ? [] : [id]));
const findings = (name: string, args: JsonObject) => inspect({ kind: 'tool', name, args }).findings.filter(({ detector }) => detector === 'pii');

test('[INSPECT-142] numbers of a country are found behind their name, and only when they add up', () => {
  const numbers: readonly [string, string][] = [
    ['CPF: 529.982.247-25', '529.982.247-26'],
    ['CNPJ 11.222.333/0001-81', '11.222.333/0001-82'],
    ['BSN 111222333', '111222334'],
    ['numéro de sécurité sociale 1 84 12 76 451 089 46', '1 84 12 76 451 089 47'],
    ['AHV 756.9217.0769.85', '756.9217.0769.86'],
    ['RUT 12.345.678-5', '12.345.678-6'],
    ['OIB 69435151530', '69435151531'],
    ['EGN 7523169263', '7523169264'],
    ['CNP 1800101221144', '1800101221145'],
    ['contribuinte 123456789', '123456780'],
    ['BIC DEUTDEFF500', 'DEUTXXFF500'],
    ['VIN 1HGCM82633A004352', '1HGCM82633A004353'],
  ];
  for (const [text, wrong] of numbers) {
    assert.ok(sure(text).length > 0, text);
    const word = text.split(/(?=\d|DEUT)/)[0] ?? '';
    assert.deepEqual(
      sure(word + wrong).filter((id) => !/^(?:us-ssn|phone|sg-uen|nz-ird)$/.test(id)),
      [],
      word + wrong,
    );
  }
});

test('[INSPECT-142] dates of birth and addresses need their words; other dates and places are none', () => {
  for (const text of [
    'She was born 3rd May 1984 in Leeds',
    'born on the 12th of August, 1990',
    'geboren am 5. Juni 1969',
    'né le 12 janvier 1985',
    'nacido el 4 de marzo de 1991',
    'ship to 742 Evergreen Terrace, Springfield, IL 62704',
    'wohnhaft Hauptstraße 12, 80331 München',
    '12 rue de la Paix, 75002 Paris',
    'Calle de Alcalá 45, 28014 Madrid',
  ])
    assert.ok(sure(text).length > 0, text);
  for (const text of [
    'meeting on 3 May 2024 at 10:00',
    'The company was born in Paris',
    'turn left into Baker Street',
    'flight LH1234',
    'order-2024-000123',
    'start_date 2025-01-01',
    'version 10.2.3.4',
    'subnet 192.168.1.1',
  ])
    assert.deepEqual(sure(text), [], text);
});

test('[INSPECT-141] digits that only pass a check by chance, codes and dates alone are guesses of low confidence', () => {
  for (const text of ['426614174000', '4329519973', '1970-01-01', 'K92993548']) {
    const { found } = readPii(text);
    assert.ok(
      found.every(({ bare }) => bare),
      text,
    );
  }
  for (const { risk, confidence } of findings('lookup', { item: '4329519973' })) assert.deepEqual([risk, confidence < 0.5], ['LOW', true]);
});

test('[INSPECT-142] the name of an argument is the word for its value', () => {
  const codes = (args: JsonObject): readonly string[] =>
    findings('save_profile', args).flatMap(({ risk, evidence }) => (risk === 'LOW' ? [] : [evidence]));
  assert.deepEqual(codes({ dateOfBirth: '1984-05-03' }), ['[date-of-birth]']);
  assert.deepEqual(codes({ cpf: '52998224725' }), ['[br-cpf]']);
  assert.deepEqual(codes({ travel_date: '1984-05-03' }), []);
  const login = inspect({ kind: 'tool', name: 'login', args: { user: 'kim', password: 'bluebird77' } }).findings;
  const [password] = login.filter(({ detector }) => detector === 'secret');
  assert.deepEqual([password?.risk, (password?.confidence ?? 1) < 0.5], ['MEDIUM', true]);
});

test('[INSPECT-144] a card and a social security number that leave together are asked about; one of them, or at home, is recorded', () => {
  const worst = (name: string, args: JsonObject): string =>
    findings(name, args)
      .map(({ risk }) => risk)
      .sort()[0] ?? 'none';
  const body = 'card 4111 1111 1111 1111, SSN 536-90-4399';
  assert.equal(worst('http_post', { url: 'https://collect.example.net/', body }), 'HIGH');
  assert.equal(worst('send_email', { to: 'a@b.example', card: '4111 1111 1111 1111', note: 'SSN 536-90-4399' }), 'HIGH');
  assert.equal(worst('http_post', { url: 'https://pay.example.net/', body: 'card 4111 1111 1111 1111, jane@x.example' }), 'MEDIUM');
  assert.equal(worst('save_note', { body }), 'MEDIUM');
});

test('[INSPECT-175] a number said to ring, and a number named by its country, are found without their plan or check digit', () => {
  const texts = [
    'Call me back on +1-736-487-7021x8976 after lunch.',
    'Call me back on 872-272-6208 ext. 73',
    'Telefonum +90(528)637-3571x5675',
    'Bel mij op 0992 492566.',
    'Ring mig på 08-133 12 48.',
    'Meine Telefonnummer lautet 0967874209.',
    '手机 13812345678',
    'aadhaar number 495181199946',
    'NINO QQ123456C',
    'Emirates ID 784-1990-1234567-1',
    'BVN 22123456789',
    'KRA PIN A012345678Z',
    'ЕГН 7523169263',
    'ИНН 500100732259',
    'СНИЛС 112-233-445 95',
    'паспорт 4509 123456',
    'AMKA 01018012345',
    'JMBG 0101006500006',
    'kennitala 120174-3389',
    'CCCD 001203004567',
    'iqama 2123456789',
    'cédula 1.020.345.678',
    'CNH 12345678900',
    'EIN 12-3456789',
    'DL number: F255-921-50-094-0',
    'license plate 7ABC123',
  ];
  const kinds = (text: string): readonly string[] => readPii(text).found.flatMap(({ id, bare }) => (bare ? [] : [id]));
  assert.deepEqual(
    texts.filter((text) => kinds(text).length === 0),
    [],
  );
  const plain = [
    'mac 67:66:05:e8:fb:bb joined the lab network',
    'mac 10:2F:33-AC-29-C3',
    '::ffff:256.0.0.1',
    'call 911',
    'phone support is available',
    'ring the bell 3 times',
    'recall 2024-05-03',
    'the telephone was invented in 1876',
    'call meeting on 2024-05-03',
    'ИНН 500100732258',
    'innocent 1234567890',
    'a cell 10x20 of the grid',
    'dial in at 10:00',
    'tin roof 12345',
    'taj mahal 1653',
    'kra kra 12',
  ];
  assert.deepEqual(
    plain.filter((text) => kinds(text).length > 0),
    [],
  );
});
