import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';

const LOST = { operation: 'delete', category: 'database' } as const;

/** Names of files of SQL that say what running them takes away. */
const LOSES =
  /(?:^|[/_.-])(?:wipe|drop|truncate|purge|nuke|destroy|delete|reset|erase|teardown|clear|clean(?:up)?|uninstall|flush|rollback|down)(?:[_.-][\w.-]*)?\.sql$/i;

interface Client {
  readonly dialect: string;
  readonly spec: OptionSpec;
  readonly text: readonly string[];
  readonly file?: readonly string[];
  /** Which operand is SQL, when one is. */
  readonly operand?: number;
}

/** Clients that take SQL by option, by operand or on standard input. */
function sqlClient(client: Client): ProgramReader {
  return (call) => {
    const options = readOptions(call.args, client.spec);
    const texts: Arg[] = [...options.values(...client.text)];
    // `mysql -e DROP TABLE x`: whoever forgot the quotes meant one statement.
    const [only] = texts;
    if (texts.length === 1 && only !== undefined && /^(?:drop|delete|truncate|alter|update|grant|revoke)$/i.test(only.text))
      texts.push({ text: [only, ...options.operands].map(({ text }) => text).join(' '), glob: false });
    if (client.operand !== undefined) texts.push(...options.operands.slice(client.operand));
    if (call.stdin.text !== undefined) texts.push({ text: call.stdin.text, glob: false });
    const seen: Seen[] = texts.flatMap((text) => statement(text.text, client.dialect));
    for (const path of options.values(...(client.file ?? []))) seen.push({ see: 'path', path, access: 'read' });
    if (client.operand === 1) for (const path of options.operands.slice(0, 1)) seen.push({ see: 'path', path, access: 'read' });
    // What a file holds is not known here; one that is named after a loss is taken at its word.
    const fed = [
      ...options.values(...(client.file ?? [])).map(({ text }) => text),
      ...(call.stdin.text === undefined ? [call.stdin.from ?? ''] : []),
    ];
    if (fed.some((name) => LOSES.test(name))) seen.push(harm('DATABASE_DESTROY', 'HIGH', LOST));
    return seen;
  };
}

/** Client escapes to the shell are ours; everything else is SQL, for the reader of SQL. */
function statement(text: string, dialect: string): Seen[] {
  const seen: Seen[] = [];
  for (const line of text.split('\n')) {
    const escape = /^\s*(\\!|\.shell|\.system|system\s|!)\s*(.+)$/.exec(line);
    if (escape?.[2] !== undefined) seen.push({ see: 'script', text: escape[2] });
  }
  for (const match of text.matchAll(/(?:^|\n)\s*\.(?:output|once|backup|save|clone|log)\s+(\S+)/g)) {
    if (match[1] !== 'stdout' && match[1] !== 'off') seen.push({ see: 'path', path: { text: match[1] ?? '', glob: false }, access: 'write' });
  }
  for (const match of text.matchAll(/(?:^|[\n;])\s*(?:\.read|\\ir?|source|@@?)\s*([^\s;]+)/gi))
    if (LOSES.test(match[1] ?? '')) seen.push(harm('DATABASE_DESTROY', 'HIGH', LOST));
  if (/(?:^|\n)\s*\.restore\s+\S/.test(text)) seen.push(harm('DATABASE_DESTROY', 'HIGH', LOST));
  for (const match of text.matchAll(/\\(?:o|w|copy\b[^|\n]*\bto)\s+(?:program\s+)?'?([^\s'|]+)/gi))
    seen.push({ see: 'path', path: { text: match[1] ?? '', glob: false }, access: 'write' });
  // ProxySQL's administration speaks of its layers, not of data.
  if (/^\s*(?:LOAD|SAVE)\s+(?:MYSQL|PGSQL|ADMIN|PROXYSQL|SCHEDULER)\s/i.test(text)) return seen;
  // What the client does itself is no SQL: `.dump`, `\\copy t from 'f'`.
  if (seen.length === 0 && !/^\s*(?:\.\w|\\(?:copy|d|l|dt|timing|x|i|conninfo|c|q|h|\?)\b)/.test(text))
    seen.push({ see: 'sql', text, dialect }, ...plainly(text));
  return seen;
}

/** What no SQL reader is needed for, so that a client without one is still judged. */
function plainly(text: string): Seen[] {
  const bare = text.replace(/\/\*.*?\*\//gs, ' ').replace(/--[^\n]*/g, ' ');
  if (
    /(^|;)\s*(drop\s+(database|schema|table|user|role|index|view|tablespace)|truncate\b|delete\s+from\s+[^\s;]+\s*(;|$)|alter\s+table\s+\S+\s+drop|revoke\b|grant\s+all|shutdown\b|detach\s)/i.test(
      bare,
    )
  )
    return [harm('SQL_IN_SHELL', 'HIGH', LOST)];
  return [];
}

const redis: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'hpanursiID', long: ['user', 'pass', 'rdb', 'pipe-timeout'], stop: true });
  // Names that arrive on a pipe are all that was listed.
  if (!call.complete && /^(DEL|UNLINK)$/i.test(options.operands[0]?.text ?? '')) return [harm('DATABASE_DESTROY', 'HIGH', LOST)];
  const lines = [options.operands.map((arg) => arg.text).join(' '), ...(call.stdin.text ?? '').split('\n')];
  const seen: Seen[] = [];
  for (const line of lines) {
    const words = line.trim().toUpperCase();
    if (
      /^(FLUSHALL|FLUSHDB|SHUTDOWN|SWAPDB|CONFIG (SET|RESETSTAT|REWRITE)|SCRIPT (FLUSH|KILL)|CLUSTER (RESET|FLUSHSLOTS|FORGET|DELSLOTS|FAILOVER)|ACL DELUSER|ACL SETUSER\s.*(?:NOPASS|\+@ALL)|XGROUP DESTROY|RESTORE\s.*\sREPLACE|MIGRATE\s|CLIENT KILL|FUNCTION DELETE|DEBUG|REPLICAOF|SLAVEOF|MODULE (LOAD|UNLOAD)|FUNCTION FLUSH|XTRIM|DEL\s|UNLINK\s|EVAL)/.test(
        words,
      )
    )
      seen.push(harm('DATABASE_DESTROY', /^(DEL|UNLINK|XTRIM|EVAL)/.test(words) && !/FLUSH|\*/.test(words) ? 'MEDIUM' : 'HIGH', LOST));
  }
  return seen;
};

const mongo: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'upf', long: ['eval', 'username', 'password', 'host', 'port', 'authenticationDatabase', 'file'] });
  const text = [...options.values('eval').map((arg) => arg.text), call.stdin.text ?? ''].join('\n');
  if (
    /\.\s*(?:dropDatabase|drop|dropIndexes|dropUser|dropAllUsers\w*|dropRole|shutdownServer|bulkWrite)\s*\(|\.\s*(?:remove|deleteMany|updateMany|deleteOne|findOneAndDelete)\s*\(\s*(?:\{\s*\}|\)|[A-Za-z_$])|\.\s*(?:dropAllRoles|dropIndex|revokeRolesFromUser|revokePrivileges\w*)\s*\(|\.\s*renameCollection\s*\([^)]*true|rs\.reconfig\s*\([^)]*force|\$out|\b(?:delete|drop|dropDatabase|dropIndexes|shutdown)\s*:\s*|replSetStepDown|rs\.(?:remove|stepDown)|removeShard|repairDatabase|dropConnections|fsyncLock/.test(
      text,
    )
  )
    return [harm('DATABASE_DESTROY', 'HIGH', LOST)];
  return [];
};

/** Restoring over what is there. */
const restore: ProgramReader = (call) => {
  if (isHelp(call.args) || isDryRun(call.args)) return [];
  const options = readOptions(call.args, { short: 'dhpUFntf', long: ['file', 'dbname', 'host', 'port', 'username', 'format', 'jobs'] });
  if (call.bin === 'pg_restore' && options.has('l', 'list', 'f', 'file')) return [];
  return options.has('c', 'clean', 'drop', 'if-exists') || call.args.some((arg) => arg.text === '--drop')
    ? [harm('DATABASE_DESTROY', 'HIGH', LOST)]
    : [];
};

/** Databases that tests make and throw away, by their names. */
const MADE_BY_TESTS = /^(?:\w+_)?(?:test|tests|testing|test_db|ci)(?:_\w+|\d+)?$/i;

const dropdb: ProgramReader = (call) => {
  const names = readOptions(call.args, { short: 'hpUW', long: ['host', 'port', 'username', 'maintenance-db'] }).operands;
  const far = call.args.some(({ text }) => /^-h|^--host/.test(text));
  return names.length > 0 && !far && names.every(({ text }) => MADE_BY_TESTS.test(text)) ? [] : dropsAlways(call);
};

const dropsAlways: ProgramReader = (call: Call) =>
  isHelp(call.args) || isDryRun(call.args) || call.args.some(({ text }) => text === '-n') ? [] : [harm('DATABASE_DESTROY', 'HIGH', LOST)];

/** Neo4j's own language: only whole-graph and schema deletions are told apart. */
const cypher: ProgramReader = (call) => {
  const text = [...call.args.map((arg) => arg.text), call.stdin.text ?? ''].join('\n');
  return /\b(?:DETACH\s+DELETE|DELETE\s+\w|DROP\s+(?:DATABASE|CONSTRAINT|INDEX|USER))\b/i.test(text) ? [harm('DATABASE_DESTROY', 'HIGH', LOST)] : [];
};

const psql = sqlClient({
  dialect: 'postgresql',
  spec: { short: 'cdfhpUvoFPRTL', long: ['command', 'dbname', 'file', 'host', 'port', 'username', 'variable', 'set', 'output'] },
  text: ['c', 'command'],
  file: ['f', 'file'],
});
const mysql = sqlClient({
  dialect: 'mysql',
  spec: { short: 'ehuPDS', long: ['execute', 'host', 'user', 'port', 'database', 'init-command', 'socket'] },
  text: ['e', 'execute', 'init-command'],
});

export const DATABASES: ProgramTable = {
  psql,
  pgcli: psql,
  mysql,
  mariadb: mysql,
  mycli: mysql,
  sqlite3: sqlClient({ dialect: 'sqlite', spec: { long: ['-cmd'] }, text: ['cmd'], operand: 1 }),
  sqlite: sqlClient({ dialect: 'sqlite', spec: {}, text: ['cmd'], operand: 1 }),
  duckdb: sqlClient({ dialect: 'duckdb', spec: { short: 'cs' }, text: ['c', 's'], operand: 1 }),
  'clickhouse-client': sqlClient({
    dialect: 'clickhouse',
    spec: { short: 'qhud', long: ['query', 'host', 'user', 'database'] },
    text: ['q', 'query'],
  }),
  clickhouse: sqlClient({ dialect: 'clickhouse', spec: { short: 'qhud', long: ['query', 'host', 'user', 'database'] }, text: ['q', 'query'] }),
  sqlcmd: sqlClient({ dialect: 'transactsql', spec: { short: 'QqSUPdi' }, text: ['Q', 'q'], file: ['i'] }),
  cqlsh: sqlClient({ dialect: 'cassandra', spec: { short: 'ekufp' }, text: ['e', 'execute'], file: ['f'] }),
  usql: sqlClient({ dialect: 'postgresql', spec: { short: 'cf' }, text: ['c', 'command'], file: ['f'] }),
  cockroach: sqlClient({ dialect: 'postgresql', spec: { short: 'e', long: ['execute', 'url', 'host', 'database', 'user'] }, text: ['e', 'execute'] }),
  snowsql: sqlClient({
    dialect: 'snowflake',
    spec: { short: 'qfau', long: ['query', 'filename', 'accountname', 'username'] },
    text: ['q', 'query'],
    file: ['f'],
  }),
  'cypher-shell': cypher,
  'redis-cli': redis,
  'valkey-cli': redis,
  'keydb-cli': redis,
  mongo,
  mongosh: mongo,
  pg_restore: restore,
  mongorestore: restore,
  dropdb,
  dropuser: dropsAlways,
  pg_resetwal: dropsAlways,
  pg_dropcluster: dropsAlways,
  ldapdelete: dropsAlways,
};
