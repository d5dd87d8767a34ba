import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { ActionId, Digest } from '../../kernel/ids.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { digestOf, isDigest, sha256 } from '../../wire/digest.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import type { GateLimits } from '../deps.ts';
import type { Proposal } from '../nouns.ts';

const PLACE = /^[A-Za-z0-9._:@/-]{1,128}$/;
const VISIBLE = /^[\x21-\x7e]{1,128}$/;
const MAX_NAME = 256;
const MAX_TEXT = 4_096;
const MAX_TTL_MS = 86_400_000;

function invalid(detail: string, pointer: string): AegisError {
  return new AegisError('REQUEST_INVALID', { detail }, pointer);
}

export function checkPlace(value: unknown, what: string): void {
  if (typeof value !== 'string' || !PLACE.test(value)) throw invalid(`${what} must be 1–128 characters of A–Z a–z 0–9 . _ : @ / -`, `/${what}`);
}

export function checkActionId(value: unknown): void {
  if (typeof value !== 'string' || !VISIBLE.test(value)) throw invalid('id must be 1–128 visible ASCII characters', '/id');
}

/** Depth and keys, before anything recursive sees the value: iterative, so that depth costs memory and never the stack. */
function measure(value: unknown, limits: GateLimits): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  let keys = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > limits.depth) throw new AegisError('BODY_TOO_DEEP', { limit: limits.depth });
    const prototype: unknown = Object.getPrototypeOf(next.value);
    if (!Array.isArray(next.value) && prototype !== Object.prototype && prototype !== null)
      throw invalid('only plain JSON values are accepted', '/args');
    for (const [key, child] of Object.entries(next.value)) {
      if (++keys > limits.keys) throw new AegisError('BODY_TOO_MANY_KEYS', { limit: limits.keys });
      if (key === '__proto__') throw invalid('a key may not be __proto__', '/args');
      if (child === undefined) throw invalid('undefined is no JSON value', '/args');
      if (typeof child === 'number' && Number.isInteger(child) && !Number.isSafeInteger(child))
        throw invalid('an integer beyond 2^53 is not exact', '/args');
      if (typeof child === 'object') open.push({ value: child, depth: next.depth + 1 });
    }
  }
}

/** The RFC 8785 bytes of a value from outside, within the limits; everything after this works on what these bytes say. */
export function canonicalValue(value: Json, limits: GateLimits, most: number): { readonly bytes: Uint8Array; readonly digest: Digest } {
  measure(value, limits);
  let bytes: Uint8Array;
  try {
    bytes = canonicalBytes(value);
  } catch (error) {
    throw new AegisError('BODY_INVALID_JSON', { detail: error instanceof Error ? error.message : 'not I-JSON' });
  }
  if (bytes.length > most) throw new AegisError('BODY_TOO_LARGE', { limit: most });
  return { bytes, digest: sha256(bytes) };
}

function checkNumber(value: unknown, terms: { what: string; least: number; most: number; whole: boolean }): void {
  if (value === undefined) return;
  const { what, least, most, whole } = terms;
  const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isSafeInteger(value));
  if (!fits) throw invalid(`${what} must be ${whole ? 'an integer' : 'a number'} from ${String(least)} to ${String(most)}`, `/claims/${what}`);
}

function checkClaims(claims: Action['claims']): void {
  checkNumber(claims.priority, { what: 'priority', least: 1, most: 10, whole: true });
  checkNumber(claims.complexity, { what: 'complexity', least: 1, most: 10, whole: false });
  checkNumber(claims.confidence, { what: 'confidence', least: 0, most: 1, whole: false });
  checkNumber(claims.usdMicros, { what: 'usdMicros', least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
  checkNumber(claims.tokens, { what: 'tokens', least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
  for (const what of ['intent', 'framework', 'model'] as const) checkText(claims[what], `claims/${what}`);
}

function checkText(value: unknown, what: string): void {
  if (value !== undefined && (typeof value !== 'string' || value.length > MAX_TEXT || !value.isWellFormed())) {
    throw invalid(`${what} must be well-formed text of at most ${String(MAX_TEXT)} characters`, `/${what}`);
  }
}

function checkResource(resource: Action['resource']): void {
  if (resource === undefined) return;
  if (typeof resource.resource !== 'string' || resource.resource === '') throw invalid('resource must be named', '/resource/resource');
  checkText(resource.resource, 'resource/resource');
  const { slots, ttlMs } = resource;
  if (!Number.isSafeInteger(slots) || slots < 1 || slots > 1_024) throw invalid('slots must be an integer from 1 to 1024', '/resource/slots');
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS)
    throw invalid('ttlMs must be an integer from 1 to 86400000', '/resource/ttlMs');
}

/** A proposal whose shape is sound, with the bytes that will be decided on. */
export interface Checked {
  readonly proposal: Proposal & { readonly id: ActionId };
  /** True when the caller chose the id: then it is an idempotency key and may have been used before. */
  readonly chosen: boolean;
  readonly args: JsonObject;
  readonly bytes: Uint8Array;
  readonly argsDigest: Digest;
  readonly toolDigest?: Digest;
}

/** @throws AegisError REQUEST_INVALID, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, BODY_TOO_LARGE, BODY_INVALID_JSON */
export function checkProposal(proposal: Proposal, limits: GateLimits, mint: () => string): Checked {
  checkPlace(proposal.agent, 'agent');
  checkPlace(proposal.session, 'session');
  if (proposal.id !== undefined) checkActionId(proposal.id);
  if (proposal.parent !== undefined) checkActionId(proposal.parent);
  if (typeof proposal.name !== 'string' || proposal.name === '' || proposal.name.length > MAX_NAME)
    throw invalid('name must be 1–256 characters', '/name');
  checkText(proposal.name, 'name');
  if (proposal.tool !== undefined) checkPlace(proposal.tool.server, 'server');
  if (proposal.tool !== undefined && !isDigest(proposal.tool.digest)) throw invalid('digest must be 64 hexadecimal digits', '/tool/digest');
  checkText(proposal.harness, 'harness');
  checkClaims(proposal.claims);
  checkResource(proposal.resource);
  if (typeof proposal.args !== 'object' || proposal.args === null || Array.isArray(proposal.args)) throw invalid('args must be an object', '/args');
  const { bytes, digest } = canonicalValue(proposal.args, limits, limits.argsBytes);
  if (proposal.declaration !== undefined) canonicalValue({ ...proposal.declaration }, limits, limits.argsBytes);
  return {
    proposal: { ...proposal, id: proposal.id ?? (mint() as ActionId) },
    chosen: proposal.id !== undefined,
    // Read back from the bytes: a getter or a later change in the caller's object never reaches the decision.
    args: parseOwn(bytes),
    bytes,
    argsDigest: digest,
    ...toolDigestOf(proposal),
  };
}

function toolDigestOf({ tool, declaration }: Proposal): { readonly toolDigest?: Digest } {
  if (tool !== undefined) return { toolDigest: tool.digest };
  return declaration === undefined ? {} : { toolDigest: digestOf(declaration) };
}

/** JSON this process canonicalised itself. */
export function parseOwn(bytes: Uint8Array): JsonObject {
  return JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
}
