import { readSecrets } from '../../inspect/secrets/read-secrets.ts';
import type { Finding, Reading } from '../../kernel/finding.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { valueAt } from '../../kernel/pointer.ts';

/** Shorter texts are no secrets of their own and would punch holes into innocent words. */
const LEAST = 6;

/** The very characters a secret was seen in, as far as the finding names plain text. */
export function secretsIn(args: JsonObject, findings: readonly Finding[]): readonly string[] {
  const secrets = new Set<string>();
  for (const finding of findings) {
    if (finding.detector !== 'secret' || finding.span === undefined || finding.decoded === true) continue;
    const value = valueAt(args, finding.pointer);
    if (typeof value !== 'string') continue;
    const text = value.slice(finding.span[0], finding.span[1]);
    if (text.length >= LEAST) secrets.add(text);
  }
  // Longest first, so that a secret inside another does not leave the rest of it.
  return [...secrets].sort((a, b) => b.length - a.length);
}

export function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((done, secret) => done.replaceAll(secret, '[REDACTED:secret]'), text);
}

/** What stands in the clear beside the arguments: masked for the arguments' secrets and for its own (GATE-9). */
export function redactAside(text: string, secrets: readonly string[] = []): string {
  const own = readSecrets(text).secrets.map(({ start, end }) => text.slice(start, end));
  return redactText(text, [...secrets, ...own.filter((secret) => secret.length >= LEAST)]);
}

function redactJson(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return redactText(value, secrets);
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactJson(item, secrets)]));
}

/**
 * Findings and facts without the secrets themselves. It happens before the decision, so that what is recorded is exactly what was
 * decided on and a replay sees the same.
 */
export function redactReading(reading: Reading, secrets: readonly string[]): Reading {
  return secrets.length === 0 ? reading : (redactJson(reading as unknown as Json, secrets) as unknown as Reading);
}
