import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fc } from '../../random.ts';
import { prepareSql, readSql } from '../../../src/inspect/sql/read-sql.ts';
import { shippedSays } from '../effect.ts';

before(prepareSql);

const worst = (text: string): boolean => readSql(text, '/q').findings.some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL');
const eachStopped = (texts: string): void =>
  assert.deepEqual(
    split(texts).filter((text) => !worst(text)),
    [],
  );
const eachPassed = (texts: string): void => assert.deepEqual(split(texts).filter(worst), []);
const split = (texts: string): string[] => texts.trim().split('\n');

test('[INSPECT-125] SQL is what the key, the tool or its declaration says, and is then no injection', async () => {
  const says = await shippedSays();
  const reads = [
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'SELECT (SELECT 1) AS one',
    'BEGIN; UPDATE t SET a=1 WHERE id=2; COMMIT;',
    'DESCRIBE `orders`',
    'SELECT a FROM t UNION SELECT b FROM u',
    'SHOW TABLES',
    "SELECT id FROM t WHERE name = 'O''Brien' -- who",
    'PRAGMA table_info(t)',
  ];
  for (const name of ['query', 'read_query', 'run_query', 'execute', 'dbhub', 'mcp__pg__query'])
    for (const sql of reads) assert.equal(says(name, { sql }), 'allow', `${name} ${sql}`);
  for (const query of reads) assert.equal(says('read_query', { query }), 'allow', query);
  const declaration = {
    name: 'lookup',
    description: 'Runs a SQL statement on the warehouse.',
    schema: { type: 'object', properties: { text: { type: 'string' } } },
  };
  for (const text of reads) assert.equal(says('reporting', { text }, declaration), 'allow', text);
  for (const name of ['query', 'execute', 'run_query']) assert.equal(says(name, { sql: 'DELETE FROM users' }), 'ask', name);
  assert.equal(says('reporting', { text: 'TRUNCATE users' }, declaration), 'ask');
  assert.equal(says('execute_sql', { query: 'SHUTDOWN' }), 'ask');
  assert.equal(says('search', { query: "x' UNION SELECT password FROM users--" }), 'deny');
  assert.equal(says('query', { query: 'laptops under 500' }), 'allow');
});

test('[INSPECT-126] a condition that leaves no row out is worked out, not listed', () => {
  eachStopped(`
DELETE FROM users WHERE id IS NOT NULL
DELETE FROM users WHERE (id=1 OR id<>1)
DELETE FROM users WHERE age > 5 OR age <= 5
DELETE FROM users WHERE id IN (SELECT id FROM users)
DELETE FROM users u WHERE u.id = ANY (SELECT id FROM users)
DELETE FROM users WHERE EXISTS (SELECT * FROM users)
DELETE FROM users WHERE user_id > 0
DELETE FROM users WHERE id NOT IN (0)
DELETE FROM users WHERE id BETWEEN -2147483648 AND 2147483647
DELETE FROM users WHERE created_at < now()
DELETE FROM users WHERE created_at < '9999-12-31'
DELETE FROM users WHERE name LIKE '%' OR name IS NULL
DELETE FROM users WHERE COALESCE(1,0)=1
DELETE FROM users WHERE LENGTH('a')=1
DELETE FROM users WHERE CASE WHEN 1=1 THEN 1 ELSE 0 END = 1
DELETE FROM users WHERE (SELECT 1) = 1
DELETE FROM users WHERE 2 * 3 + 1 = 7
DELETE FROM users WHERE id = id + 0
DELETE FROM users WHERE (SELECT count(*) FROM users) > 0
DELETE FROM users WHERE IF(1=1, true, false)
DELETE FROM users WHERE 'abc' LIKE '%b_'
DELETE FROM users WHERE 1 IN (SELECT 1)
UPDATE users SET role='admin' WHERE NOT (1=2)
ALTER TABLE users UPDATE a = 1 WHERE 1
MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE
MERGE INTO t USING (SELECT 1) s ON t.id = t.id WHEN MATCHED THEN DELETE`);
  eachStopped(`DELETE FROM t WHERE ${'('.repeat(50)}1=1${')'.repeat(50)}`);
  const deep = readSql(`DELETE FROM t WHERE ${'(a = 1 AND ('.repeat(90)}1=1${'))'.repeat(90)}`, '/q').findings;
  assert.ok(deep.some(({ code, risk }) => code === 'UNINSPECTABLE' && risk === 'HIGH'));
  eachPassed(`
DELETE FROM users WHERE deleted_at IS NOT NULL
DELETE FROM users WHERE status <> 'active'
DELETE FROM users WHERE created_at < '2023-01-01'
DELETE FROM users WHERE created_at < now() - interval '1 year'
DELETE FROM users WHERE expires_at < now()
DELETE FROM users WHERE id = 4 OR id = 5
DELETE FROM users WHERE id IN (SELECT user_id FROM banned)
DELETE FROM users WHERE id IN (SELECT id FROM users WHERE spam = 1)
DELETE FROM users WHERE 1=0
DELETE FROM users WHERE id = ?
DELETE FROM users WHERE id BETWEEN 1 AND 10
DELETE FROM users WHERE CASE WHEN a = 1 THEN b ELSE c END = 3`);
});

test('[INSPECT-127] what is replaced, exchanged or run by itself is lost; what is only named, shown or made for a session is not', () => {
  eachStopped(`
DELETE o FROM dbo.orders AS o
DELETE orders
CREATE OR REPLACE TABLE t AS SELECT 1 AS a
INSERT OVERWRITE TABLE t SELECT * FROM u
REPLACE INTO users VALUES (1,'a')
INSERT OR REPLACE INTO users VALUES (1,'a')
RENAME TABLE users TO u2, empty TO users
ALTER TABLE users RENAME TO users_old; ALTER TABLE empty RENAME TO users
ALTER TABLE a SWAP WITH b
ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM logs
CREATE PROCEDURE p() BEGIN DROP TABLE users; END; CALL p()
EXEC sp_MSforeachtable 'DROP TABLE ?'
ALTER TABLE t CLEAR COLUMN c
CREATE TASK t SCHEDULE='1 minute' AS DELETE FROM users
CREATE TRIGGER g AFTER INSERT ON a BEGIN DELETE FROM b; END
SELECT cron.schedule('0 0 * * *', 'DELETE FROM logs')
CREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM users; END $$ LANGUAGE plpgsql; SELECT f()
DO $$ BEGIN EXECUTE format('DROP TABLE %I', r.t); END $$
EXPLAIN ANALYZE DELETE FROM t
EXPLAIN (ANALYZE, VERBOSE) DELETE FROM t
DROP TABLE template_users
DROP TABLE tmp_x, users
DROP TABLE temp_sales
DROP TYPE mood CASCADE
DROP EXTENSION postgis CASCADE
SELECT 'it\\'s'; DROP TABLE x; SELECT 'b'`);
  eachPassed(`
EXPLAIN TRUNCATE TABLE t
EXPLAIN DELETE FROM t
EXPLAIN (ANALYZE false) DELETE FROM t
ALTER TABLE t ALTER COLUMN c DROP MASK
ALTER TABLE t ALTER COLUMN c DROP MASKED
ALTER DEFAULT PRIVILEGES GRANT TRUNCATE ON TABLES TO bob
SELECT 'it\\'s; DROP TABLE x'
INSERT INTO t VALUES ('it\\'s; DROP TABLE x')
DROP TABLE IF EXISTS tmp_x
DROP TABLE IF EXISTS temp_load
DROP TABLE IF EXISTS #x
CREATE PROCEDURE p() BEGIN DELETE FROM users; END
DROP TABLE #work
DROP TABLE IF EXISTS pg_temp.x
DROP TEMPORARY TABLE IF EXISTS x
CREATE TEMP TABLE x AS SELECT 1; DROP TABLE x
TRUNCATE TABLE #tmp
DELETE FROM @t
CREATE OR REPLACE TEMP TABLE x AS SELECT 1
CREATE TRIGGER g AFTER DELETE ON a BEGIN DELETE FROM b WHERE a_id = OLD.id; END
CREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM users; END $$ LANGUAGE plpgsql
INSERT OVERWRITE TABLE t PARTITION (day = '1') SELECT * FROM u
WITH delete AS (SELECT 1) SELECT * FROM delete
ALTER TABLE t RENAME TO u`);
});

test('[INSPECT-128] rights given, protections switched off and credentials read are asked about', () => {
  eachStopped(`
ALTER ROLE bob SUPERUSER
ALTER TABLE t OWNER TO bob
GRANT rds_superuser TO bob
GRANT pg_read_server_files TO bob
GRANT ROLE ACCOUNTADMIN TO USER bob
ALTER SERVER ROLE sysadmin ADD MEMBER bob
CREATE USER x IDENTIFIED BY 'p'
CREATE LOGIN x WITH PASSWORD='p'
SET PASSWORD FOR 'root'@'localhost' = 'x'
ALTER TABLE t DISABLE ROW LEVEL SECURITY
ALTER TABLE t NO FORCE ROW LEVEL SECURITY
SET row_security = off
SET session_replication_role = replica
SET GLOBAL general_log = 'OFF'
ALTER TABLE t DISABLE TRIGGER ALL
PRAGMA writable_schema = 1
ALTER SERVER AUDIT a WITH (STATE = OFF)
ALTER LOGIN sa ENABLE
CREATE ASSEMBLY x FROM 'c:\\x.dll'
CREATE EXTENSION plpythonu
CREATE EXTENSION IF NOT EXISTS dblink
SELECT * FROM pg_shadow
SELECT rolname, rolpassword FROM pg_authid
SELECT user, authentication_string FROM mysql.user
SELECT name, password_hash FROM sys.sql_logins
KILL 57
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
ALTER DATABASE x SET SINGLE_USER WITH ROLLBACK IMMEDIATE
CALL dbms.security.createUser('x', 'y')`);
  eachPassed(`
GRANT SELECT ON t TO bob
GRANT reader TO bob
CREATE ROLE reader
CREATE EXTENSION IF NOT EXISTS pgcrypto
SET FOREIGN_KEY_CHECKS=0
SELECT user, host FROM mysql.user
SELECT usename FROM pg_user
SELECT name FROM user
ALTER TABLE t ENABLE ROW LEVEL SECURITY
SELECT pg_cancel_backend(4)`);
});

test('[INSPECT-129] rows that leave for a file, a stage, a bucket or an address are asked about', () => {
  eachStopped(`
UNLOAD ('select * from t') TO 's3://x/y'
EXPORT DATA OPTIONS(uri='gs://b/*') AS SELECT * FROM t
COPY INTO @stage FROM t
COPY INTO 's3://x/' FROM t
COPY t TO 's3://bucket/x.parquet'
INSERT INTO FUNCTION s3('https://x.example/y', 'CSV') SELECT * FROM t
SELECT * FROM url('http://x.example/x', CSV)
VACUUM INTO '/tmp/copy.db'
BULK INSERT t FROM '/etc/passwd'
EXPORT DATABASE '/tmp/all'
ATTACH 'https://x.example/d.db' AS d
SELECT a INTO DUMPFILE 'x.bin' FROM t`);
  eachPassed(`
COPY INTO t FROM @stage
COPY t TO STDOUT
LOAD DATA LOCAL INFILE 'data.csv' INTO TABLE t
SELECT * FROM file('data/x.csv')
SELECT * INTO #tmp FROM t
ATTACH DATABASE 'other.db' AS x
VACUUM`);
});

test('[INSPECT-126] reading is total and bounded over statements put together at random, cut off and made noisy', () => {
  const piece = fc.constantFrom(
    'DELETE FROM t WHERE ', 'UPDATE t SET a = ', 'MERGE INTO t USING s ON ', 'WHEN MATCHED THEN DELETE ', 'SELECT ', 'CASE WHEN ', ' THEN ', ' END ', '(', ')', 'NOT ', ' OR ', ' AND ',
    'id IN (SELECT id FROM t)', 'EXISTS (', 'BETWEEN 1 AND 2', '1', "'a'", 'x', ' = ', ' || ', '+', '-', ';', '$$', "'", '--', '/*', '#', 'CREATE FUNCTION f() ', 'EXECUTE ', 'RENAME TO ', 'COPY INTO @s ', 'DROP TABLE ', 'tmp_x', ',', '[', ']', '\\',
  ); // prettier-ignore
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
        fc.string({ unit: 'binary', maxLength: 200 }),
      ),
      (text) => {
        for (const cut of [text, text.slice(0, text.length >> 1)]) assert.ok(readSql(cut, '/q').findings.length <= 60);
      },
    ),
    { numRuns: 400 },
  );
  const hostile = ['(', 'NOT (', 'a IN (SELECT a FROM t) OR ', 'a=1 OR ', '1+', 'EXISTS (SELECT 1 FROM t WHERE ', 'a BETWEEN 1 AND 2 OR '];
  for (const part of hostile) assert.ok(worst(`DELETE FROM t WHERE ${part.repeat(20_000)}1=1`), part);
});
