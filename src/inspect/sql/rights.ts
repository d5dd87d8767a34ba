import type { Token } from './lex.ts';
import type { Sight, Statement } from './sight.ts';

const MASTER =
  /^(?:POSTGRES|ROOT|SA|RDS_SUPERUSER|CLOUDSQLSUPERUSER|AZURE_PG_ADMIN|ALLOYDBSUPERUSER|PG_(?:READ|WRITE)_SERVER_FILES|PG_EXECUTE_SERVER_PROGRAM|PG_(?:READ|WRITE)_ALL_DATA|DBA|SYSDBA|SYSOPER|SYSADMIN|SECURITYADMIN|SERVERADMIN|ACCOUNTADMIN|ORGADMIN|USERADMIN|DB_OWNER|DB_SECURITYADMIN|DB_ACCESSADMIN|SUPERUSER|ADMIN|ADMINISTRATOR|SYS|SYSTEM|IMP_FULL_DATABASE|EXP_FULL_DATABASE|DATAPUMP_IMP_FULL_DATABASE)$/;
const CREDENTIAL_TABLES = /^(?:PG_SHADOW|SQL_LOGINS|SYSLOGINS|SYSXLOGINS|PG_USER_MAPPINGS?|USER_HISTORY\$|GLOBAL_PRIV)$/;
/** Tables that hold more than credentials: only with a column that is one, or with all columns. */
const ACCOUNT_TABLES = /^(?:PG_AUTHID|USER|USER\$|DBA_USERS|SYSUSERS|DB_USERS)$/;
const CREDENTIAL_COLUMNS = /PASSW|^PWD$|AUTHENTICATION_STRING|HASH|SPARE4|^SECRET|CREDENTIAL/;

const code = (name: string, token: Token, operation: Sight['operation'] = 'admin'): Sight => ({ code: name, risk: 'HIGH', operation, token });

/** Who gets rights, which protection goes, whose credentials are read (INSPECT-128). */
export function rights(statement: Statement): Sight[] {
  const { tokens, verb } = statement;
  const first = tokens[0];
  if (first === undefined) return [];
  const sights: Sight[] = [];
  const text = (at: number): string => (tokens[at]?.kind === 'word' ? (tokens[at]?.text ?? '') : '');
  switch (verb) {
    case 'GRANT':
      if (grantsRole(tokens)) sights.push(code('SQL_PRIVILEGE', first));
      break;
    case 'ALTER':
      sights.push(...altered(tokens, first));
      break;
    case 'CREATE':
      sights.push(...created(tokens, first));
      break;
    case 'SET':
      if (settingOff(tokens)) sights.push(code('SQL_GUARD_OFF', first));
      if (text(1) === 'PASSWORD') sights.push(code('SQL_ACCOUNT', first));
      break;
    case 'PRAGMA':
      if (/^(?:WRITABLE_SCHEMA|TRUSTED_SCHEMA)$/.test(text(1)) && tokens.length > 2) sights.push(code('SQL_GUARD_OFF', first));
      break;
    case 'KILL':
      sights.push(code('SQL_ADMIN', first));
      break;
    case 'DISABLE':
      if (text(1) === 'TRIGGER') sights.push(code('SQL_GUARD_OFF', first));
      break;
  }
  sights.push(...credentials(tokens));
  return sights;
}

/** `GRANT rds_superuser TO bob`: no ON, so what is granted are roles. */
function grantsRole(tokens: readonly Token[]): boolean {
  const to = tokens.findIndex((token) => token.kind === 'word' && token.text === 'TO');
  const before = tokens.slice(1, to < 0 ? tokens.length : to);
  if (before.some((token) => token.kind === 'word' && token.text === 'ON')) return false;
  return before.some(
    (token) => (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'string') && MASTER.test(token.text.toUpperCase()),
  );
}

function altered(tokens: readonly Token[], first: Token): Sight[] {
  const sights: Sight[] = [];
  const object = tokens[1]?.text ?? '';
  if (object === 'LOGIN' && tokens.some((token) => token.kind === 'word' && token.text === 'ENABLE')) sights.push(code('SQL_ACCOUNT', first));
  for (let i = 1; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word') continue;
    const next = tokens[i + 1]?.text ?? '';
    if (guardOff(tokens, i, token.text)) sights.push(code('SQL_GUARD_OFF', token));
    if (token.text === 'OWNER' && next === 'TO') sights.push(code('SQL_PRIVILEGE', token));
    if (token.text === 'ADD' && next === 'MEMBER' && rules(tokens, object)) sights.push(code('SQL_PRIVILEGE', first));
    if (
      /^SINGLE_USER$/.test(token.text) ||
      (token.text === 'ROLLBACK' && next === 'IMMEDIATE') ||
      (token.text === 'OFFLINE' && object === 'DATABASE')
    )
      sights.push(code('SQL_ADMIN', token));
  }
  return sights;
}

/** A role of the server, or one that rules a database. */
const rules = (tokens: readonly Token[], object: string): boolean =>
  object === 'SERVER' || tokens.slice(0, 16).some((token) => MASTER.test(token.text.toUpperCase()));

function guardOff(tokens: readonly Token[], at: number, word: string): boolean {
  const next = tokens[at + 1]?.text ?? '';
  const third = tokens[at + 2]?.text ?? '';
  if (word === 'DISABLE') return next === 'ROW' || (next === 'TRIGGER' && /^(?:ALL|USER)$/.test(third));
  if (word === 'STATE') return third === 'OFF' && tokens.slice(1, 4).some((token) => token.text === 'AUDIT');
  return word === 'NO' && next === 'FORCE' && third === 'ROW';
}

const UNTRUSTED =
  /^(?:PL(?:PYTHON|PERL|TCL|SH|LUA|JAVA|R|PHP|RUBY)\d?U?|DBLINK|FILE_FDW|ADMINPACK|PG_CRON|HTTP|PG_NET|PG_EXECUTE|PGAGENT|POSTGRES_FDW|MYSQL_FDW|ORACLE_FDW|TDS_FDW|XML2|LO|PLV8|PG_BACKGROUND|PG_SYSTEM|OGR_FDW|MULTICORN)$/;

function created(tokens: readonly Token[], first: Token): Sight[] {
  const at = tokens[1]?.text === 'OR' ? 3 : 1;
  const object = tokens[at]?.text ?? '';
  if (object === 'EXTENSION' || object === 'LANGUAGE') {
    const name = tokens
      .slice(at + 1, at + 6)
      .find((token) => (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'string') && !/^(?:IF|NOT|EXISTS)$/.test(token.text));
    return name !== undefined && UNTRUSTED.test(name.text.toUpperCase()) ? [code('SQL_CODE_LOAD', first, 'execute')] : [];
  }
  if (object === 'ASSEMBLY') return [code('SQL_CODE_LOAD', first, 'execute')];
  if (object === 'LOGIN') return [code('SQL_ACCOUNT', first)];
  if (object !== 'USER' && object !== 'ROLE') return [];
  if (tokens[at + 1]?.text === 'MAPPING') return [];
  const keyed = tokens.some((token) => token.kind === 'word' && /^(?:LOGIN|PASSWORD|IDENTIFIED|PASSWORD_HASH)$/.test(token.text));
  return keyed || object === 'USER' ? [code('SQL_ACCOUNT', first)] : [];
}

const RECORDS =
  /^(?:GENERAL_LOG|SLOW_QUERY_LOG|SQL_LOG_BIN|LOG_BIN|LOCAL_INFILE|SECURE_FILE_PRIV|READ_ONLY|SUPER_READ_ONLY|SERVER_AUDIT_LOGGING|AUDIT_LOG_POLICY|LOG_STATEMENT|PGAUDIT)$/;

function settingOff(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length && i < 8; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' && token?.kind !== 'variable') continue;
    const name = token.text.replace(/^@@?(?:GLOBAL\.|PERSIST\.)?/, '');
    const value = (tokens[i + 2]?.text ?? '').toUpperCase();
    if (/^ROW_SECURITY$/.test(name)) return /^(?:OFF|FALSE|0)$/.test(value);
    if (/^SESSION_REPLICATION_ROLE$/.test(name)) return value === 'REPLICA' || value === 'LOCAL';
    if (RECORDS.test(name) && tokens[i + 1]?.kind === 'op')
      return name.startsWith('LOCAL') ? /^(?:ON|1|TRUE)$/.test(value) : /^(?:OFF|0|FALSE|NONE)$/.test(value);
  }
  return false;
}

function credentials(tokens: readonly Token[]): Sight[] {
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') continue;
    const name = token.text.toUpperCase();
    if (CREDENTIAL_TABLES.test(name) && named(tokens, i)) return [code('SQL_CREDENTIALS', token, 'read')];
    if (!ACCOUNT_TABLES.test(name) || !named(tokens, i)) continue;
    const qualified = tokens[i - 1]?.kind === 'dot' ? (tokens[i - 2]?.text ?? '').toUpperCase() : '';
    if (/^USER\$?$|^SYSUSERS$/.test(name) && !/^(?:MYSQL|SYS|MASTER|DBO)$/.test(qualified)) continue;
    if (
      tokens
        .slice(Math.max(0, i - 200), i)
        .some(
          (one, at, list) =>
            (one.kind === 'op' && one.text === '*' && list[at - 1]?.kind !== 'open') || (one.kind === 'word' && CREDENTIAL_COLUMNS.test(one.text)),
        )
    )
      return [code('SQL_CREDENTIALS', token, 'read')];
  }
  return [];
}

/** Stands where a table does. */
function named(tokens: readonly Token[], at: number): boolean {
  let i = at - 1;
  while (i > 0 && tokens[i]?.kind === 'dot') i -= 2;
  const before = tokens[i + (tokens[i]?.kind === 'word' || tokens[i]?.kind === 'comma' ? 0 : 1)];
  return before !== undefined && (before.kind === 'comma' || /^(?:FROM|JOIN|INTO|UPDATE|TABLE)$/.test(before.text));
}
