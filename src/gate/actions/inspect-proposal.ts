import { hash } from 'node:crypto';
import type { Inspect } from '../../inspect/inspect.ts';
import { printTraces, traceArgs } from '../../inspect/trace/trace.ts';
import type { PlainTrace, PrintOf } from '../../inspect/trace/trace.ts';
import type { Action, ResourceClaim } from '../../kernel/action.ts';
import type { Category, Reading } from '../../kernel/finding.ts';
import type { ActionId, ApprovalId, Digest, Millis, Print } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Policy } from '../../kernel/policy.ts';
import type { World } from '../../kernel/world.ts';
import { digestOf } from '../../wire/digest.ts';
import { canonicalValue } from '../input.ts';
import type { Proposal } from '../nouns.ts';
import { policyOf } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { filesOf } from './file-traces.ts';
import { inspectInTurn } from './inspect-in-turn.ts';
import { redactAside, redactReading, secretsIn } from './redact.ts';
import { checkProposal } from './check-proposal.ts';
import { withUnreadable } from './unreadable.ts';

/** A proposal that was checked, made canonical and read: everything an action is but its place in a session and in time. */
export interface InspectedProposal {
  /** Its claims and its harness are without secrets. */
  readonly proposal: Proposal & { readonly id: ActionId };
  /** True when the caller chose the id: then it is an idempotency key and may have been used before. */
  readonly chosen: boolean;
  readonly args: JsonObject;
  /** The RFC 8785 bytes of `args`: what is decided on. */
  readonly bytes: Uint8Array;
  readonly argsDigest: Digest;
  readonly toolDigest?: Digest;
  readonly reading: Reading;
  readonly traces: readonly PlainTrace[];
}

/** The operator's word on what this tool is, for this agent or for all. */
function categoryOf(policy: Policy, agent: Action['agent'], name: string): Category | undefined {
  return policy.precision.get(agent)?.categoryOf.get(name) ?? policy.precision.get('*')?.categoryOf.get(name);
}

/**
 * Checks and inspects, and takes secrets out of everything that will be recorded in the clear (GATE-9).
 * @throws AegisError REQUEST_INVALID, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, BODY_TOO_LARGE, BODY_INVALID_JSON, RATE_LIMITED, INTERNAL
 */
export async function inspectProposal(tenant: Tenant, proposal: Proposal, world: World): Promise<InspectedProposal> {
  const { deps, limits } = tenant;
  checkProposal(proposal);
  const { text, bytes, digest: argsDigest } = canonicalValue(proposal.args, limits, limits.argsBytes);
  if (proposal.declaration !== undefined) canonicalValue({ ...proposal.declaration }, limits, limits.argsBytes);
  const id = proposal.id ?? (deps.ids.next() as ActionId);
  // Read back: a getter or a later change in the caller's object never reaches the decision.
  const args = JSON.parse(text) as JsonObject;
  const category = categoryOf(policyOf(tenant, world), proposal.agent, proposal.name);
  const subject = {
    kind: proposal.kind,
    name: proposal.name,
    args,
    ...(proposal.digests === undefined ? {} : { digests: proposal.digests }),
    ...(proposal.harness === undefined ? {} : { harness: proposal.harness }),
    ...(proposal.declaration === undefined ? {} : { declaration: proposal.declaration }),
    ...(proposal.cwd === undefined ? {} : { folder: proposal.cwd }),
    ...(category === undefined ? {} : { category }),
  };
  const inspected = inspectInTurn(tenant, { type: 'action', subject }, { agent: proposal.agent, session: proposal.session, bytes });
  const { reading, traces } = inspected instanceof Promise ? await inspected : inspected;
  const secrets = secretsIn(args, reading.findings);
  const { harness } = proposal;
  return {
    proposal: {
      ...proposal,
      id,
      claims: redactClaims(proposal.claims, secrets),
      ...(harness === undefined ? {} : { harness: redactAside(harness, secrets) }),
    },
    chosen: proposal.id !== undefined,
    args,
    bytes,
    argsDigest,
    ...toolDigestOf(proposal),
    reading: redactReading(withUnreadable(reading, proposal.unreadable), secrets),
    traces,
  };
}

function toolDigestOf({ tool, declaration }: Proposal): { readonly toolDigest?: Digest } {
  if (tool !== undefined) return { toolDigest: tool.digest };
  return declaration === undefined ? {} : { toolDigest: digestOf(declaration) };
}

function redactClaims(claims: Action['claims'], secrets: readonly string[]): Action['claims'] {
  const { intent, framework, model } = claims;
  return {
    ...claims,
    ...(intent === undefined ? {} : { intent: redactAside(intent, secrets) }),
    ...(framework === undefined ? {} : { framework: redactAside(framework, secrets) }),
    ...(model === undefined ? {} : { model: redactAside(model, secrets) }),
  };
}

/** First 12 base64url characters of SHA-256(salt ‖ 0x00 ‖ value). */
export function printer(salt: string): PrintOf {
  return (normalised) => hash('sha256', `${salt}\0${normalised}`, 'base64url').slice(0, 12) as Print;
}

/** The action `decide` is given, placed in its session and in time. */
export function actionOf(
  inspected: InspectedProposal,
  place: { readonly salt: string; readonly at: Millis; readonly redeems?: ApprovalId | undefined; readonly resource?: ResourceClaim | undefined },
): Action {
  const { proposal, args, argsDigest, toolDigest, reading, traces } = inspected;
  const { parent, tool, harness } = proposal;
  const { resource } = place;
  const action: { -readonly [K in keyof Action]: Action[K] } = {
    id: proposal.id,
    tenant: proposal.tenant,
    agent: proposal.agent,
    session: proposal.session,
    kind: proposal.kind,
    name: proposal.name,
    args,
    argsDigest,
    claims: proposal.claims,
    traces: printTraces(traces, printer(place.salt)),
    findings: reading.findings,
    facts: reading.facts,
    door: proposal.door,
    enforcement: proposal.enforcement,
    at: place.at,
  };
  const files = filesOf(reading.facts, printer(place.salt));
  if (files !== undefined) action.files = files;
  if (parent !== undefined) action.parent = parent;
  if (toolDigest !== undefined) action.toolDigest = toolDigest;
  if (tool !== undefined) action.server = tool.server;
  if (resource !== undefined) action.resource = resource;
  if (harness !== undefined) action.harness = harness;
  if (place.redeems !== undefined) action.redeems = place.redeems;
  return action;
}

/** The same action with other arguments, read afresh: what an edit makes of it. */
export function withArgs(
  action: Action,
  edited: { readonly args: JsonObject; readonly argsDigest: Digest },
  by: { inspect: Inspect; policy: Policy; salt: string },
): Action {
  const category = categoryOf(by.policy, action.agent, action.name);
  const reading = by.inspect({ kind: action.kind, name: action.name, args: edited.args, ...(category === undefined ? {} : { category }) });
  const clean = redactReading(reading, secretsIn(edited.args, reading.findings));
  const { files: _files, ...rest } = action;
  const files = filesOf(clean.facts, printer(by.salt));
  const read = { traces: traceArgs(edited.args, printer(by.salt)), findings: clean.findings, facts: clean.facts };
  return { ...rest, ...edited, ...read, ...(files === undefined ? {} : { files }) };
}
