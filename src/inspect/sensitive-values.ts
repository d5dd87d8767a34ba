import type { Finding, Risk } from '../kernel/finding.ts';
import { found } from './found.ts';
import { wordsOf } from './classify/words.ts';
import { readPii } from './pii/read-pii.ts';
import type { Personal } from './pii/read-pii.ts';
import { readSecrets } from './secrets/read-secrets.ts';
import type { Secret } from './secrets/read-secrets.ts';

export interface Sensitive {
  readonly findings: readonly Finding[];
  /** The secret values themselves, for masking evidence; never recorded. */
  readonly secrets: readonly string[];
  /** Personal data that evidence must not show; addresses of machines stay, they are what a finding is about. */
  readonly personal: readonly string[];
}

const NONE: Sensitive = { findings: [], secrets: [], personal: [] };
const MACHINE = new Set(['ip-address', 'mac-address', 'crypto-address']);

/** Below what redaction takes out: without its password a call that logs in would fail. */
const NAMED = 0.45;

/** Longer values say themselves what they hold. */
const LONGEST_NAMED = 256;

/** Parts of names that say what a value is; a name without any says nothing of a password or a person. */
const TELLING =
  /pass|pwd|pw$|secret|token|key|auth|cred|pin|birth|dob|born|geburt|naiss|nacim|ssn|social|cpf|cnpj|bic|swift|bsn|nir|ahv|avs|rut|oib|egn|cnp|nif|tax|tin|licen|permis|passport|national|identity|card|account|acct|bank|routing|aba|phone|mobile|tel|fax|medical|patient|mrn|vin|plate|aadhaar|pan|nhs|nino|insurance|address|street|zip|post|plz|npi|dea|curp|rfc|cuit|pesel|sin|tfn|medicare|emirates|nric|nik|cnic|hkid/i;
const MOST_KEYS = 1_024;
const telling = new Map<string, boolean>();

/** The same few names come again and again; remembering them changes no answer. */
function says(key: string): boolean {
  const known = telling.get(key);
  if (known !== undefined) return known;
  const answer = key.length <= 64 && TELLING.test(key);
  if (telling.size >= MOST_KEYS) telling.clear();
  telling.set(key, answer);
  return answer;
}

interface Reading {
  readonly secrets: readonly (Secret & { readonly named?: true })[];
  readonly found: readonly Personal[];
  readonly complete: { readonly secrets: boolean; readonly personal: boolean };
}

/** What stands in the text, and what its name in the arguments makes of it: `password: …` and `dateOfBirth: …` are told by their names. */
function readBoth(text: string, key: string): Reading {
  const { secrets, complete } = readSecrets(text);
  const personal = readPii(text);
  const whole = { secrets: complete, personal: personal.complete };
  if (key === '' || text.length > LONGEST_NAMED || !says(key)) return { secrets, found: personal.found, complete: whole };
  const [lead, words] = [`${key}: `, `${wordsOf(key).join(' ')}: `];
  const named = secrets.length > 0 ? [] : readSecrets(lead + text).secrets.filter(({ id, start }) => start >= lead.length && id !== 'url-password');
  const told = readPii(words + text).found.filter(({ start }) => start >= words.length);
  return {
    secrets: [...secrets, ...named.map((one) => ({ ...one, start: one.start - lead.length, end: one.end - lead.length, named: true as const }))],
    found: united(
      personal.found,
      told.map((one) => ({ ...one, start: one.start - words.length, end: one.end - words.length })),
    ),
    complete: whole,
  };
}

/** What its name says of a value stands before what the value alone is guessed to be. */
function united(plain: readonly Personal[], told: readonly Personal[]): readonly Personal[] {
  const sure = told.filter(({ bare }) => !bare);
  return [...sure, ...plain.filter((one) => !sure.some(({ start, end }) => one.start < end && start < one.end))];
}

/**
 * Credentials and personal data in a text; `leaving` says that the value goes to a network or to people (INSPECT-8, INSPECT-11). `key` is the name it
 * has in the arguments.
 */
export function readSensitive(text: string, pointer: string, leaving: boolean, key = ''): Sensitive {
  const both = readBoth(text, key);
  const credentials = { secrets: both.secrets, complete: both.complete.secrets };
  const personal = { found: both.found, complete: both.complete.personal };
  if (credentials.secrets.length === 0 && personal.found.length === 0 && credentials.complete && personal.complete) return NONE;
  const findings: Finding[] = [];
  for (const one of credentials.secrets) {
    findings.push(
      found({
        detector: 'secret',
        // What only its name says is a password is what the call logs in with.
        ...weight(one.placeholder === true, leaving && one.named !== true),
        ...(one.named === true ? { confidence: NAMED } : {}),
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
