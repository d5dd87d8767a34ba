import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { readSqlFragment } from '../../../src/inspect/sql/fragment/read-fragment.ts';
import { prepareSql } from '../../../src/inspect/sql/read-sql.ts';
import { shippedSays } from '../effect.ts';

before(prepareSql);

const found = (text: string): boolean => readSqlFragment(text, '/q').some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL');

test('[INSPECT-137] JSON, array, cast and pattern operators join a condition as any other does', () => {
  const attacks = String.raw`
x' OR '{"k":1}'::jsonb @> '{"k":1}'::jsonb--
' || json_extract('{"a":1}','$.a') = 1
1' OR JSON_EXTRACT('{"id": 14}', '$.id') = '14
' or '{"a":2}'::jsonb <@ '{"a":2}'::jsonb --
' or data_type ? 'x' --
1 OR '{"b":2}'::jsonb->>'b' = '2'
' or JSON_DEPTH('{}') != 2 --
' OR json_array_length('[1]')=1--
' or jsonb_path_exists('{"a":1}','$.a') --
' OR '["a"]'::jsonb ? 'a
' or ISJSON('{}')=1--
' or 1::text = '1
' or array[1] @> array[1] --
' or 'a' similar to 'a
' or 'a' ~ 'a
' or 'ab' ~~ 'a%
id'is not-id--
x' or email ~ all(array[email]);analyze--
50 ;SELECT DBMS_PIPE.RECEIVE_MESSAGE('a',5) FROM DUAL
1') ;BEGIN USER_LOCK.SLEEP(5); END--
7${'`'} WHERE 3=3 AND 4=4--
1';vacuum--
x' or made_up(1)=1--`
    .trim()
    .split('\n');
  assert.deepEqual(
    attacks.filter((text) => !found(text)),
    [],
  );
  const prose = String.raw`
what is json_extract in sqlite?
how to use the jsonb @> operator
data->>'name' postgres example
I'm looking for 'A' or 'B'
He said 'yes' or 'no'
std::vector or std::list
a->b and b->c
cost(a) or cost(b)
what is ~ in regex?
the ${'`'}foo${'`'} or ${'`'}bar${'`'} flag
it's fine -- really
Is 'foo' like 'bar'?
match (2019) against the odds`
    .trim()
    .split('\n');
  assert.deepEqual(prose.filter(found), []);
});

test('[INSPECT-138] what a calculator is given is mathematics', async () => {
  const says = await shippedSays();
  for (const expression of ['1=1 or 2=2', '3 > 2 and 1 = 1', '2 + 2 = 4', '(x = 1 or y = 2) and z > 3', 'not (a < b)', '5 % 2 == 1'])
    for (const name of ['calculator', 'evaluate_expression', 'math.solve']) assert.equal(says(name, { expression }), 'allow', expression);
  assert.equal(says('search_products', { q: "x' or 1=1 --" }), 'deny');
  for (const expression of ['rm -rf /home', 'reboot', 'shutdown now', 'DROP TABLE users'])
    assert.notEqual(says('eval', { command: expression }), 'allow', expression);
  assert.notEqual(says('calculator', { expression: "1' or '1'='1" }), 'allow');
  assert.notEqual(says('calculator', { expression: '1 union select password from users' }), 'allow');
});
