import type { Risk } from '../../kernel/finding.ts';

const MAX_INNER = 16;

/** URLs and bare internal addresses carried in the path, query or fragment, percent-decoded: what a redirector would fetch. */
export function innerUrls(rest: string): string[] {
  const found: string[] = [];
  let text = rest.slice(0, 16_384);
  for (let round = 0; round < 3 && found.length < MAX_INNER; round += 1) {
    for (const match of text.matchAll(/(?:[a-z][a-z0-9+.-]{1,12}:)?\/\/[^\s/?#&"'<>]{1,255}/gi)) {
      if (found.length >= MAX_INNER) break;
      if (match[0].includes(':') || /[=]$/.test(text.slice(0, match.index))) found.push(match[0]);
    }
    // At the end of a path it is the name of a page; behind `v=` it is a version.
    for (const match of text.matchAll(
      /(?:(?<![?&](?:v|ver|version|rev))=|[/-](?=[\d.]{7,15}[:/])|\/(?=169\.254\.))((?:\d{1,3}\.){3}\d{1,3})(?![\d.])/gi,
    ))
      if (found.length < MAX_INNER) found.push(`http://${match[1] ?? ''}`);
    for (const match of text.matchAll(/=(file:\/{2,3}[^\s&"'<>]{1,255})/gi)) if (found.length < MAX_INNER) found.push(match[1] ?? '');
    for (const match of text.matchAll(
      /[=](localhost|metadata\.google\.internal|\d{8,10}(?=[/:])|0x[0-9a-f]{8}|\[[0-9a-f:.]{2,45}\])(?![a-z0-9.-])/gi,
    ))
      if (found.length < MAX_INNER) found.push(`http://${match[1] ?? ''}`);
    const next = text.replace(/%[0-9a-f]{2}/gi, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
    if (next === text) break;
    text = next;
  }
  return found;
}

/** A long run of encoded bytes in a query is data leaving, not an identifier (INSPECT-74). */
export function exfiltration(rest: string): Risk | null {
  const from = rest.indexOf('?');
  if (from < 0) return null;
  let longest = 0;
  for (const pair of rest.slice(from + 1).split('&', 200)) {
    const value = pair.slice(pair.indexOf('=') + 1);
    if (value.length > longest && /^[A-Za-z0-9+/_=%.-]+$/.test(value.slice(0, 8192))) longest = value.length;
  }
  if (longest >= 1500) return 'HIGH';
  return longest >= 400 ? 'MEDIUM' : null;
}
