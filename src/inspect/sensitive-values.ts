import type { Finding, Risk } from '../kernel/finding.ts';
import { found } from './found.ts';
import { readPii } from './pii/read-pii.ts';
import { readSecrets } from './secrets/read-secrets.ts';

export interface Sensitive {
  readonly findings: readonly Finding[];
  /** The secret values themselves, for masking evidence; never recorded. */
  readonly secrets: readonly string[];
  /** Personal data that evidence must not show; addresses of machines stay, they are what a finding is about. */
  readonly personal: readonly string[];
}

const NONE: Sensitive = { findings: [], secrets: [], personal: [] };
const MACHINE = new Set(['ip-address', 'mac-address', 'crypto-address']);

/** Credentials and personal data in a text; `leaving` says that the value goes to a network or to people (INSPECT-8, INSPECT-11). */
export function readSensitive(text: string, pointer: string, leaving: boolean): Sensitive {
  const credentials = readSecrets(text);
  const personal = readPii(text);
  if (credentials.secrets.length === 0 && personal.found.length === 0 && credentials.complete && personal.complete) return NONE;
  const findings: Finding[] = [];
  for (const one of credentials.secrets) {
    findings.push(
      found({
        detector: 'secret',
        ...weight(one.placeholder === true, leaving),
        pointer,
        text: `[${one.id}]`,
        span: [one.start, one.end],
        category: 'data',
      }),
    );
  }
  for (const one of personal.found) {
    if (credentials.secrets.some((secret) => one.start < secret.end && secret.start < one.end)) continue;
    findings.push(
      found({
        detector: 'pii',
        code: 'PII_FOUND',
        risk: one.bare ? 'LOW' : 'MEDIUM',
        pointer,
        text: `[${one.id}]`,
        span: [one.start, one.end],
        category: 'data',
        confidence: one.bare ? 0.4 : 0.9,
      }),
    );
  }
  if (!credentials.complete)
    findings.push(found({ detector: 'limit', code: 'SECRETS_UNFINISHED', risk: leaving ? 'HIGH' : 'MEDIUM', pointer, text: '', inspected: false }));
  if (!personal.complete) findings.push(found({ detector: 'limit', code: 'PII_UNFINISHED', risk: 'MEDIUM', pointer, text: '', inspected: false }));
  const cut = (one: { readonly start: number; readonly end: number }): string => text.slice(one.start, one.end);
  return {
    findings,
    secrets: credentials.secrets.filter((one) => one.placeholder !== true).map(cut),
    personal: personal.found.filter((one) => !one.bare && !MACHINE.has(one.id)).map(cut),
  };
}

function weight(placeholder: boolean, leaving: boolean): { readonly code: string; readonly risk: Risk; readonly confidence: number } {
  if (placeholder) return { code: 'SECRET_PLACEHOLDER', risk: 'LOW', confidence: 0.3 };
  return leaving ? { code: 'SECRET_LEAVING', risk: 'HIGH', confidence: 0.9 } : { code: 'SECRET_FOUND', risk: 'MEDIUM', confidence: 0.9 };
}
