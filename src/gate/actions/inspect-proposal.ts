import { hash } from 'node:crypto';
import type { Inspect } from '../../inspect/inspect.ts';
import { traceArgs } from '../../inspect/trace/trace.ts';
import type { PrintOf } from '../../inspect/trace/trace.ts';
import type { Action } from '../../kernel/action.ts';
import type { Category, Reading } from '../../kernel/finding.ts';
import type { Digest, Millis, Print } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Policy } from '../../kernel/policy.ts';
import { redactAside, redactReading, secretsIn } from './redact.ts';
import type { Checked } from './check-proposal.ts';

/** An action without its place in a session: everything that does not depend on the world. */
export interface ReadAction {
  readonly checked: Checked;
  readonly reading: Reading;
  readonly claims: Action['claims'];
}

/** The operator's word on what this tool is, for this agent or for all. */
function categoryOf(policy: Policy, agent: Action['agent'], name: string): Category | undefined {
  return policy.precision.get(agent)?.categoryOf.get(name) ?? policy.precision.get('*')?.categoryOf.get(name);
}

/** Inspects, and takes secrets out of everything that will be recorded in the clear (GATE-9). */
export function readAction(checked: Checked, inspect: Inspect, policy: Policy): ReadAction {
  const { proposal, args } = checked;
  const category = categoryOf(policy, proposal.agent, proposal.name);
  const reading = inspect({
    kind: proposal.kind,
    name: proposal.name,
    args,
    ...(proposal.declaration === undefined ? {} : { declaration: proposal.declaration }),
    ...(category === undefined ? {} : { category }),
  });
  const secrets = secretsIn(args, reading.findings);
  const { harness } = proposal;
  const told = {
    ...proposal,
    claims: redactClaims(proposal.claims, secrets),
    ...(harness === undefined ? {} : { harness: redactAside(harness, secrets) }),
  };
  return { checked: { ...checked, proposal: told }, reading: redactReading(reading, secrets), claims: told.claims };
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
export function actionOf(read: ReadAction, place: { readonly salt: string; readonly at: Millis }): Action {
  const { checked, reading, claims } = read;
  const { proposal, args, argsDigest, toolDigest } = checked;
  return {
    id: proposal.id,
    tenant: proposal.tenant,
    agent: proposal.agent,
    session: proposal.session,
    ...(proposal.parent === undefined ? {} : { parent: proposal.parent }),
    kind: proposal.kind,
    name: proposal.name,
    args,
    argsDigest,
    ...(toolDigest === undefined ? {} : { toolDigest }),
    ...(proposal.tool === undefined ? {} : { server: proposal.tool.server }),
    claims,
    traces: traceArgs(args, printer(place.salt)),
    findings: reading.findings,
    facts: reading.facts,
    ...(proposal.resource === undefined ? {} : { resource: proposal.resource }),
    door: proposal.door,
    enforcement: proposal.enforcement,
    ...(proposal.harness === undefined ? {} : { harness: proposal.harness }),
    at: place.at,
  };
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
  return { ...action, ...edited, traces: traceArgs(edited.args, printer(by.salt)), findings: clean.findings, facts: clean.facts };
}
