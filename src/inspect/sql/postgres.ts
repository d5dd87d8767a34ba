import type { Sight } from './sight.ts';
import type { Token } from './lex.ts';
import { isTemporaryName } from './temporary.ts';
import { HARMFUL_ROUTINES } from './vocabulary.ts';

export interface PostgresReading {
  readonly sights: readonly Sight[];
  readonly tables: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const HERE: Token = { kind: 'word', text: '', start: 0, end: 0, depth: 0 };

/** Reads the tree of the real PostgreSQL grammar: what no spelling can hide from it (INSPECT-50). Iterative, linear. */
export function readPostgres(tree: unknown, temporaries: ReadonlySet<string>): PostgresReading {
  const sights: Sight[] = [];
  const tables = new Set<string>();
  const waiting: unknown[] = [tree];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!isNode(value)) continue;
    for (const [key, child] of Object.entries(value)) {
      if (!isNode(child)) continue;
      if (key === 'ExplainStmt' && !explainsByRunning(child)) continue;
      waiting.push(child);
      const seen = judge(key, child, temporaries);
      if (seen !== null) sights.push(seen);
      if (key === 'RangeVar' || key === 'relation')
        tables.add(
          [text(child['schemaname']), text(child['relname'])]
            .filter((part) => part !== '')
            .join('.')
            .toLowerCase(),
        );
    }
  }
  tables.delete('');
  return { sights, tables: [...tables] };
}

function judge(kind: string, node: Node, own: ReadonlySet<string>): Sight | null {
  switch (kind) {
    case 'TruncateStmt':
      return temporary(node['relations'], own) ? null : { code: 'SQL_TRUNCATE', risk: 'HIGH', operation: 'delete', token: HERE };
    case 'DropdbStmt':
      return { code: 'SQL_DROP', risk: 'CRITICAL', operation: 'delete', token: HERE };
    case 'DeleteStmt':
      return isNode(node['whereClause']) || temporary([{ RangeVar: node['relation'] }], own)
        ? null
        : { code: 'SQL_DELETE_ALL', risk: 'HIGH', operation: 'delete', token: HERE };
    case 'DropStmt':
      return /^OBJECT_(?:TABLE|SCHEMA|FOREIGN_TABLE)$/.test(text(node['removeType'])) && !temporary(node['objects'], own, node['missing_ok'] === true)
        ? { code: 'SQL_DROP', risk: 'HIGH', operation: 'delete', token: HERE }
        : null;
    case 'CopyStmt':
      return node['is_program'] === true ? { code: 'SQL_COMMAND_EXECUTION', risk: 'CRITICAL', operation: 'execute', token: HERE } : null;
    case 'AlterSystemStmt':
      return { code: 'SQL_ADMIN', risk: 'HIGH', operation: 'admin', token: HERE };
    case 'FuncCall':
      return call(node);
    default:
      return null;
  }
}

function call(node: Node): Sight | null {
  const names = node['funcname'];
  const last: unknown = Array.isArray(names) ? names[names.length - 1] : undefined;
  const string = isNode(last) && isNode(last['String']) ? text(last['String']['sval']) : '';
  const harm = HARMFUL_ROUTINES.get(string.toUpperCase());
  return harm === undefined ? null : { code: harm[0], risk: harm[1], operation: harm[2], token: HERE };
}

/** `EXPLAIN ANALYZE` runs what it explains. */
function explainsByRunning(node: Node): boolean {
  const options = node['options'];
  return (
    Array.isArray(options) &&
    (options as readonly unknown[]).some((option) => {
      const element = isNode(option) ? option['DefElem'] : undefined;
      return (
        isNode(element) &&
        text(element['defname']) === 'analyze' &&
        !/"(?:false|off)"|"ival":0|"boolval":false/.test(JSON.stringify(element['arg'] ?? ''))
      );
    })
  );
}

/** Whether every table of a list is one of a session or a step. */
function temporary(list: unknown, own: ReadonlySet<string>, ifExists = false): boolean {
  const is = (name: string): boolean => isTemporaryName(name, ifExists) || own.has(name.toLowerCase());
  if (!Array.isArray(list) || list.length === 0) return false;
  return (list as readonly unknown[]).every((one) => {
    if (!isNode(one)) return false;
    const range = one['RangeVar'];
    if (isNode(range)) return is([text(range['schemaname']), text(range['relname'])].filter((part) => part !== '').join('.'));
    const names = isNode(one['List']) ? one['List']['items'] : undefined;
    if (!Array.isArray(names)) return false;
    return is((names as readonly unknown[]).map((name) => (isNode(name) && isNode(name['String']) ? text(name['String']['sval']) : '')).join('.'));
  });
}
