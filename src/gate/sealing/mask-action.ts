import { isPlainName } from '../../inspect/key-names.ts';
import type { Claims } from '../../kernel/action.ts';
import type { Decision, DecisionCore, Reason } from '../../kernel/decision.ts';
import type { ActionRecord } from '../../kernel/entry.ts';
import type { NamedFile } from '../../kernel/named-file.ts';
import type { Policy } from '../../kernel/policy.ts';
import { REASON_CODES, UNQUOTING_CODES } from '../../kernel/rules/rules.ts';
import { SEALED } from '../../kernel/sealed.ts';
import { CODES as FINDING_CODES, meaningOf } from '../../kernel/words/findings.ts';
import type { ActionParts, DecisionParts } from '../../kernel/sealed.ts';
import type { MaskPointer } from './mask-pointer.ts';
import { mapChanged, maskFacts, maskFindings } from './mask-reading.ts';

const SAID: ReadonlySet<string> = new Set(UNQUOTING_CODES);
const CODES: ReadonlySet<string> = new Set(REASON_CODES);

/** What the entry holds, and what of it is sealed; null when nothing had to be. */
export interface Masked<T, P> {
  readonly shown: T;
  readonly sealed: P | null;
}

/** The record as the entry holds it (LOG-30): no text of the arguments, the claims or the keys in it. */
export function maskRecord(record: ActionRecord, at: MaskPointer, models: Policy['models']): Masked<ActionRecord, ActionParts> {
  const { boundFiles, claims, facts, findings, harness, resource, traces } = record;
  const shown = {
    claims: maskClaims(claims, models),
    facts: maskFacts(facts, at),
    findings: maskFindings(findings, at),
    traces: mapChanged(traces, (trace) => withPointer(trace, at)),
  };
  const sealed: { -readonly [K in keyof ActionParts]: ActionParts[K] } = {};
  if (shown.claims !== claims) sealed.claims = claims;
  if (shown.facts !== facts) sealed.facts = facts;
  if (boundFiles !== undefined) sealed.boundFiles = boundFiles;
  if (shown.findings !== findings) sealed.findings = findings;
  const named = harness === undefined || isPlainName(harness);
  if (!named) sealed.harness = harness;
  if (shown.traces !== traces) sealed.traces = traces;
  if (resource?.name !== undefined) sealed.resource = resource;
  if (Object.keys(sealed).length === 0) return { shown: record, sealed: null };
  const logged = resource?.name === undefined ? {} : { resource: { resource: resource.resource, slots: resource.slots, ttlMs: resource.ttlMs } };
  const bound = boundFiles === undefined ? {} : { boundFiles: boundFiles.map(maskFile) };
  return { shown: { ...record, ...shown, ...bound, ...logged, ...(named ? {} : { harness: SEALED }) }, sealed };
}

/** Whether a file is bound and what became of it; not which one, and not what it held. */
function maskFile({ unbound, change }: NamedFile): NamedFile {
  return { name: SEALED, ...(unbound === undefined ? {} : { unbound }), ...(change === undefined ? {} : { change }) };
}

/** An intent is free text; a model and a framework are names where the policy or the vocabulary knows them. */
function maskClaims(claims: Claims, models: Policy['models']): Claims {
  const { intent, framework, model } = claims;
  const knownModel = model === undefined || models.some((tier) => tier.model === model);
  const knownFramework = framework === undefined || isPlainName(framework);
  if (intent === undefined && knownModel && knownFramework) return claims;
  return {
    ...claims,
    ...(intent === undefined ? {} : { intent: SEALED }),
    ...(knownFramework ? {} : { framework: SEALED }),
    ...(knownModel ? {} : { model: SEALED }),
  };
}

function withPointer<T extends { readonly pointer?: string }>(item: T, at: MaskPointer): T {
  const pointer = item.pointer === undefined ? undefined : at(item.pointer);
  return pointer === item.pointer ? item : { ...item, pointer };
}

type Texts = Pick<DecisionCore, 'reasons' | 'origins' | 'obligations'>;

/** The decision as the entry holds it: codes, rules, effects and amounts; sentences that can quote the arguments are sealed. */
export function maskDecision(decision: Decision, at: MaskPointer, { resource }: Pick<ActionRecord, 'resource'>): Masked<Decision, DecisionParts> {
  const { reasons, origins, obligations } = decision;
  const shown: Texts = {
    reasons: mapChanged(reasons, (reason) => maskReason(reason, at)) as Texts['reasons'],
    origins: mapChanged(origins, (origin) => withPointer(origin, at)),
    obligations: maskObligations(obligations, at),
  };
  const sealed: { -readonly [K in keyof DecisionParts]: DecisionParts[K] } = {};
  if (shown.obligations !== obligations) sealed.obligations = obligations;
  if (shown.origins !== origins) sealed.origins = origins;
  if (shown.reasons !== reasons) sealed.reasons = reasons;
  const waits = decision.effect === 'defer' && resource?.name !== undefined && decision.defer.waitingFor === `lock:${resource.name}`;
  const logged = waits ? { defer: { ...decision.defer, waitingFor: `lock:${resource.resource}` } } : {};
  if (waits) sealed.defer = decision.defer;
  return Object.keys(sealed).length === 0 ? { shown: decision, sealed: null } : { shown: { ...decision, ...shown, ...logged } as Decision, sealed };
}

function maskObligations(obligations: Decision['obligations'], at: MaskPointer): Decision['obligations'] {
  if (obligations.redact === undefined) return obligations;
  const redact = mapChanged(obligations.redact, at);
  return redact === obligations.redact ? obligations : { ...obligations, redact };
}

/** Rules whose sentences can name what the arguments name, whatever their code; a rule of the policy document says what stands there. */
function quotes(rule: string): boolean {
  return rule === 'lock' || rule === 'files' || rule.startsWith('rego:') || rule.startsWith('cedar:');
}

function maskReason(reason: Reason, at: MaskPointer): Reason {
  const { code, rule, effect, pointer, finding } = reason;
  if (!quotes(rule) && (SAID.has(code) || rule.startsWith('rule:'))) return withPointer(reason, at);
  return {
    code: CODES.has(code) || /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : SEALED,
    rule,
    effect,
    message: unquoted(reason),
    ...(pointer === undefined ? {} : { pointer: at(pointer) }),
    ...(finding === undefined ? {} : { finding }),
  };
}

/** What a finding means is a sentence of ours; what it quotes is not. A reason of semantics 1 or 2 begins with the code. */
function unquoted({ message, finding }: Reason): string {
  if (finding !== undefined) return `${meaningOf(finding)}: ${SEALED}`;
  const head = message.split(':', 1)[0] ?? '';
  return FINDING_CODES.has(head) ? `${head}: ${SEALED}` : SEALED;
}
