import type { Sight, Statement } from './sight.ts';
import type { Token } from './lex.ts';

const CLAUSES = /^(?:MATCH|OPTIONAL|UNWIND|DETACH|NODETACH)$/;

/** Cypher, the language of graph stores: a DELETE of nodes that no property and no WHERE chooses, procedures that leave the graph (INSPECT-133). */
export function cypher({ tokens, verb }: Statement): Sight[] {
  if (verb === 'CALL') return procedures(tokens);
  if (verb === 'LOAD' && tokens[1]?.text === 'CSV') return loads(tokens);
  if (!CLAUSES.test(verb) && !(verb === 'WITH' && tokens.some((token) => token.text === 'DETACH'))) return [];
  const sights = [...procedures(tokens)];
  const at = tokens.findIndex((token, i) => token.kind === 'word' && token.text === 'DELETE' && tokens[i - 1]?.kind !== 'dot');
  const token = tokens[at];
  if (token === undefined) return sights;
  const chosen = tokens
    .slice(0, at)
    .some((one) => (one.kind === 'word' && /^(?:WHERE|LIMIT)$/.test(one.text)) || (one.kind === 'open' && one.text === '{'));
  sights.push({ code: chosen ? 'SQL_DELETE' : 'SQL_DELETE_ALL', risk: chosen ? 'MEDIUM' : 'HIGH', operation: 'delete', token });
  return sights;
}

function procedures(tokens: readonly Token[]): Sight[] {
  const at = tokens.findIndex((token) => token.kind === 'word' && token.text === 'CALL');
  if (at < 0) return [];
  const token = tokens[at];
  const name = tokens
    .slice(at + 1, at + 9)
    .map((one) => one.text)
    .join('');
  if (token === undefined) return [];
  if (/^DBMS\.(?:SECURITY|SHUTDOWN|KILL|SETCONFIG|CLUSTER)/.test(name)) return [{ code: 'SQL_ADMIN', risk: 'HIGH', operation: 'admin', token }];
  if (/^APOC\.(?:LOAD|EXPORT|IMPORT|CUSTOM|TRIGGER|CYPHER\.RUN|SYSTEMDB|UTIL\.SLEEP|SCHEMA\.ASSERT|NODES\.DELETE|PERIODIC)/.test(name))
    return [{ code: 'SQL_REMOTE_ACCESS', risk: 'HIGH', operation: 'execute', token }];
  return [];
}

function loads(tokens: readonly Token[]): Sight[] {
  const source = tokens.find((token) => token.kind === 'string');
  return source !== undefined && /^(?:file|https?|ftp):/i.test(source.text)
    ? [{ code: 'SQL_REMOTE_ACCESS', risk: 'HIGH', operation: 'read', token: source }]
    : [];
}
