import { UNKNOWN } from '../shell/call.ts';
import { decodeHex } from '../shell/decode.ts';
import { decodeBase64 } from '../path/base64.ts';
import type { Origin, Value } from './value.ts';
import { originsOf, unknown } from './value.ts';

const DECODED: Origin = { kind: 'decoded', name: '' };

/** What an encoding of a constant text hides; of anything else that it was decoded. */
export function decoded(value: Value, encoding: string): Value {
  const from = [...originsOf(value), DECODED];
  if (value.is !== 'text' || value.text.includes(UNKNOWN)) return unknown(from);
  const plain = decodeAs(value.text, encoding);
  // Bytes that are no text are compressed or encrypted: nothing in them can be read.
  if (plain === undefined || plain.includes('\ufffd') || plain.includes(UNKNOWN)) return unknown(from);
  return { is: 'text', text: plain, bytes: true, from };
}

function decodeAs(text: string, encoding: string): string | undefined {
  switch (encoding.toLowerCase().replace(/[^a-z0-9]/g, '')) {
    case 'base64':
    case 'base64codec':
    case 'base64url':
      return decodeBase64(text);
    case 'hex':
    case 'hexcodec':
      return decodeHex(text);
    case 'base32':
      return base32(text);
    case 'rot13':
      return rot13(text);
    default:
      return undefined;
  }
}

export function rot13(text: string): string {
  return text.replace(/[A-Za-z]/g, (char) => {
    const code = char.charCodeAt(0);
    const base = code < 97 ? 65 : 97;
    return String.fromCharCode(((code - base + 13) % 26) + base);
  });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(text: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text.toUpperCase().replaceAll('=', '')) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) continue;
    bits = ((bits << 5) | value) & 0xfff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes.push((bits >> held) & 0xff);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
