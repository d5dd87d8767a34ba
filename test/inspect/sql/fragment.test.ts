import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { readSqlFragment } from '../../../src/inspect/sql/fragment/read-fragment.ts';

const found = (text: string): boolean => readSqlFragment(text, '/q').length > 0;

test('[INSPECT-60] a value is read in every place it may be spliced into, and decoded', () => {
  const cases = [
    '7 or 7=7',
    "x' or '7'='7",
    'x" or "7"="7',
    "x') or ('7'='7",
    'x%27%20or%20%277%27=%277',
    "x'%0aunion%0aselect%0a1",
    "x'/**/or/**/7=7",
    "x'+or+7=7--",
    '’ or 7=7 --',
  ];
  assert.deepEqual(
    cases.filter((text) => !found(text)),
    [],
  );
});

test('[INSPECT-61] injected shapes are found', () => {
  const cases = [
    "bob'--",
    "bob' #",
    "bob'/*",
    "x' or true--",
    "x' oR 8 LIKE 8",
    "x' || 'a'='a",
    "x' and substring(password,1,1)='a",
    '3 union all select null,null,null',
    "3' UNION SELECT name, pass FROM users--",
    '3; drop table users',
    "3'; shutdown--",
    '3 and sleep(5)',
    "3'; waitfor delay '0:0:5'--",
    '3 and 1=(select count(*) from users)',
    "x' and extractvalue(1,concat(0x7e,version()))--",
    '3 and updatexml(1,2,3)',
    "3' order by 9--",
    '3 procedure analyse()',
    "3 into outfile '/tmp/x'",
    "'; exec xp_cmdshell('dir')--",
    '3 or exists(select 1 from users)',
    "x' having 1=1--",
    '{"$ne": null}',
    '{"$where": "this.a == 1"}',
  ];
  assert.deepEqual(
    cases.filter((text) => !found(text)),
    [],
  );
  assert.equal(readSqlFragment("x' or 1=1--", '/q')[0]?.risk, 'CRITICAL');
});

test('[INSPECT-62] prose, names, mathematics and searches are left alone', () => {
  const cases = [
    "O'Brien or Smith",
    "it's 5 or more",
    "rock 'n' roll",
    '1 or 2 rooms',
    'select the best option from the menu',
    'AT&T; drop us a line -- thanks',
    "the students' union selected a speaker",
    'order by phone, group by age',
    'a and b, or c',
    'x = 3 and y = 4',
    'ann.lee+news@example.org',
    '24/7 -- open',
    "'tis the season",
    'C# or F#',
    '5\' 11" tall',
    'having 2 children and 1 dog',
    'update the document, then delete it',
    'insert coin to continue',
    '2 + 2 = 4',
    'delete from my calendar the meeting',
    'drop table runner, linen',
  ];
  assert.deepEqual(cases.filter(found), []);
});

test('[INSPECT-63] a payload anywhere in a long value is found', () => {
  for (const pad of [100, 31_740, 32_760, 100_000]) assert.ok(found(`${'word '.repeat(pad / 5)}' union select 1,2,3--`), String(pad));
});

test('[INSPECT-61] reading a value is total', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => Array.isArray(readSqlFragment(text, ''))),
    { numRuns: 300 },
  );
});
