import type { Token } from './lex.ts';
import type { Sight, Statement } from './sight.ts';

const ELSEWHERE = /^(?:s3[an]?|gs|gcs|azure|abfss?|wasbs?|https?|ftp|hdfs|adl|r2|oss|cos|\\\\)/i;
const REMOTE_FUNCTIONS = new Set(
  'S3 S3CLUSTER URL URLCLUSTER REMOTE REMOTESECURE HDFS GCS AZUREBLOBSTORAGE MYSQL POSTGRESQL MONGODB SQLITE ODBC JDBC'.split(' '),
);

/** Rows that leave the database for a file, a stage, a bucket or an address (INSPECT-129). */
export function exported({ tokens, verb }: Statement): Sight[] {
  const first = tokens[0];
  if (first === undefined) return [];
  const out = (risk: Sight['risk'], token: Token = first): Sight[] => [{ code: 'SQL_COPY', risk, operation: 'send', token }];
  const text = (at: number): string => (tokens[at]?.kind === 'word' ? (tokens[at]?.text ?? '') : '');
  switch (verb) {
    case 'UNLOAD':
      return out('HIGH');
    case 'EXPORT':
      return /^(?:DATA|DATABASE|TABLE)$/.test(text(1)) ? out('HIGH') : [];
    case 'COPY':
      return copied(tokens, out);
    case 'BACKUP':
      return tokens.some((token) => token.kind === 'string' && ELSEWHERE.test(token.text)) ? out('HIGH') : out('MEDIUM');
    case 'BULK':
      return loaded(tokens, first);
    case 'VACUUM':
      return text(1) === 'INTO' ? [{ code: 'SQL_FILE_WRITE', risk: 'HIGH', operation: 'write', token: first }] : [];
    case 'ATTACH':
      return tokens.some((token) => token.kind === 'string' && ELSEWHERE.test(token.text)) ? out('HIGH') : [];
    default:
      return calledOut(tokens);
  }
}

/** `BULK INSERT t FROM '…'`: a file of the server or of another machine. */
function loaded(tokens: readonly Token[], first: Token): Sight[] {
  const file = tokens.find((token) => token.kind === 'string')?.text ?? '';
  if (/^\\{1,2}\w|^(?:https?|s3):/i.test(file)) return [{ code: 'SQL_REMOTE_ACCESS', risk: 'HIGH', operation: 'read', token: first }];
  return /^(?:\/|[a-z]:)|\.\./i.test(file) ? [{ code: 'SQL_FILE_READ', risk: 'HIGH', operation: 'read', token: first }] : [];
}

function copied(tokens: readonly Token[], out: (risk: Sight['risk'], token?: Token) => Sight[]): Sight[] {
  if (tokens[1]?.text === 'INTO') {
    const target = tokens[2];
    // A stage or an address is written; a table is loaded.
    return target?.kind === 'variable' || target?.kind === 'string' || (target?.kind === 'op' && target.text.startsWith('@'))
      ? out('HIGH', target)
      : [];
  }
  for (let i = 1; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || token.text !== 'TO') continue;
    const file = tokens[i + 1];
    if (file?.kind === 'string' && ELSEWHERE.test(file.text)) return out('HIGH', token);
  }
  return [];
}

/** ClickHouse table functions, which read from or write to another machine. */
function calledOut(tokens: readonly Token[]): Sight[] {
  for (let i = 1; i + 1 < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || tokens[i + 1]?.kind !== 'open') continue;
    const before = tokens[i - 1]?.text ?? '';
    if (before !== 'FROM' && before !== 'JOIN' && before !== 'FUNCTION') continue;
    const named = tokens[i + 2]?.kind === 'string' ? (tokens[i + 2]?.text ?? '') : '';
    if (REMOTE_FUNCTIONS.has(token.text)) {
      if (/^(?:localhost|127\.0\.0\.1|\[?::1\]?)(?::|$)/.test(named) || !/[.:/]/.test(named)) continue;
      return [{ code: 'SQL_REMOTE_ACCESS', risk: 'HIGH', operation: 'send', token }];
    }
    const outside = /^(?:\/|[a-z]:|\\|~)|\.\./i.test(named);
    if (token.text === 'FILE')
      return [
        {
          code: before === 'FUNCTION' ? 'SQL_FILE_WRITE' : 'SQL_FILE_READ',
          risk: outside || before === 'FUNCTION' ? 'HIGH' : 'MEDIUM',
          operation: before === 'FUNCTION' ? 'write' : 'read',
          token,
        },
      ];
    if (token.text === 'EXECUTABLE') return [{ code: 'SQL_COMMAND_EXECUTION', risk: 'CRITICAL', operation: 'execute', token }];
  }
  return [];
}
