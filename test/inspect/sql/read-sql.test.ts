import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { prepareSql, readSql } from '../../../src/inspect/sql/read-sql.ts';
import { BENIGN } from './benign.ts';

before(prepareSql);

const risks = (text: string): string[] => readSql(text, '/q').findings.map((finding) => finding.risk);
const stopped = (text: string): boolean => risks(text).some((risk) => risk === 'HIGH' || risk === 'CRITICAL');
const eachStopped = (texts: readonly string[]): void =>
  assert.deepEqual(
    texts.filter((text) => !stopped(text)),
    [],
  );

test('[INSPECT-50] loss of data is found in every dialect, position and spelling', () => {
  eachStopped([
    'DROP TABLE customers',
    'dRoP tAbLe customers;',
    'DROP/**/TABLE/**/customers',
    'drop\n\ttable\r\ncustomers',
    '/* tidy */ DROP TABLE customers -- done',
    'SELECT 1; DROP TABLE customers',
    'SELECT 1 DROP TABLE customers',
    'DROP TABLE IF EXISTS a, b CASCADE',
    'DROP SCHEMA public CASCADE',
    'DROP KEYSPACE shop',
    'DROP USER app',
    'DROP OWNED BY app',
    'DROP POLICY tenants ON accounts',
    'TRUNCATE customers',
    'truncate table only customers restart identity',
    'ALTER TABLE customers DROP COLUMN email',
    'ALTER TABLE customers DROP email',
    'ALTER TABLE sales DROP PARTITION (day = 3)',
    'WITH gone AS (DELETE FROM customers RETURNING *) SELECT count(*) FROM gone',
    'IF 1=1 BEGIN DELETE FROM customers END',
    'EXPLAIN ANALYZE DELETE FROM customers',
    'DELETE FROM [dbo].[customers]',
    'DEL FROM customers',
    '((DELETE FROM customers))',
  ]);
});

test('[INSPECT-51] where dialects disagree both readings count', () => {
  eachStopped([
    '/*!50000 DROP TABLE customers */',
    '/*!DROP*/ TABLE customers',
    '/*M!100100 DROP TABLE customers */',
    "SELECT '\\'; DROP TABLE customers; -- '",
    "SELECT 'a\\'' ; DROP TABLE customers; #'",
    'SELECT 1--1; DROP TABLE customers',
    '/* /* */ DROP TABLE customers; -- */',
    'SELECT 1 # 2\n; DROP TABLE customers',
  ]);
});

test('[INSPECT-52] what was not understood is said', () => {
  for (const text of ['FROBNICATE all the tables', 'zap things; whack DELETE users', "INSERT INTO t VALUES ('open"]) {
    assert.ok(
      readSql(text, '/q').findings.some((finding) => finding.code === 'UNINSPECTABLE' && finding.risk === 'HIGH' && !finding.inspected),
      text,
    );
  }
  assert.ok(!stopped("REPLACE('a', 'b', 'c')"));
});

test('[INSPECT-53] a change of every row is HIGH, of some rows not', () => {
  eachStopped([
    'DELETE FROM t',
    'DELETE FROM t WHERE 1=1',
    'DELETE FROM t WHERE true',
    'DELETE FROM t WHERE (1) = (1)',
    "DELETE FROM t WHERE 'a' = 'a'",
    'DELETE FROM t WHERE id = id',
    'DELETE FROM t WHERE id = 3 OR 2 > 1',
    'DELETE FROM t WHERE NOT FALSE',
    "DELETE FROM t WHERE name LIKE '%'",
    'DELETE FROM t WHERE 5 BETWEEN 1 AND 9',
    'DELETE FROM t WHERE 1 IN (3, 2, 1)',
    'DELETE FROM t WHERE 1 IS NOT NULL',
    'DELETE FROM t WHERE EXISTS (SELECT 1)',
    'DELETE FROM t WHERE ((true AND 1<2))',
    'DELETE FROM t LIMIT 10',
    'UPDATE t SET a = 1',
    'UPDATE t SET a = 1 WHERE 1 + 1 = 2',
    'UPDATE t SET a = b FROM other',
    'UPDATE t SET a = (SELECT max(x) FROM u WHERE u.id = 1)',
  ]);
  for (const text of ['DELETE FROM t WHERE id = 5', 'UPDATE t SET a = 1 WHERE id = 5', 'DELETE FROM t WHERE 1=1 AND id = 5'])
    assert.ok(!stopped(text), text);
});

test('[INSPECT-54] dynamic SQL is read when constant and asked about when computed', () => {
  eachStopped([
    'DO $$ BEGIN DELETE FROM t; END $$',
    "EXECUTE IMMEDIATE 'DROP TABLE t'",
    "EXEC('DR' + 'OP TABLE t')",
    "PREPARE s FROM 'DROP TABLE t'",
    "EXEC sp_executesql N'TRUNCATE TABLE t'",
    'EXEC(@computed)',
    "EXECUTE IMMEDIATE 'SELECT ' || something",
  ]);
  assert.ok(!stopped("EXEC('SELECT 1')"));
});

test('[INSPECT-55] commands and databases are CRITICAL; files, network, code and rights HIGH', () => {
  for (const text of [
    "COPY t FROM PROGRAM 'id'",
    "EXEC xp_cmdshell 'dir'",
    "EXEC master..xp_cmdshell 'dir'",
    'DROP DATABASE shop',
    "SELECT sys_exec('id')",
  ]) {
    assert.ok(risks(text).includes('CRITICAL'), text);
  }
  eachStopped([
    "COPY t TO '/etc/cron.d/x'",
    "COPY t FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    'SELECT "pg_read_file"(\'/etc/passwd\')',
    'SELECT U&"\\0070g_read_file"(\'/etc/passwd\')',
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT load_extension('evil')",
    "SELECT 1 INTO OUTFILE '/var/www/x.php'",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
    "SELECT LOAD_FILE('/etc/passwd')",
    "ATTACH DATABASE '/var/www/x.php' AS x",
    "SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'SELECT 1')",
    "SELECT UTL_HTTP.REQUEST('http://x') FROM dual",
    "CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE C",
    "ALTER SYSTEM SET wal_level = 'minimal'",
    'CREATE ROLE boss SUPERUSER',
    'GRANT ALL ON *.* TO app',
    'SHUTDOWN',
  ]);
});

test('[INSPECT-56] a constant condition joined by OR is asked about', () => {
  eachStopped(["SELECT * FROM users WHERE name = '' OR '1'='1'", 'SELECT * FROM users WHERE id = 5 OR 1=1 --']);
});

test('[INSPECT-57] size and depth weaken nothing', () => {
  eachStopped([
    `SELECT 1; ${'SELECT 2; '.repeat(5_000)}DROP TABLE t`,
    `/*${'x'.repeat(40_000)}*/ DROP TABLE t`,
    `SELECT ${'('.repeat(5_000)}1${')'.repeat(5_000)}; DROP TABLE t`,
    'DELETE FROM t WHERE ('.repeat(5_000),
    `DELETE FROM t WHERE ${'NOT '.repeat(4_000)}TRUE`,
  ]);
});

test('[INSPECT-50] ordinary statements of all dialects are not stopped', () => {
  assert.ok(BENIGN.length >= 100);
  assert.deepEqual(BENIGN.filter(stopped), []);
});

test('[INSPECT-50] tables and operations are reported', () => {
  const reading = readSql('INSERT INTO Shop.Orders SELECT * FROM carts', '/q');
  assert.deepEqual([...reading.tables].sort(), ['carts', 'shop.orders']);
  assert.ok(reading.operations.includes('write'));
});
