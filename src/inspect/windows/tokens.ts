import { UNKNOWN } from '../shell/call.ts';

export interface Token {
  readonly kind: 'word' | 'string' | 'variable' | 'open' | 'close' | 'pipe' | 'end' | 'sign';
  readonly text: string;
}

/** What a double-quoted string holds between `$(` and `)` is code of its own. */
export interface Tokens {
  readonly all: readonly Token[];
  readonly inner: readonly string[];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '', a: '', b: '', f: '', v: '', e: '' };
const DASHES = /[\u2013\u2014\u2015]/g;

/** Tokens of PowerShell (about_Parsing, about_Quoting_Rules, about_Special_Characters). Linear. */
export function tokensOf(text: string): Tokens {
  const all: Token[] = [];
  const inner: string[] = [];
  let i = 0;
  const push = (kind: Token['kind'], value: string): void => {
    all.push({ kind, text: value });
  };
  while (i < text.length) {
    const char = text.charAt(i);
    const two = text.slice(i, i + 2);
    const skipped = notCode(text, i);
    if (skipped > i) i = skipped - 1;
    else if (char === '\n' || char === ';') push('end', char);
    else if (two === "@'" || two === '@"') {
      const close = text.indexOf(`\n${two.charAt(1)}@`, i);
      const end = close < 0 ? text.length : close;
      push('string', two === '@"' ? expandable(text.slice(text.indexOf('\n', i) + 1, end), inner) : text.slice(text.indexOf('\n', i) + 1, end));
      i = end + 2;
    } else if (two === '||' || two === '&&') {
      push('end', two);
      i += 1;
    } else if (char === '|') push('pipe', char);
    else if (two === '$(' || two === '@(' || two === '@{') {
      push('open', two);
      i += 1;
    } else if ('({'.includes(char)) push('open', char);
    else if (')}'.includes(char)) push('close', char);
    else if (',+&'.includes(char) || (char === '=' && all.at(-1)?.kind !== 'word')) push('sign', char);
    else {
      const read = wordAt(text, i, inner);
      push(read.kind, read.text);
      i = read.to - 1;
    }
    i += 1;
  }
  return { all, inner };
}

/** Where code goes on behind a comment, a blank or a line that is continued; `from` where it already does. */
function notCode(text: string, from: number): number {
  const char = text.charAt(from);
  if (text.startsWith('<#', from)) return ending(text, '#>', from + 2);
  if (char === '#') {
    const end = text.indexOf('\n', from);
    return end < 0 ? text.length : end;
  }
  if (char === '`' && text.charAt(from + 1) === '\n') return from + 2;
  return char !== '\n' && /\s/.test(char) ? from + 1 : from;
}

function ending(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

/** A word: bare letters, quoted pieces and variables that stand together. */
function wordAt(text: string, from: number, inner: string[]): { readonly kind: Token['kind']; readonly text: string; readonly to: number } {
  let value = '';
  let kind: Token['kind'] | undefined;
  let i = from;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "'" || char === '"') {
      if (kind === 'string') break;
      const read = quotedAt(text, i, inner);
      value += read.text;
      i = read.to;
      kind = kind === undefined ? 'string' : 'word';
      if (kind === 'string') break;
      continue;
    }
    if (/[\s;|(){},&]/.test(char) || (char === '=' && kind === 'variable') || (char === '+' && value === '')) break;
    if (char === '`') {
      value += text.charAt(i + 1);
      i += 2;
    } else if (char === '$') {
      const name = /^\$(?:\{[^}\n]{1,80}\}|(?:[A-Za-z]+:)?[\w?^$]{1,80})/.exec(text.slice(i, i + 90))?.[0] ?? '$';
      if (kind === undefined && !/[\w\\/.:-]/.test(text.charAt(i + name.length)) && name.length > 1)
        return { kind: 'variable', text: name.replace(/[{}]/g, '').toLowerCase(), to: i + name.length };
      value += name;
      i += name.length;
      kind = 'word';
      continue;
    } else {
      value += char;
      i += 1;
    }
    kind = 'word';
  }
  return { kind: kind ?? 'word', text: value.replace(DASHES, '-'), to: Math.max(i, from + 1) };
}

function quotedAt(text: string, from: number, inner: string[]): { readonly text: string; readonly to: number } {
  const quote = text.charAt(from);
  let i = from + 1;
  let raw = '';
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === quote && text.charAt(i + 1) === quote) {
      raw += quote;
      i += 2;
    } else if (char === quote) break;
    else if (char === '`' && quote === '"') {
      raw += char + text.charAt(i + 1);
      i += 2;
    } else {
      raw += char;
      i += 1;
    }
  }
  return { text: quote === '"' ? expandable(raw, inner) : raw, to: i + 1 };
}

/** Escapes undone; code inside is taken out. Variables stay as they are written. */
function expandable(raw: string, inner: string[]): string {
  const made = raw.replace(/`([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char);
  return made.replace(/\$\(([^()]{0,400}(?:\([^()]{0,400}\)[^()]{0,400}){0,5})\)/g, (_, code: string) => {
    inner.push(code);
    return UNKNOWN;
  });
}
