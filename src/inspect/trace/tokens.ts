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
  const equals = text.indexOf('=');
  if (text.includes('://')) {
    const url = text.slice(schemeStart(text));
    out.push({ text: url, authority: 'url' });
    const host = hostOf(url);
    if (host !== null) out.push({ text: host, authority: 'host' });
    return;
  }
  const address = text.startsWith('mailto:') ? text.slice(7) : text;
  if (isAddress(address)) {
    out.push({ text: address, authority: 'recipient' });
    return;
  }
  const host = hostOf(text);
  if (host !== null) {
    const isFile = FILE_ENDINGS.has(host.slice(host.lastIndexOf('.') + 1)) && !text.startsWith('www.');
    out.push(isFile ? { text } : { text, authority: 'url' });
    if (!isFile && host !== text) out.push({ text: host, authority: 'host' });
  } else out.push({ text });
  if (text.startsWith('@') || text.startsWith('#')) out.push({ text: text.slice(1) });
  if (equals > 0) out.push({ text: text.slice(equals + 1) });
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
function grouped(chunks: readonly string[], out: Token[]): void {
  let run: string[] = [];
  let iban = false;
  const flush = (): void => {
    if (run.length > 0) addRun(run, out);
    run = [];
    iban = false;
  };
  for (const chunk of chunks) {
    const group = trimEdges(chunk);
    if (IBAN_HEAD.test(group)) flush();
    const goesOn = iban ? IBAN_GROUP.test(group) : isNumeric(chunk);
    if (!goesOn || run.length >= MAX_GROUPS) flush();
    const isHead = run.length === 0 && IBAN_HEAD.test(group);
    if (isHead || (goesOn && run.length < MAX_GROUPS) || isNumeric(chunk)) run.push(group);
    iban ||= isHead;
  }
  flush();
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

/** Only the pieces that carry authority wherever they stand, and the words they stand between. */
export function strongTokensOf(text: string): Token[] {
  const out: Token[] = [];
  const chunks = text.split(SPLIT).filter((chunk) => chunk !== '' && chunk.length <= MAX_CHUNK);
  for (const chunk of chunks) fromChunk(chunk, out);
  grouped(chunks, out);
  return out;
}

/** The words, addresses, links, numbers, paths, handles, code spans and lines of a text. Linear in its length. */
export function tokensOf(text: string): readonly Token[] {
  const out = strongTokensOf(text);
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
