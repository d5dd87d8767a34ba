import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fc } from '../../random.ts';
import { constantCondition } from '../../../src/inspect/sql/condition/always-true.ts';
import { lex } from '../../../src/inspect/sql/lex.ts';
import { prepareSql, readSql } from '../../../src/inspect/sql/read-sql.ts';

before(prepareSql);

const lines = (texts: string): string[] => texts.trim().split('\n');
const says = (condition: string): string => constantCondition(lex(condition).tokens, 'users');
const worst = (text: string): boolean => readSql(text, '/q').findings.some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL');

const EVERY_ROW = lines(`
NOT (id = 0 AND id = 1)
NOT (age = 5 AND age <> 5)
NOT (age > 5 AND age < 3)
NOT (age IS NULL AND age IS NOT NULL)
NOT (role = 'a') OR NOT (role = 'b')
(role = 'a' AND org = 2) OR NOT (role = 'a' AND org = 2)
NOT age IN (1, 2) OR age IN (2, 1)
NOT NOT NOT 1 = 2
age IS NULL OR age < 10 OR age >= 10
age BETWEEN 1 AND 10 OR NOT (age BETWEEN 1 AND 10)
age * 0 = 0
age - age = 0
id % 2 = 0 OR id % 2 = 1
id % 2 IN (0, 1)
ABS(id) >= 0
COALESCE(age, age) = age
ISNULL(age, 0) = ISNULL(age, 0)
age IS NOT DISTINCT FROM age
upper(name) = upper(name)
length(name) >= 0
CAST(id AS text) = CAST(id AS text)
id::text LIKE '%'
CONVERT(int, '1') = 1
name LIKE '%x%' OR name NOT LIKE '%x%'
name ~ '.*'
active OR NOT active
active = true OR active = false
[id] = [users].[id]
"id" = users."id"
CASE age WHEN 1 THEN 1 ELSE 1 END = 1
IF(id > 0, 1, 1)
id >= (SELECT MIN(id) FROM users)
id <= (SELECT MAX(id) FROM users)
id > ALL (SELECT 0)
EXISTS (SELECT 1 FROM users u2 WHERE u2.id = users.id)
NOT EXISTS (SELECT 1 WHERE 1 = 0)
DATE '2020-01-01' < DATE '2021-01-01'
status <> 'gone' OR status = 'gone'
true`);

const SOME_ROWS = lines(`
NOT (id = 5)
NOT (age = 1 AND org = 2)
age = 1 OR org <> 1
age IS NULL
age IS NULL OR age = 0
age BETWEEN 1 AND 5 OR age BETWEEN 10 AND 20
COALESCE(deleted, 0) = 1
CAST(created AS date) < '2020-01-01'
created_at < NOW() - INTERVAL '30 days'
created_at < DATE_SUB(CURDATE(), INTERVAL 1 YEAR)
updated_at < dateadd(day, -30, getdate())
id = $1
@id IS NULL OR id = @id
? = ?
id % 10 = 0
age * 2 > 10
flags & 4 = 4
data ->> 'k' = 'v'
(age, org) IN ((1, 2), (3, 4))
age IS DISTINCT FROM 1
length(name) > 10
name LIKE 'tmp%'
role = 'a' XOR role = 'b'
active
NOT active
age > org
rand() < 0.1
id IN (SELECT max(id) FROM users GROUP BY email)
id NOT IN (SELECT min(id) FROM users GROUP BY email)
id < (SELECT MAX(id) FROM users WHERE org = 1)
EXISTS (SELECT 1 FROM bans WHERE bans.user_id = users.id)
NOT EXISTS (SELECT 1 FROM bans WHERE bans.user_id = users.id)
EXISTS (SELECT 1 FROM users u2 WHERE u2.email = users.name)
status IN ('a', 'b') AND NOT (role = 'admin')
1 = 0
NULL = NULL`);

test('[INSPECT-170] a condition is read as an expression and tried at rows that stand for all', () => {
  assert.deepEqual(
    EVERY_ROW.filter((condition) => says(condition) !== 'true'),
    [],
  );
  assert.deepEqual(
    SOME_ROWS.filter((condition) => says(condition) !== 'unknown'),
    [],
  );
  for (const condition of EVERY_ROW.slice(0, 8))
    assert.ok(worst(`WITH d AS (DELETE FROM users WHERE ${condition} RETURNING *) SELECT * FROM d`), condition);
  assert.ok(worst('UPDATE users SET role = 1 WHERE NOT (id = 0 AND id = 1)'));
  assert.ok(!worst('UPDATE users SET role = 1 WHERE NOT (id = 7 AND org = 1)'));
});

test('[INSPECT-170] a condition says the same in brackets, turned round twice, and beside a false one', () => {
  const condition = fc.constantFrom(...EVERY_ROW, ...SOME_ROWS.filter((one) => !/\?|rand/.test(one)));
  fc.assert(
    fc.property(condition, (one) => {
      const answer = says(one);
      for (const same of [`(${one})`, `NOT (NOT (${one}))`, `(${one}) OR 1 = 2`, `1 = 2 OR (${one})`, `(${one}) AND 3 = 3`])
        assert.equal(says(same), answer, same);
      assert.equal(says(`(${one}) OR 1 = 1`), 'true');
      assert.equal(says(`(${one}) AND 1 = 2`), 'unknown');
      if (!/NULL/i.test(one)) assert.equal(says(`(${one}) OR NOT (${one})`) === 'unknown', false, one);
    }),
  );
});

test('[INSPECT-170] trying costs a bounded number of steps, and what costs more is not taken for a choice', () => {
  const columns = Array.from({ length: 12 }, (_, i) => `c${String(i)}`);
  const tangled = columns.map((column, i) => `${column} = ${columns[(i + 1) % columns.length] ?? ''}`).join(' AND ');
  assert.equal(says(`${tangled} OR NOT (${tangled})`), 'deep');
  const many = Array.from({ length: 5_000 }, (_, i) => String(i)).join(', ');
  assert.equal(says(`age IN (${many})`), 'unknown');
  assert.equal(says(`age NOT IN (${many})`), 'unknown');
  assert.equal(says(columns.map((column) => `${column} = 1`).join(' AND ')), 'unknown');
  assert.equal(says(columns.map((column) => `${column} <> 1`).join(' OR ')), 'unknown');
});

test('[INSPECT-170] a merge removes every row where all match, or none has a source', () => {
  const all = lines(`
MERGE INTO t USING s ON (1 = 1) WHEN MATCHED THEN UPDATE SET a = 0 DELETE WHERE 1 = 1
MERGE INTO t USING s ON t.id = t.id WHEN MATCHED THEN DELETE
MERGE INTO ds.t USING ds.s ON FALSE WHEN NOT MATCHED BY SOURCE THEN DELETE
MERGE t USING s ON NOT (1 = 1) WHEN NOT MATCHED BY SOURCE THEN DELETE;`);
  const some = lines(`
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.gone THEN DELETE
MERGE INTO t USING s ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET t.a = s.a DELETE WHERE t.a = 0
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)
MERGE INTO t USING s ON FALSE WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)`);
  assert.deepEqual(
    all.filter((text) => !worst(text)),
    [],
  );
  assert.deepEqual(some.filter(worst), []);
});
