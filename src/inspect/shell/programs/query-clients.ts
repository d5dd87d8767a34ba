import type { ProgramReader, ProgramTable, Seen } from '../call.ts';
import { readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';

/** Clients of warehouses and hosted databases that take SQL by an option or behind a sub-command. */
const client =
  (dialect: string, spec: OptionSpec, names: readonly string[], verb?: string): ProgramReader =>
  (call) => {
    const options = readOptions(call.args, spec);
    const behind = verb === undefined ? -1 : options.operands.findIndex(({ text }) => text === verb);
    if (verb !== undefined && behind < 0) return [];
    const texts = [...options.values(...names), ...(names.length === 0 ? options.operands.slice(behind + 1, behind + 2) : [])];
    if (call.stdin.text !== undefined && texts.length === 0) texts.push({ text: call.stdin.text, glob: false });
    return texts.map(({ text }): Seen => ({ see: 'sql', text, dialect }));
  };

const hive = client('hive', { short: 'efSdhpunw', long: ['database', 'hiveconf', 'hivevar'] }, ['e']);
const query = client('trino', { short: 'qkfido', long: ['execute', 'query', 'server', 'catalog', 'schema', 'user', 'file'] }, [
  'q',
  'execute',
  'query',
  'e',
]);

/** What they do beside their sub-commands. */
export const QUERIES: ProgramTable = {
  hive,
  beeline: hive,
  'spark-sql': hive,
  'impala-shell': query,
  trino: query,
  presto: query,
  drill: query,
  bq: client('bigquery', { long: ['project_id', 'location', 'format', 'dataset_id'] }, [], 'query'),
  wrangler: client('sqlite', { short: 'c', long: ['command', 'file', 'config', 'env'] }, ['command'], 'execute'),
  turso: client('sqlite', {}, [], 'shell'),
  influx: (call) => {
    const at = call.args.findIndex(({ text }) => /^--?execute$/.test(text));
    return at < 0 ? [] : [{ see: 'sql', text: call.args[at + 1]?.text ?? '', dialect: 'influxql' }];
  },
  vsql: client('vertica', { short: 'cdfhUw' }, ['c']),
  osql: client('transactsql', { short: 'QqSUPdi' }, ['Q', 'q']),
  dolt: client('mysql', { short: 'qf', long: ['query', 'file'] }, ['q', 'query'], 'sql'),
};
