/** Base64 as base64(1) -d reads it, whitespace skipped; bytes as UTF-8. */
export function decodeBase64(text: string): string {
  const clean = text
    .replace(/[^A-Za-z0-9+/=_-]/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of clean) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) break;
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 0xff);
      bits &= (1 << held) - 1;
    }
  }
  return utf8(bytes);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as UTF-8, faults replaced. */
export function utf8(bytes: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
