import type { Token } from './tokens.ts';

/** Entries looked at of one table. */
const MOST = 64;

/** `@{Path='C:\\'; Recurse=$true}`, read as the words that splatting makes of it: `-Path C:\\ -Recurse` (about_Splatting). */
export function splatted(tokens: readonly Token[], at: number, value: (group: readonly Token[]) => string): string[] | undefined {
  if (tokens[at]?.kind !== 'open' || tokens[at]?.text !== '@{') return undefined;
  const words: string[] = [];
  let group: Token[] = [];
  let depth = 0;
  const end = (): void => {
    const [name, ...rest] = group;
    const key = name?.text.replace(/=.*$/s, '') ?? '';
    const glued = name?.text.includes('=') === true ? name.text.slice(name.text.indexOf('=') + 1) : '';
    const given = rest.filter((token) => token.text !== '=');
    const text = given.length > 0 ? value(given) : glued;
    if (/^[A-Za-z]\w*$/.test(key)) {
      if (/^\$?true$/i.test(text)) words.push(`-${key}`);
      else if (!/^\$?false$/i.test(text)) words.push(`-${key}`, text);
    }
    group = [];
  };
  for (let i = at + 1; i < tokens.length && i < at + 400 && words.length < 2 * MOST; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') {
      if (depth === 0) break;
      depth -= 1;
    }
    if (token.kind === 'end' && depth === 0) end();
    else group.push(token);
  }
  end();
  return words;
}
