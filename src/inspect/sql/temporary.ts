import type { Token } from './lex.ts';

const TEMPORARY = /^(?:#|@|tmp_|.*_tmp\d*$|tmp\d*$|pg_temp)/i;
/** Names that ordinary tables have as well: believed where the statement is ready for their not being there. */
const PERHAPS = /^(?:temp_|.*_temp\d*$|temp\d*$)/i;

/** Whether a table by this name is one of a session or of a step: `#work`, `@rows`, `tmp_load`, `orders_tmp`, `pg_temp.x`, `tempdb..x`. */
export function isTemporaryName(name: string, ifExists = false): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return TEMPORARY.test(last) || (ifExists && PERHAPS.test(last)) || /^(?:pg_temp|tempdb|temp)\./i.test(name);
}

/** Names of tables that a text has made for itself with TEMP or TEMPORARY. */
export function temporaryTables(tokens: readonly Token[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (let i = 0; i < tokens.length && found.size < 256; i += 1) {
    const token = tokens[i];
    if (
      token?.kind !== 'word' ||
      !/^(?:TEMP|TEMPORARY)$/.test(token.text) ||
      !/^(?:CREATE|REPLACE|LOCAL|GLOBAL|INTO)$/.test(tokens[i - 1]?.text ?? '')
    )
      continue;
    let at = i + 1;
    while (at < i + 6 && /^(?:TABLE|IF|NOT|EXISTS)$/.test(tokens[at]?.text ?? '')) at += 1;
    found.add((tokens[at]?.text ?? '').toLowerCase());
  }
  return found;
}

const BEFORE_NAME = /^(?:IF|NOT|EXISTS|ONLY|TABLE|FROM|INTO|IGNORE|QUICK|LOW_PRIORITY|DELAYED|OVERWRITE|TOP|LOCAL)$/;

/** The name that begins at `at`, with the marks of T-SQL before it; dots kept, lower-case. */
export function nameAt(tokens: readonly Token[], at: number): string {
  let i = at;
  while (i < at + 8 && tokens[i]?.kind === 'word' && BEFORE_NAME.test(tokens[i]?.text ?? '')) i += 1;
  let name = '';
  for (const end = i + 12; i < end && i < tokens.length; i += 1) {
    const part = partOf(tokens, i);
    if (part === null) break;
    name += part.text;
    if (part.last) break;
  }
  return name.toLowerCase();
}

function partOf(tokens: readonly Token[], at: number): { readonly text: string; readonly last: boolean } | null {
  const token = tokens[at];
  const next = tokens[at + 1];
  switch (token?.kind) {
    case 'dot':
      return { text: '.', last: false };
    case 'op':
      return /^#{1,2}$/.test(token.text) ? { text: token.text, last: false } : null;
    case 'open':
      return token.text === '[' ? { text: '', last: false } : null;
    case 'close':
      return token.text === ']' ? { text: '', last: next?.kind !== 'dot' } : null;
    case 'word':
    case 'quoted':
    case 'variable':
      return { text: token.text, last: next?.kind !== 'dot' && next?.text !== ']' };
    default:
      return null;
  }
}
