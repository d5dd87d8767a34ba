import type { Authority } from '../../kernel/action.ts';
import { plainNumber, trimEdges } from './normalise.ts';

/** A piece of a text that could be used as an argument of its own. */
export interface Token {
  readonly text: string;
  /** Set when the piece carries authority wherever it stands: a link, an address, an account. */
  readonly authority?: Authority;
}

const MAX_CHUNK = 2_048;
const MAX_LINE = 300;
const SPLIT = /[\s<>()[\]{}"'`|,;“”«»]+/;

/** The host of `scheme://user@host:port/…`, or of `host/…`; null when it has no host's shape. */
export function hostOf(text: string): string | null {
  const from = text.indexOf('://');
  const rest = from < 0 ? text : text.slice(from + 3);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const bare = authority.slice(authority.lastIndexOf('@') + 1);
  const host = (bare.startsWith('[') ? bare : (bare.split(':', 1)[0] ?? '')).toLowerCase().replace(/\.$/, '');
  if (from >= 0) return host === '' ? null : host;
  const dot = host.lastIndexOf('.');
  const last = host.slice(dot + 1);
  return dot > 0 && last.length >= 2 && /^[a-z0-9.-]+$/.test(host) && /^[a-z]+$/.test(last) ? host : null;
}

/** Where the scheme before `://` begins, found backwards so that no text is read twice. */
function schemeStart(text: string): number {
  let start = text.indexOf('://');
  while (start > 0 && /[a-zA-Z0-9+.-]/.test(text.charAt(start - 1))) start--;
  return start;
}

function isAddress(text: string): boolean {
  const at = text.indexOf('@');
  return at > 0 && at === text.lastIndexOf('@') && hostOf(text.slice(at + 1)) !== null && !text.includes('/');
}

const FILE_ENDINGS = new Set(
  'ts js mjs cjs py go rs md txt json yaml yml toml sh c h cpp java rb php css html xml csv log lock pdf png jpg'.split(' '),
);

function fromChunk(chunk: string, out: Token[]): void {
  const text = trimEdges(chunk);
  if (text === '') return;
  if (fromAuthority(text, out)) return;
  if (text.startsWith('@') || text.startsWith('#')) out.push({ text: text.slice(1) });
  const equals = text.indexOf('=');
  if (equals > 0) out.push({ text: text.slice(equals + 1) });
}

/** A link, an address or a host, and what else carries authority in it; true when nothing more is to be said of the chunk. */
function fromAuthority(text: string, out: Token[]): boolean {
  if (text.includes('://')) {
    const url = text.slice(schemeStart(text));
    out.push({ text: url, authority: 'url' });
    const host = hostOf(url);
    if (host !== null) out.push({ text: host, authority: 'host' });
    return true;
  }
  const address = text.startsWith('mailto:') ? text.slice(7) : text;
  if (isAddress(address)) {
    out.push({ text: address, authority: 'recipient' });
    return true;
  }
  const host = hostOf(text);
  const isFile = host !== null && FILE_ENDINGS.has(host.slice(host.lastIndexOf('.') + 1)) && !text.startsWith('www.');
  out.push(host === null || isFile ? { text } : { text, authority: 'url' });
  if (host !== null && !isFile && host !== text) out.push({ text: host, authority: 'host' });
  return false;
}

function isNumeric(chunk: string): boolean {
  return chunk.length <= 24 && /\d/.test(chunk) && /^\+?[A-Za-z]{0,2}[\d().\-+/A-Z]*[.,;:]?$/.test(chunk);
}

/** Where an IBAN begins; its later groups may be letters alone (`GB33 BUKB …`), and words may follow it without a mark. */
const IBAN_HEAD = /^[A-Za-z]{2}\d{2}[A-Za-z0-9]{0,30}$/;
const IBAN_GROUP = /^[A-Za-z0-9]{1,4}$/;
const MAX_GROUPS = 10;

/** Every beginning and every end of the run that is long enough: the neighbouring words may be numbers of their own. */
function addRun(run: readonly string[], out: Token[]): void {
  for (let cut = 0; cut < run.length; cut++) {
    for (const part of cut === 0 ? [run] : [run.slice(0, -cut), run.slice(cut)]) {
      const length = part.reduce((sum, group) => sum + group.replaceAll(/[^A-Za-z0-9]/g, '').length, 0);
      if (length >= 8 && length <= 34)
        out.push({ text: part.length > 1 ? part.join(' ') : part.join('').replaceAll(/[^A-Za-z0-9]/g, ''), authority: 'account' });
    }
  }
}

/** Account, card and telephone numbers that are written in groups: neighbouring groups, joined. */
function runsOf(add: (run: readonly string[]) => void): {
  readonly next: (chunk: string) => void;
  readonly flush: () => void;
  readonly inIban: () => boolean;
} {
  let run: string[] = [];
  let iban = false;
  const flush = (): void => {
    if (run.length > 0) add(run);
    run = [];
    iban = false;
  };
  const next = (chunk: string): void => {
    const group = trimEdges(chunk);
    if (IBAN_HEAD.test(group)) flush();
    const goesOn = iban ? IBAN_GROUP.test(group) : isNumeric(chunk);
    if (!goesOn || run.length >= MAX_GROUPS) flush();
    const isHead = run.length === 0 && IBAN_HEAD.test(group);
    if (isHead || (goesOn && run.length < MAX_GROUPS) || isNumeric(chunk)) run.push(group);
    iban ||= isHead;
  };
  return { next, flush, inIban: () => iban };
}

/** Text between backticks, however many, and whole lines: what a command is quoted as. */
function spans(text: string, out: Token[]): void {
  for (const [i, span] of text.split(/`+/).entries()) if (i % 2 === 1 && span.length <= MAX_LINE) out.push({ text: span });
  for (const line of text.split('\n')) {
    if (line.length > MAX_LINE || line.trim() === '') continue;
    const bare = line.replace(/^[\s>$#*-]+/, '');
    out.push({ text: bare });
    const colon = bare.indexOf(': ');
    if (colon > 0) out.push({ text: bare.slice(colon + 2) });
  }
}

/** The pieces that carry authority wherever they stand, and the words they stand between. */
function chunkTokensOf(text: string): Token[] {
  const out: Token[] = [];
  const chunks = text.split(SPLIT).filter((chunk) => chunk !== '' && chunk.length <= MAX_CHUNK);
  for (const chunk of chunks) fromChunk(chunk, out);
  const runs = runsOf((run) => addRun(run, out));
  for (const chunk of chunks) runs.next(chunk);
  runs.flush();
  return out;
}

/** What a chunk must hold to be a link, an address or a host, and what to belong to an account number. */
const NAMES = 1;
const DIGITS = 2;
const BREAK = 4;
const MARKS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (SPLIT.test(char)) MARKS[code] = BREAK;
  else if (char === '.' || char === ':') MARKS[code] = NAMES;
  else if (/\d/.test(char)) MARKS[code] = DIGITS;
}

const markOf = (code: number): number => (code < 128 ? (MARKS[code] ?? 0) : SPLIT.test(String.fromCharCode(code)) ? BREAK : 0);

/** Every chunk of the text, with what it holds, until `visit` says that it is enough. */
function eachChunk(text: string, visit: (start: number, end: number, holds: number) => boolean): void {
  let start = 0;
  let holds = 0;
  for (let at = 0; at <= text.length; at++) {
    const mark = at < text.length ? markOf(text.charCodeAt(at)) : BREAK;
    if (mark !== BREAK) {
      holds |= mark;
      continue;
    }
    if (at > start && at - start <= MAX_CHUNK && !visit(start, at, holds)) return;
    start = at + 1;
    holds = 0;
  }
}

/**
 * The pieces that carry authority wherever they stand: links, addresses and hosts in reading order, then account numbers. Ends when `take` wants no
 * more. Linear, and of a text without any of them nothing is cut out.
 */
export function eachAuthority(text: string, take: (token: Required<Token>) => boolean): void {
  const seen = new Set<string>();
  const offer = (tokens: readonly Token[]): boolean =>
    tokens.every(({ text: piece, authority }) => {
      if (authority === undefined || seen.has(piece)) return true;
      seen.add(piece);
      return take({ text: piece, authority });
    });
  let goesOn = true;
  eachChunk(text, (start, end, holds) => {
    if ((holds & NAMES) === 0) return true;
    const piece = trimEdges(text.slice(start, end));
    const found: Token[] = [];
    if (piece.includes('.') || piece.includes('://')) fromAuthority(piece, found);
    goesOn = offer(found);
    return goesOn;
  });
  if (!goesOn) return;
  const known = new Set<string>();
  const runs = runsOf((run) => {
    const key = run.join(' ');
    if (known.has(key) || !goesOn) return;
    known.add(key);
    const found: Token[] = [];
    addRun(run, found);
    goesOn = offer(found);
  });
  eachChunk(text, (start, end, holds) => {
    if ((holds & DIGITS) !== 0 || runs.inIban()) runs.next(text.slice(start, end));
    else runs.flush();
    return goesOn;
  });
  runs.flush();
}

/** The words, addresses, links, numbers, paths, handles, code spans and lines of a text. Linear in its length. */
export function tokensOf(text: string): readonly Token[] {
  const out = chunkTokensOf(text);
  if (text.length > 0) spans(text, out);
  // Amounts may hold the very separators that split words.
  for (const word of text.split(/\s+/))
    if (word.length <= 40 && word.includes(',') && plainNumber(trimEdges(word).toLowerCase()) !== null) out.push({ text: word });
  return out;
}

/** Runs of 2 to 4 words, for names and titles; at most `limit`, in reading order. */
export function phrasesOf(text: string, limit: number): readonly string[] {
  const words = text
    .slice(0, limit * 40)
    .split(/\s+/)
    .filter((word) => word !== '');
  const out: string[] = [];
  for (let i = 0; i < words.length && out.length < limit; i++) {
    for (let n = 2; n <= 4 && i + n <= words.length; n++) {
      out.push(words.slice(i, i + n).join(' '));
      // A sentence ends here: nothing spans it.
      if (/[.!?;:]$/.test(words[i + n - 1] ?? '')) break;
    }
  }
  return out;
}
