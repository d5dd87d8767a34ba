/** Longest and shortest run of an encoding that is decoded; shorter ones are words. */
const SHORTEST = 8;
const TOKEN = /[A-Za-z0-9+/_-]{8,}={0,2}/g;
/** In a text that is more than one short token only long ones count. */
const LONG = 14;
const MOST_TOKENS = 64;

const ENCODED = new Uint8Array(128);
for (let code = 0; code < 128; code++) if (/[A-Za-z0-9+/_-]/.test(String.fromCharCode(code))) ENCODED[code] = 1;

const isEncoded = (text: string, at: number): boolean => ENCODED[text.charCodeAt(at)] === 1;

type Range = readonly [start: number, end: number];

/** The next whole run, from `from` on, of at least `least` characters of an encoding. Looks at every so many characters until one could be of it. */
function nextRun(text: string, from: number, least: number): Range | undefined {
  let first = from;
  for (let at = first + least - 1; at < text.length; at = first + least - 1) {
    if (!isEncoded(text, at)) {
      first = at + 1;
      continue;
    }
    let start = at;
    while (start > first && isEncoded(text, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && isEncoded(text, end)) end++;
    if (end - start >= least) return [start, end];
    first = end;
  }
  return undefined;
}

/** Whether anything in the text could be base64, base32 or hex. */
export function mayHoldEncoded(text: string): boolean {
  return nextRun(text, 0, SHORTEST) !== undefined;
}

/** Every whole run of at least `LONG` characters of an encoding, with its padding. */
function* longTokens(text: string): Generator<string> {
  let from = 0;
  for (let run = nextRun(text, from, LONG); run !== undefined; run = nextRun(text, from, LONG)) {
    const [start, end] = run;
    from = end;
    while (from < text.length && from < end + 2 && text.charAt(from) === '=') from++;
    yield text.slice(start, from);
  }
}

/** Texts hidden as base64, base64url, base32 or hex inside `text`. Only results that read as text are returned. Linear. */
export function unbase(text: string): string[] {
  if (text.length < SHORTEST) return [];
  const out: string[] = [];
  let tokens = 0;
  for (const token of text.length < 16 ? (text.match(TOKEN) ?? []) : longTokens(text)) {
    if (!plausible(token, text.length)) continue;
    tokens += 1;
    if (tokens > MOST_TOKENS) break;
    const plain = decodeToken(token);
    if (plain !== undefined) out.push(plain);
  }
  return out;
}

/** A word of prose or a plain identifier is not worth decoding: encoded text mixes cases and digits, or is the whole value. */
function plausible(token: string, whole: number): boolean {
  if (token.length >= 16) return /[0-9+/=_-]/.test(token) || /[a-z][A-Z]/.test(token);
  return token.length === whole && (token.endsWith('=') || /[0-9]/.test(token));
}

function decodeToken(token: string): string | undefined {
  if (token.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(token)) {
    const hex = asText(Buffer.from(token, 'hex'));
    if (hex !== undefined) return hex;
  }
  const bare = token.replace(/=+$/, '');
  if (bare.length % 4 !== 1) {
    const plain = asText(Buffer.from(bare, 'base64'));
    if (plain !== undefined) return plain;
  }
  return /^[A-Z2-7]{16,}$/.test(bare) ? asText(unbase32(bare)) : undefined;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function unbase32(text: string): Buffer {
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text) {
    held = ((held << 5) | ALPHABET.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((held >> bits) & 0xff);
    }
  }
  return Buffer.from(out);
}

const isControl = (code: number): boolean => (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f;

/** The bytes as text when they are text: printable, or UTF-16LE as PowerShell encodes it. */
function asText(bytes: Buffer): string | undefined {
  if (bytes.length < 5) return undefined;
  const wide = bytes.length % 2 === 0 && bytes[1] === 0 && bytes[3] === 0;
  // Most of what is no text shows it in its first bytes, before anything is decoded.
  if (!wide && bytes.some(isControl)) return undefined;
  const text = bytes.toString(wide ? 'utf16le' : 'utf8');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isControl(code) || code === 0xfffd || (code >= 0x80 && code < 0xa0)) return undefined;
  }
  return /[ /.;:|=({]/.test(text) || /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}
