/**
 * A tolerant, linear SQL tokenizer that belongs to no dialect: it never fails, it says what it could not close.
 * Where dialects cut the same text differently (backslash in strings, `#`, `--x`, version comments, nested comments) it says so
 * in `ambiguous`, and the caller reads the text a second time the other way (INSPECT-51).
 */

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'op' | 'open' | 'close' | 'comma' | 'semi' | 'dot' | 'comment';

export interface Token {
  readonly kind: TokenKind;
  /** Upper-case spelling of words and operators; the decoded content of strings and quoted names. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Bracket depth before the token; a closing bracket has the depth of its opening one. */
  readonly depth: number;
}

/** `standard`: SQL and PostgreSQL. `mysql`: backslash escapes, `#` and version comments, comments do not nest. */
export type Reading = 'standard' | 'mysql';

export interface Lexed {
  readonly tokens: readonly Token[];
  /** Comments, where they matter for injection: their text with the introducer. */
  readonly comments: readonly Token[];
  readonly ambiguous: boolean;
  /** Every string, comment and bracket is closed. */
  readonly clean: boolean;
  readonly maxDepth: number;
}

interface Scan {
  readonly text: string;
  readonly reading: Reading;
  readonly tokens: Token[];
  readonly comments: Token[];
  at: number;
  depth: number;
  maxDepth: number;
  ambiguous: boolean;
  clean: boolean;
  /** Inside an expanded version comment, whose closing mark is then skipped. */
  inVersion: boolean;
  /** Characters that failed look-aheads may still cost. */
  budget: number;
}

const SPACE = 1;
const WORD = 2;
const DIGIT = 4;
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c += 1) {
  const char = String.fromCharCode(c);
  if (c <= 32 || c === 127) CLASS[c] = SPACE;
  else if (/[0-9]/.test(char)) CLASS[c] = DIGIT;
  else if (/[A-Za-z_$]/.test(char)) CLASS[c] = WORD;
}

const isSpace = (c: number): boolean => (c < 128 ? CLASS[c] === SPACE : c === 0xa0 || c === 0x3000 || c === 0xfeff || (c >= 0x2000 && c <= 0x200b));
const isWordStart = (c: number): boolean => (c < 128 ? CLASS[c] === WORD : !isSpace(c));
const isWordPart = (c: number): boolean => (c < 128 ? (CLASS[c] ?? 0) >= WORD : !isSpace(c));
const isDigit = (c: number): boolean => c >= 48 && c <= 57;

const OPERATORS = new Set('|| && != <> <= >= == := :: ->> -> #>> #> => << >> @> <@ ~* !~ !~* ^= <=> *= += -= /= |/ ** !< !> ~~ |> ?| ?&'.split(' '));

/** Cuts `text` into tokens; linear, total. */
export function lex(text: string, reading: Reading = 'standard'): Lexed {
  const scan: Scan = {
    text,
    reading,
    tokens: [],
    comments: [],
    at: 0,
    depth: 0,
    maxDepth: 0,
    ambiguous: false,
    clean: true,
    inVersion: false,
    budget: 4 * text.length + 64,
  };
  while (scan.at < text.length) step(scan);
  if (scan.depth !== 0) scan.clean = false;
  return { tokens: scan.tokens, comments: scan.comments, ambiguous: scan.ambiguous, clean: scan.clean, maxDepth: scan.maxDepth };
}

function push(scan: Scan, kind: TokenKind, end: number, text: string): void {
  scan.tokens.push({ kind, text, start: scan.at, end, depth: scan.depth });
  scan.at = end;
}

function step(scan: Scan): void {
  const { text, at } = scan;
  const c = text.charCodeAt(at);
  if (isSpace(c)) scan.at += 1;
  else if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(at + 1)))) number(scan);
  else if (c === 36 && dollar(scan)) return;
  else if (isWordStart(c)) word(scan);
  else if (c === 39 || c === 34 || c === 96) quoted(scan, at, c, false);
  else if (c === 45 && text.charCodeAt(at + 1) === 45) dashes(scan);
  else if (c === 47 && text.charCodeAt(at + 1) === 42) block(scan);
  else if (c === 35) hash(scan);
  else if (c === 64) variable(scan);
  else punctuation(scan, c);
}

function punctuation(scan: Scan, c: number): void {
  const { text, at } = scan;
  if (c === 40 || c === 91 || c === 123) {
    push(scan, 'open', at + 1, text.charAt(at));
    scan.depth += 1;
    if (scan.depth > scan.maxDepth) scan.maxDepth = scan.depth;
  } else if (c === 41 || c === 93 || c === 125) {
    if (scan.depth === 0) scan.clean = false;
    else scan.depth -= 1;
    push(scan, 'close', at + 1, text.charAt(at));
  } else if (c === 44) push(scan, 'comma', at + 1, ',');
  else if (c === 59) push(scan, 'semi', at + 1, ';');
  else if (c === 46) push(scan, 'dot', at + 1, '.');
  else if (c === 42 && scan.inVersion && text.charCodeAt(at + 1) === 47) {
    scan.inVersion = false;
    scan.at += 2;
  } else operator(scan);
}

const OPERATOR_PART = new Uint8Array(128);
for (const operator of OPERATORS) for (const char of operator.slice(1)) OPERATOR_PART[char.charCodeAt(0)] = 1;

function operator(scan: Scan): void {
  const { text, at } = scan;
  // Most operators are one character: only what could be the second of a longer one is worth looking up.
  if (OPERATOR_PART[text.charCodeAt(at + 1)] !== 1) {
    push(scan, 'op', at + 1, text.charAt(at));
    return;
  }
  for (let length = 3; length > 1; length -= 1) {
    const candidate = text.substr(at, length);
    if (OPERATORS.has(candidate)) {
      push(scan, 'op', at + length, candidate);
      return;
    }
  }
  push(scan, 'op', at + 1, text.charAt(at));
}

function number(scan: Scan): void {
  const { text, at } = scan;
  let end = at + 1;
  while (end < text.length) {
    const c = text.charCodeAt(end);
    const exponentSign = (c === 43 || c === 45) && (text.charCodeAt(end - 1) | 32) === 101 && text.charCodeAt(at + 1) !== 120;
    if (isWordPart(c) || c === 46 || exponentSign) end += 1;
    else break;
  }
  const spelled = text.slice(at, end);
  // MySQL cuts `1e9union` and `.1union` after the number: keep a keyword glued to a number visible.
  const glued = /^(?:0x[0-9a-f]+|0b[01]+|\d*\.?\d*(?:e\d*)?)\.?/i.exec(spelled)?.[0] ?? spelled;
  if (glued.length > 0 && glued.length < spelled.length && /^[a-z]{2,}/i.test(spelled.slice(glued.length))) {
    push(scan, 'number', at + glued.length, glued);
    return;
  }
  push(scan, 'number', end, spelled);
}

/** Words as they are compared; `ascii` when nothing of it needs folding. */
const upper = (name: string, ascii: boolean): string => (ascii ? name : name.normalize('NFKC')).toUpperCase();

function word(scan: Scan): void {
  const { text, at } = scan;
  let end = at;
  let codes = 0;
  for (let c = text.charCodeAt(at); end === at || isWordPart(c); c = text.charCodeAt(end)) {
    codes |= c;
    end += 1;
    if (end === text.length) break;
  }
  const spelled = upper(text.slice(at, end), codes < 0x80);
  const next = text.charCodeAt(end);
  if (next === 39 && end - at <= 2 && /^(?:E|N|B|X|R|RB|BR|Q|NQ|F)$/.test(spelled)) {
    prefixed(scan, end, spelled);
    return;
  }
  if (spelled === 'U' && next === 38 && (text.charCodeAt(end + 1) === 39 || text.charCodeAt(end + 1) === 34)) {
    const quote = text.charCodeAt(end + 1);
    quoted(scan, end + 1, quote, false);
    unescapeLast(scan);
    return;
  }
  push(scan, 'word', end, spelled);
}

/** `U&'\0044ROP'`: SQL:2003 Unicode escapes, decoded so that a name or a string reads as what it is. */
function unescapeLast(scan: Scan): void {
  const last = scan.tokens.pop();
  if (last === undefined) return;
  const decoded = last.text.replace(/\\(?:\+([0-9a-f]{6})|([0-9a-f]{4}))/gi, (_, six: string | undefined, four: string | undefined) => {
    const code = Number.parseInt(six ?? four ?? '0', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
  scan.tokens.push({ ...last, text: decoded });
}

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>' };

function prefixed(scan: Scan, quoteAt: number, prefix: string): void {
  const { text } = scan;
  const open = text.charAt(quoteAt + 1);
  if (prefix.endsWith('Q') && open !== '' && open !== "'") {
    const close = seek(scan, `${CLOSERS[open] ?? open}'`, quoteAt + 2);
    if (close > 0) {
      push(scan, 'string', close + 2, text.slice(quoteAt + 2, close));
      return;
    }
  }
  quoted(scan, quoteAt, 39, prefix === 'E');
}

/** A string or a quoted name; the opening quote may repeat three times (BigQuery). */
function quoted(scan: Scan, from: number, quote: number, escapes: boolean): void {
  const { text, reading } = scan;
  const backslash = escapes || reading === 'mysql';
  let end = from + 1;
  let special = false;
  for (;;) {
    if (end >= text.length) {
      scan.clean = false;
      break;
    }
    const c = text.charCodeAt(end);
    if (c === 92 && quote !== 96) {
      const next = text.charCodeAt(end + 1);
      if (!escapes && (next === quote || next === 92)) scan.ambiguous = true;
      if (backslash) {
        special = true;
        end += 2;
        continue;
      }
    }
    if (c === quote) {
      if (text.charCodeAt(end + 1) !== quote) break;
      special = true;
      end += 2;
      continue;
    }
    end += 1;
  }
  const raw = text.slice(from + 1, Math.min(end, text.length));
  push(scan, quote === 39 ? 'string' : 'quoted', Math.min(end + 1, text.length), special ? unquote(raw, quote, backslash) : raw);
}

function unquote(raw: string, quote: number, backslash: boolean): string {
  const q = String.fromCharCode(quote);
  const single = raw.replaceAll(q + q, q);
  if (!backslash) return single;
  return single.replace(/\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|[\s\S])/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return escape === 'n' ? '\n' : escape === 't' ? '\t' : escape;
  });
}

/** Searches ahead within one budget for the whole text, so that a thousand openers without closers stay linear. */
function seek(scan: Scan, needle: string, from: number): number {
  if (scan.budget <= 0) return -1;
  const found = scan.text.indexOf(needle, from);
  if (found < 0) scan.budget -= scan.text.length - from + 1;
  return found;
}

/** `$tag$ … $tag$` (PostgreSQL, Snowflake). false when it is not one. */
function dollar(scan: Scan): boolean {
  const { text, at } = scan;
  let end = at + 1;
  while (end < text.length && end - at < 64 && (CLASS[text.charCodeAt(end)] ?? 0) >= WORD && text.charCodeAt(end) !== 36) end += 1;
  if (text.charCodeAt(end) !== 36) return false;
  const tag = text.slice(at, end + 1);
  const close = seek(scan, tag, end + 1);
  if (close < 0) {
    scan.clean = false;
    push(scan, 'op', end + 1, '$');
    return true;
  }
  push(scan, 'string', close + tag.length, text.slice(end + 1, close));
  return true;
}

function comment(scan: Scan, end: number): void {
  scan.comments.push({ kind: 'comment', text: scan.text.slice(scan.at, Math.min(end, scan.at + 200)), start: scan.at, end, depth: scan.depth });
  scan.at = end;
}

function lineEnd(text: string, from: number): number {
  for (let end = from; end < text.length; end += 1) {
    const c = text.charCodeAt(end);
    if (c === 10 || c === 13) return end;
  }
  return text.length;
}

function dashes(scan: Scan): void {
  const { text, at } = scan;
  const next = text.charAt(at + 2);
  if (next !== '' && /[0-9'"(@+.]/.test(next)) {
    // MySQL reads `1--1` as minus minus one, everybody else as a comment.
    scan.ambiguous = true;
    if (scan.reading === 'mysql') {
      push(scan, 'op', at + 2, '-');
      return;
    }
  }
  comment(scan, lineEnd(text, at));
}

function hash(scan: Scan): void {
  scan.ambiguous = true;
  if (scan.reading === 'mysql') comment(scan, lineEnd(scan.text, scan.at));
  else operator(scan);
}

function block(scan: Scan): void {
  const { text, at, reading } = scan;
  const version = /^\/\*M?!\d{0,6}/.exec(text.substr(at, 12))?.[0];
  if (version !== undefined) {
    scan.ambiguous = true;
    if (reading === 'mysql') {
      scan.at += version.length;
      scan.inVersion = true;
      return;
    }
  }
  let level = 1;
  let end = at + 2;
  while (level > 0 && end < text.length) {
    const c = text.charCodeAt(end);
    const pair = text.charCodeAt(end + 1);
    if (c === 42 && pair === 47) {
      level -= 1;
      end += 2;
    } else if (c === 47 && pair === 42) {
      scan.ambiguous = true;
      if (reading === 'standard') level += 1;
      end += 2;
    } else end += 1;
  }
  if (level > 0) scan.clean = false;
  comment(scan, end);
}

function variable(scan: Scan): void {
  const { text, at } = scan;
  let end = at + 1;
  while (end < text.length && (isWordPart(text.charCodeAt(end)) || text.charCodeAt(end) === 64)) end += 1;
  if (end === at + 1) operator(scan);
  else push(scan, 'variable', end, text.slice(at, end).toUpperCase());
}
