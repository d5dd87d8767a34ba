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

test('[INSPECT-171] a value that calls, compares or ends as only SQL does is injection, whichever database it is for', () => {
  const attacks = String.raw`
x' and likelihood (id,.5)--
x' or json (id);
x' or strftime (id) --
x' and quote_literal (id) --
x' or name notnull--
x' or name isnull --
x' or name like other escape 'q'
x'or name*2='7
x'*id-'4
x' or name like nick --
x' or name like char(37);
'-4-'
IIF(7=8,1,1/0)
MAKE_SET(7=7,3)
ELT(7=7,3)
'{"k":[4]}' > '$.k' = 4
7 || name is not null
7 and user_name() = 'dbo'
8 and select nick from people --
who or k=k
id having (3 or true)
select a group by b having count(c) > 4
x") ;IIF(7=8,1,1/0)%9
7; if exists (select 3)
x'; begin shutdown end--
select session_user
exec(@q)`;
  assert.deepEqual(
    attacks
      .trim()
      .split('\n')
      .filter((text) => !found(text)),
    [],
  );
  const honest = `
sleep (rest) better
O'Neil and sons (ltd)
rock 'n' roll and more
json (format) or xml
now (today) and then
log (x) and sin (x)
least (common) multiple
having fun and count problems
min(3, 4)
what if (ever) it rains
if it exists, begin; drop by
the '-' sign
2 or more is not nothing
like 'new' condition
choose a or b`;
  assert.deepEqual(honest.trim().split('\n').filter(found), []);
});
