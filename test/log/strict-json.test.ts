import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { AegisError } from '../../src/errors.ts';
import { parseStrict } from '../../src/wire/strict-json.ts';
import { canonical } from '../../src/wire/jcs.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const code = (input: string | Uint8Array): string => {
  try {
    parseStrict(typeof input === 'string' ? bytes(input) : input);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof AegisError, String(error));
    return `${error.code} ${error.pointer ?? ''}`.trim();
  }
};

test('[LOG-4] duplicate keys are found plain, escaped and deep, with their pointer', () => {
  assert.equal(code('{"a":1,"a":2}'), 'BODY_INVALID_JSON /a');
  assert.equal(code('{"a":1,"\\u0061":2}'), 'BODY_INVALID_JSON /a');
  assert.equal(code('{"x/y":[0,{"b~":{"c":1,"d":2,"c":3}}]}'), 'BODY_INVALID_JSON /x~1y/1/b~0/c');
  for (let depth = 1; depth <= 20; depth++) {
    const wrap = (inner: string): string => '{"n":'.repeat(depth) + inner + '}'.repeat(depth);
    assert.match(code(wrap('{"k":1,"k":1}')), /^BODY_INVALID_JSON/);
    assert.equal(code(wrap('{"k":{"k":1}}')), 'accepted');
  }
  const many = Array.from({ length: 100 }, (_, n) => `"k${String(n)}":0`);
  assert.equal(code(`{${many.join()}}`), 'accepted');
  assert.equal(code(`{${[...many, '"k50":1'].join()}}`), 'BODY_INVALID_JSON /k50');
  assert.equal(code('{"__proto__":1,"__proto__":2}'), 'BODY_INVALID_JSON /__proto__');
});

test('[LOG-4] bytes that are not one clean JSON value are refused', () => {
  for (const hex of ['22c0af22', 'efbbbf7b7d', '22eda08022', '22ff22', 'fffe7b007d00', ''])
    assert.match(code(Buffer.from(hex, 'hex')), /^BODY_INVALID_JSON/, hex);
  for (const text of [
    '"\\ud800"',
    '["\\udc00\\ud800"]',
    '{"\\ud800":1}',
    '{"a\\u0000":1}',
    '[1] 2',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "'a'",
    '[01]',
    '+1',
    'NaN',
    'Infinity',
    '"a\nb"',
    '"\\x"',
    '"abc',
    '[1',
    'nul',
    ' ',
    '[1]\u00a0',
    '//x\n1',
  ]) {
    assert.match(code(text), /^BODY_INVALID_JSON/, text);
  }
  assert.equal(code('"\\ud83d\\ude00 \\u0000"'), 'accepted');
  assert.equal(code(' {"a\\"b\\\\":"\\\\","c":["}",",\\""]}\n'), 'accepted');
});

test('[LOG-4] depth, keys and bytes have limits that are counted before anything is built', () => {
  assert.equal(code('['.repeat(64) + ']'.repeat(64)), 'accepted');
  assert.match(code('['.repeat(65) + ']'.repeat(65)), /^BODY_TOO_DEEP/);
  assert.match(code('['.repeat(500_000)), /^BODY_TOO_DEEP/);
  const keys = (count: number): string => `{${Array.from({ length: count }, (_, n) => `"${String(n)}":0`).join()}}`;
  assert.equal(code(keys(10_000)), 'accepted');
  assert.match(code(keys(10_001)), /^BODY_TOO_MANY_KEYS/);
  assert.equal(code(`"${'x'.repeat(1_048_576)}"`), 'BODY_TOO_LARGE');
  assert.throws(() => parseStrict(bytes('[[1]]'), { depth: 1 }), { code: 'BODY_TOO_DEEP' });
});

test('[LOG-4] keys that name parts of the engine are ordinary own keys', () => {
  const value = parseStrict(bytes('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'toString']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(canonical(value), '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}');
});

test('[LOG-16] numbers a double would change are refused, the others keep their value', () => {
  const bad = [
    '9007199254740993',
    '9007199254740992',
    '-9007199254740992',
    '9007199254740993.0',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1e-330',
    '3.14159265358979323846',
    '0.1000000000000000055511151231257827',
    '123456789012345678',
    '1.23456789e-320',
    '333333333.33333329',
  ];
  for (const token of bad) assert.equal(code(`{"amount":${token}}`), 'BODY_INVALID_JSON /amount', token);
  const good = [
    '9007199254740991',
    '-9007199254740991',
    '0',
    '-0',
    '0.1',
    '1.0',
    '1e3',
    '1E-7',
    '0.30000000000000004',
    '0.30000000000000004441e0'.slice(0, 19),
    '0.10000000000000001',
    '1e30',
    '5e-324',
    '1.7976931348623157e308',
    '100000.000000000000000',
  ];
  for (const token of good) assert.equal(code(`[${token}]`), 'accepted', token);
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (n) => (Number.isInteger(n) && !Number.isSafeInteger(n) && !String(n).includes('e')) || Object.is(parseStrict(bytes(String(n))), n) || n === 0,
    ),
  );
});

test('[LOG-4] what canonical JSON says is read back as it was, by any chunk of the JSON world', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const safe = JSON.stringify(value).replaceAll(/-?\d+(?:\.\d+)?e[+-]?\d+|-?\d{16,}(?:\.\d+)?/g, '1');
      let read;
      try {
        read = parseStrict(bytes(safe));
      } catch (error) {
        assert.ok(error instanceof AegisError);
        return;
      }
      assert.deepEqual(read, JSON.parse(safe));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      const verdict = code(noise);
      if (verdict === 'accepted') JSON.parse(Buffer.from(noise).toString('utf8'));
    }),
  );
});
