import type { Finding } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import { escapePointer } from './walk.ts';

/**
 * The value with every secret and every piece of personal data the findings point at replaced by `[redacted:kind]`.
 * A finding without a span (seen in a decoded copy) takes the whole string. Findings of confidence below 0.5 (placeholders, bare shapes) are left. Pure; used before anything is hashed or stored.
 */
export function redact(value: Json, findings: readonly Finding[]): Json {
  const at = new Map<string, Finding[]>();
  for (const one of findings) {
    if ((one.detector !== 'secret' && one.detector !== 'pii') || one.confidence < 0.5) continue;
    const list = at.get(one.pointer);
    if (list === undefined) at.set(one.pointer, [one]);
    else list.push(one);
  }
  return at.size === 0 ? value : rewrite(value, '', at);
}

function rewrite(value: Json, pointer: string, at: ReadonlyMap<string, readonly Finding[]>): Json {
  const here = at.get(pointer);
  if (typeof value === 'string' || typeof value === 'number') return here === undefined ? value : cut(String(value), here);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item, i) => rewrite(item, `${pointer}/${i}`, at));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner as Json, `${pointer}/${escapePointer(key)}`, at)]));
}

function cut(text: string, findings: readonly Finding[]): string {
  const whole = findings.find((one) => one.span === undefined);
  if (whole !== undefined) return label(whole);
  let out = '';
  let from = 0;
  for (const one of [...findings].sort((a, b) => (a.span?.[0] ?? 0) - (b.span?.[0] ?? 0))) {
    const [start, end] = one.span ?? [0, 0];
    if (end <= from) continue;
    out += text.slice(from, Math.max(from, start)) + label(one);
    from = end;
  }
  return out + text.slice(from);
}

function label(finding: Finding): string {
  return `[redacted:${finding.evidence.replace(/[[\]]/g, '') || finding.detector}]`;
}
