import { printsOf } from '../../inspect/trace/trace.ts';
import type { Label } from '../../kernel/decision.ts';
import type { LabelledPrint } from '../../kernel/entry.ts';
import type { Finding } from '../../kernel/finding.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import { OVERFLOW } from '../../kernel/origins.ts';
import { canonicalValue, parseOwn } from '../input.ts';
import { printer } from './inspect-proposal.ts';
import { redactReading, secretsIn } from './redact.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** A value that enters a session, read: what it carries and the bytes that will lie beside the log. */
export interface ReadValue {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly findings: readonly Finding[];
  /** Depends on the salt of the session it enters. */
  readonly prints: (salt: string) => readonly LabelledPrint[];
}

interface RawValue {
  readonly value: Json;
  readonly source: Label;
  /** Bytes that may be kept of it. */
  readonly most: number;
  /** See `Outcome`. */
  readonly digests?: readonly string[] | undefined;
}

const CUT: Finding = {
  detector: 'limit',
  code: 'UNINSPECTABLE',
  risk: 'MEDIUM',
  pointer: '',
  evidence: 'larger than may be kept; the end was cut off',
  confidence: 1,
  inspected: false,
};

/** A value beyond the cap is kept as the beginning of its text, and says so: its loss is a finding, never silence (GATE-10). */
function capped(value: Json, bytes: Uint8Array, most: number): { readonly value: Json; readonly cut: boolean } {
  if (bytes.length <= most) return { value, cut: false };
  const text = typeof value === 'string' ? value : new TextDecoder().decode(bytes);
  return { value: text.slice(0, Math.floor(most / 4)).toWellFormed(), cut: true };
}

/** @throws AegisError BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, BODY_INVALID_JSON */
export function readValue(tenant: Tenant, name: string, raw: RawValue): ReadValue {
  const whole = canonicalValue(raw.value, tenant.limits, Number.MAX_SAFE_INTEGER);
  const { value, cut } = capped(raw.value, whole.bytes, raw.most);
  const { bytes, digest } = cut ? canonicalValue(value, tenant.limits, Number.MAX_SAFE_INTEGER) : whole;
  const own = parseOwn(bytes) as Json;
  const digests = raw.digests === undefined ? {} : { digests: raw.digests.map((pointer) => `/value${pointer}`) };
  const reading = tenant.deps.inspect({ kind: 'resource', name, args: { value: own }, ...digests });
  const clean = redactReading(reading, secretsIn({ value: own }, reading.findings));
  const prints = (salt: string): readonly LabelledPrint[] => {
    const found = printsOf(own, printer(salt), { source: raw.source });
    // TAINT: what was cut off is unknown, so it counts as quoted.
    return cut ? [...found, { print: OVERFLOW, provenance: 'quoted' }] : found;
  };
  return { bytes, digest, findings: cut ? [...clean.findings, CUT] : clean.findings, prints };
}
