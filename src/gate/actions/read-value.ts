import type { Inspected } from '../../inspect/inspected.ts';
import { printValues } from '../../inspect/trace/trace.ts';
import type { Label } from '../../kernel/decision.ts';
import type { LabelledPrint } from '../../kernel/entry.ts';
import type { Finding } from '../../kernel/finding.ts';
import type { AgentId, Digest, SessionId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import { OVERFLOW } from '../../kernel/origins.ts';
import { canonicalValue, parseOwn } from '../input.ts';
import { inspectInTurn } from './inspect-in-turn.ts';
import { printer } from './inspect-proposal.ts';
import { redactReading, secretsIn } from './redact.ts';
import { CUT_OFF } from '../sealing/mask-reading.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** A value that enters a session, read: what it carries and the bytes that will lie beside the log. */
export interface ReadValue {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly findings: readonly Finding[];
  /** Depends on the salt of the session it enters. */
  readonly prints: (salt: string) => readonly LabelledPrint[];
}

interface Source {
  readonly agent: AgentId;
  /** Undefined where no session is known to wait for it. */
  readonly session: SessionId | undefined;
}

interface RawValue {
  /** Of the tool it is a result of; `` for none. */
  readonly name: string;
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
  evidence: CUT_OFF,
  confidence: 1,
  inspected: false,
};

/** A value beyond the cap is kept as the beginning of its text, and says so: its loss is a finding, never silence (GATE-10). */
function capped(value: Json, bytes: Uint8Array, most: number): { readonly value: Json; readonly cut: boolean } {
  if (bytes.length <= most) return { value, cut: false };
  const text = typeof value === 'string' ? value : new TextDecoder().decode(bytes);
  return { value: text.slice(0, Math.floor(most / 4)).toWellFormed(), cut: true };
}

/** A promise only where it is read elsewhere. @throws AegisError BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, BODY_INVALID_JSON, RATE_LIMITED, INTERNAL */
export function readValue(tenant: Tenant, by: Source, raw: RawValue): ReadValue | Promise<ReadValue> {
  const whole = canonicalValue(raw.value, tenant.limits, Number.MAX_SAFE_INTEGER);
  const { value, cut } = capped(raw.value, whole.bytes, raw.most);
  const { bytes, digest } = cut ? canonicalValue(value, tenant.limits, Number.MAX_SAFE_INTEGER) : whole;
  const own = parseOwn(bytes) as Json;
  const digests = raw.digests === undefined ? {} : { digests: raw.digests.map((pointer) => `/value${pointer}`) };
  const subject = { kind: 'resource', name: raw.name, args: { value: own }, ...digests };
  const told = ({ reading, prints }: Inspected): ReadValue => {
    const clean = redactReading(reading, secretsIn(subject.args, reading.findings));
    const printed = (salt: string): readonly LabelledPrint[] => {
      const found = printValues(prints, printer(salt));
      // TAINT: what was cut off is unknown, so it counts as quoted.
      return cut ? [...found, { print: OVERFLOW, provenance: 'quoted' }] : found;
    };
    return { bytes, digest, findings: cut ? [...clean.findings, CUT] : clean.findings, prints: printed };
  };
  const inspected = inspectInTurn(tenant, { type: 'value', subject, source: raw.source }, { ...by, bytes });
  return inspected instanceof Promise ? inspected.then(told) : told(inspected);
}
