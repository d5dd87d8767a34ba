import type { Token } from './lex.ts';
import type { Sight, Statement } from './sight.ts';
import { HARMFUL_ROUTINES } from './vocabulary.ts';

/** What a statement does beyond its tables: files, commands, network, code, rights (INSPECT-54, INSPECT-55). */
export function reach(statement: Statement): Sight[] {
  const { tokens, verb } = statement;
  const sights: Sight[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) continue;
    const found = routine(tokens, i, token) ?? clause(tokens, i, token);
    if (found !== null) sights.push(found);
  }
  const first = tokens[0];
  if (first !== undefined) sights.push(...byVerb(statement, first, verb));
  return sights;
}

function routine(tokens: readonly Token[], at: number, token: Token): Sight | null {
  const name = token.kind === 'quoted' ? token.text.toUpperCase() : token.text;
  const harm = HARMFUL_ROUTINES.get(name);
  if (harm === undefined) return null;
  const next = tokens[at + 1];
  const before = tokens[at - 1];
  const procedure = /^(?:XP|SP|SYS)_/.test(name);
  const called =
    next?.kind === 'open' || next?.kind === 'dot' || before?.text === 'EXEC' || before?.text === 'EXECUTE' || before?.text === 'CALL' || procedure;
  return called ? { code: harm[0], risk: harm[1], operation: harm[2], token } : null;
}

function clause(tokens: readonly Token[], at: number, token: Token): Sight | null {
  if (token.kind !== 'word') return null;
  const next = tokens[at + 1];
  if ((token.text === 'OUTFILE' || token.text === 'DUMPFILE') && next?.kind === 'string')
    return { code: 'SQL_FILE_WRITE', risk: 'HIGH', operation: 'write', token };
  if (token.text === 'INFILE' && next?.kind === 'string') {
    // A file beside the one who loads it is ordinary; one of the system, or anything of the server, is not.
    const near = tokens[at - 1]?.text === 'LOCAL' && !/^(?:\/|~|[a-z]:|\\)|\.\./i.test(next.text);
    return { code: 'SQL_FILE_READ', risk: near ? 'MEDIUM' : 'HIGH', operation: 'read', token };
  }
  if (token.text === 'WAITFOR') return { code: 'SQL_TIME_DELAY', risk: 'MEDIUM', operation: 'read', token };
  return null;
}

const one = (code: string, risk: Sight['risk'], operation: Sight['operation'], token: Token): Sight[] => [{ code, risk, operation, token }];

const word = (tokens: readonly Token[], text: string): boolean => tokens.some((token) => token.kind === 'word' && token.text === text);

function byVerb({ tokens }: Statement, first: Token, verb: string): Sight[] {
  const second = tokens[1]?.text ?? '';
  switch (verb) {
    case 'COPY':
      return copy(tokens, first);
    case 'GRANT':
      return one('SQL_PRIVILEGE', broad(tokens) ? 'HIGH' : 'MEDIUM', 'admin', first);
    case 'REVOKE':
    case 'DENY':
      return one('SQL_PRIVILEGE', 'MEDIUM', 'admin', first);
    case 'ALTER':
      return alter(tokens, first);
    case 'CREATE':
      return create(tokens, first);
    case 'ATTACH':
      return one(
        'SQL_ATTACH',
        tokens.some((token) => token.kind === 'string' && /^(?:\/|\\|[a-z]:)|\.\.|\.(?:php|jsp|aspx?|sh|cgi)$/i.test(token.text)) ? 'HIGH' : 'MEDIUM',
        'admin',
        first,
      );
    case 'SHUTDOWN':
    case 'RECONFIGURE':
    case 'RESTORE':
    case 'PURGE':
    case 'REASSIGN':
      return one('SQL_ADMIN', 'HIGH', 'admin', first);
    case 'RESET':
      return second === 'MASTER' || second === 'PERSIST' ? one('SQL_ADMIN', 'HIGH', 'admin', first) : [];
    case 'INSTALL':
      return one('SQL_CODE_LOAD', 'MEDIUM', 'execute', first);
    default:
      return [];
  }
}

/** Everything, to everybody, on everything, or passed on: a grant that no longer names its need. */
function broad(tokens: readonly Token[]): boolean {
  const second = tokens[1]?.text;
  const everything =
    second === 'ALL' &&
    (word(tokens, 'DATABASE') || word(tokens, 'TABLES') || tokens.some((token, i) => token.text === '*' && tokens[i + 1]?.kind === 'dot'));
  return (
    everything ||
    tokens.some((token, i) => token.text === 'PUBLIC' && tokens[i - 1]?.text === 'TO' && second === 'ALL') ||
    word(tokens, 'SUPER') ||
    word(tokens, 'SUPERUSER') ||
    word(tokens, 'FILE') ||
    word(tokens, 'DBA')
  );
}

function copy(tokens: readonly Token[], first: Token): Sight[] {
  for (let i = 1; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'word' && token.text === 'PROGRAM' && tokens[i + 1]?.kind === 'string')
      return one('SQL_COMMAND_EXECUTION', 'CRITICAL', 'execute', token);
    if (token?.kind !== 'word' || (token.text !== 'FROM' && token.text !== 'TO')) continue;
    const file = tokens[i + 1];
    if (file?.kind === 'string' && /^(?:\/|[a-z]:[\\/]|\\\\|file:)|\.\./i.test(file.text)) {
      return token.text === 'TO' ? one('SQL_FILE_WRITE', 'HIGH', 'write', token) : one('SQL_FILE_READ', 'HIGH', 'read', token);
    }
  }
  return one('SQL_COPY', 'LOW', 'write', first);
}

function alter(tokens: readonly Token[], first: Token): Sight[] {
  const object = tokens[1]?.text ?? '';
  if (object === 'SYSTEM') return one('SQL_ADMIN', 'HIGH', 'admin', first);
  if (object !== 'USER' && object !== 'ROLE' && object !== 'LOGIN') return [];
  return one(
    'SQL_ACCOUNT',
    word(tokens, 'SUPERUSER') || word(tokens, 'PASSWORD') || word(tokens, 'IDENTIFIED') || word(tokens, 'BYPASSRLS') ? 'HIGH' : 'MEDIUM',
    'admin',
    first,
  );
}

function create(tokens: readonly Token[], first: Token): Sight[] {
  const at = tokens[1]?.text === 'OR' ? 3 : 1;
  const object = tokens[at]?.text ?? '';
  if (/^(?:USER|ROLE|LOGIN)$/.test(object))
    return one(
      'SQL_ACCOUNT',
      word(tokens, 'SUPERUSER') || word(tokens, 'CREATEROLE') || word(tokens, 'BYPASSRLS') ? 'HIGH' : 'MEDIUM',
      'admin',
      first,
    );
  if (!/^(?:FUNCTION|PROCEDURE|ASSEMBLY|LANGUAGE|EXTENSION|LIBRARY)$/.test(object)) return [];
  const language = tokens.findIndex((token) => token.text === 'LANGUAGE' || token.text === 'SONAME');
  const named = (tokens[language + 1]?.text ?? '').toUpperCase();
  if (language >= 0 && (/^(?:C|INTERNAL)$|^PL(?:PYTHON|PERL|TCL|SH)\d?U?$/.test(named) || tokens[language]?.text === 'SONAME'))
    return one('SQL_CODE_LOAD', 'HIGH', 'execute', first);
  return one('SQL_CODE_DEFINED', 'MEDIUM', 'execute', first);
}
