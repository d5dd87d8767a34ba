import { utf8 } from '../path/base64.ts';

/** Plain hexadecimal as xxd -r -p reads it. */
export function decodeHex(text: string): string {
  const clean = text.replace(/[^0-9A-Fa-f]/g, '');
  const bytes: number[] = [];
  for (let i = 0; i + 1 < clean.length; i += 2) bytes.push(Number.parseInt(clean.slice(i, i + 2), 16));
  return utf8(bytes);
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '', b: '', f: '', v: '', e: '', '\\': '\\' };

/** The escapes of echo -e and printf(1): letters, `\xHH`, `\0NNN`, `\NNN`. */
export function unescape(text: string): string {
  return text.replace(/\\(x[0-9A-Fa-f]{1,2}|0?[0-7]{1,3}|u[0-9A-Fa-f]{1,4}|.)/g, (whole, body: string) => {
    if (body.startsWith('x') && body.length > 1) return String.fromCharCode(Number.parseInt(body.slice(1), 16));
    if (body.startsWith('u') && body.length > 1) return String.fromCharCode(Number.parseInt(body.slice(1), 16));
    if (/^[0-7]/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
    return SIMPLE[body] ?? whole;
  });
}
