/** A Python string literal without its prefix and quotes. */
export interface Literal {
  readonly text: string;
  readonly bytes: boolean;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '' };

/** `rb'…'`, `"""…"""`: prefix, quotes and escapes as Python reads them. */
export function literalOf(source: string): Literal {
  const quote = source.search(/['"]/);
  if (quote < 0) return { text: source, bytes: false };
  const prefix = source.slice(0, quote).toLowerCase();
  const body = source.slice(quote);
  const triple = body.startsWith('"""') || body.startsWith("'''");
  const width = triple ? 3 : 1;
  const closed = body.length >= 2 * width && body.endsWith(body.slice(0, width));
  const inner = body.slice(width, closed ? -width : undefined);
  return { text: prefix.includes('r') ? inner : unescape(inner), bytes: prefix.includes('b') };
}

/** Escapes of Python and, but for `\N{…}`, of JavaScript. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]{1,80}\}|[0-7]{1,3}|[\s\S])/g,
    (whole, body: string) => {
      const first = body.charAt(0);
      if (body.length > 1 && (first === 'x' || first === 'u' || first === 'U')) return point(Number.parseInt(body.replace(/[xuU{}]/g, ''), 16));
      if (first === 'N' && body.length > 1) return '\u0000';
      if (/^[0-7]/.test(body)) return point(Number.parseInt(body, 8));
      return SIMPLE[body] ?? (/^[\\'"`$]$/.test(body) ? body : whole);
    },
  );
}

const point = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\u0000');
