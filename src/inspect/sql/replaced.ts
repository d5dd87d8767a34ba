import type { Sight, Statement } from './sight.ts';
import { isTemporaryName, nameAt } from './temporary.ts';
import type { Token } from './lex.ts';

/** What a table held is gone although no word says delete: it is replaced, overwritten or exchanged (INSPECT-127). */
export function replaced(statement: Statement): Sight[] {
  const { tokens, verb } = statement;
  const first = tokens[0];
  if (first === undefined) return [];
  const text = (at: number): string => (tokens[at]?.kind === 'word' ? (tokens[at]?.text ?? '') : '');
  const gone = (risk: Sight['risk'] = 'HIGH'): Sight[] => [{ code: 'SQL_REPLACE', risk, operation: 'delete', token: first }];
  const own = (name: string): boolean => isTemporaryName(name) || statement.temporaries?.has(name) === true;
  if (verb === 'CREATE' && text(1) === 'OR' && text(2) === 'REPLACE') {
    const at = 3 + Number(/^(?:TRANSIENT|EXTERNAL|DYNAMIC|HYBRID|ICEBERG)$/.test(text(3)));
    return text(at) === 'TABLE' && !own(nameAt(tokens, at + 1)) ? gone() : /^(?:DATABASE|SCHEMA)$/.test(text(at)) ? gone() : [];
  }
  if (verb === 'INSERT' || verb === 'FROM' || verb === 'WITH') return overwrites(tokens, own, gone);
  if (verb === 'REPLACE' && tokens[1]?.kind !== 'open') return own(nameAt(tokens, 1)) ? [] : gone();
  if (verb === 'ALTER' && text(1) === 'TABLE') return exchanged(tokens) ? gone() : [];
  return [];
}

function overwrites(tokens: readonly Token[], own: (name: string) => boolean, gone: (risk?: Sight['risk']) => Sight[]): Sight[] {
  const insert = tokens.findIndex((token, i) => token.kind === 'word' && token.text === 'INSERT' && i < 4_096);
  if (insert < 0) return [];
  if (tokens[insert + 1]?.text === 'OR' && tokens[insert + 2]?.text === 'REPLACE') return own(nameAt(tokens, insert + 3)) ? [] : gone();
  if (tokens[insert + 1]?.text !== 'OVERWRITE') return [];
  if (tokens.slice(insert, insert + 4).some((token) => token.text === 'DIRECTORY')) return gone('MEDIUM');
  if (own(nameAt(tokens, insert + 2))) return [];
  // A partition that is named is what is remade; the rest stays.
  return tokens.slice(insert, insert + 16).some((token) => token.kind === 'word' && token.text === 'PARTITION') ? gone('MEDIUM') : gone();
}

function exchanged(tokens: readonly Token[]): boolean {
  for (let i = 2; i < tokens.length && i < 24; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word') continue;
    if (token.text === 'SWAP' && tokens[i + 1]?.text === 'WITH') return true;
    if (token.text === 'EXCHANGE' && tokens[i + 1]?.text === 'PARTITION') return true;
    if (token.text === 'SWITCH' && tokens.slice(i, i + 8).some((one) => one.kind === 'word' && one.text === 'TO')) return true;
  }
  return false;
}

/** One table takes the name another has just given up. */
export function swapped(statements: readonly Statement[]): Sight[] {
  const left = new Set<string>();
  for (const { tokens, verb } of statements.slice(0, 2_000)) {
    for (const { from, to, token } of renames(tokens, verb)) {
      if (left.has(to)) return [{ code: 'SQL_REPLACE', risk: 'HIGH', operation: 'delete', token }];
      left.add(from);
    }
  }
  return [];
}

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly token: Token;
}

function renames(tokens: readonly Token[], verb: string): Rename[] {
  if (verb === 'EXEC' || verb === 'EXECUTE') return spRename(tokens);
  if (verb !== 'RENAME' && !(verb === 'ALTER' && tokens[1]?.text === 'TABLE')) return [];
  const found: Rename[] = [];
  let from = nameAt(tokens, 2);
  for (let i = 2; i < tokens.length && i < 400; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'comma') from = nameAt(tokens, i + 1);
    if (token?.kind !== 'word' || (token.text !== 'TO' && token.text !== 'AS') || from === '') continue;
    if (verb === 'RENAME' || tokens[i - 1]?.text === 'RENAME') found.push({ from, to: nameAt(tokens, i + 1), token });
  }
  return found;
}

/** `EXEC sp_rename 'users', 'old'`. */
function spRename(tokens: readonly Token[]): Rename[] {
  const [from, to] = tokens.filter((token) => token.kind === 'string');
  const first = tokens[0];
  if (tokens[1]?.text !== 'SP_RENAME' || from === undefined || to === undefined || first === undefined) return [];
  return [{ from: from.text.toLowerCase(), to: to.text.toLowerCase(), token: first }];
}
