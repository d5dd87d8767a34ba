import { AegisError } from '../../errors.ts';
import { EFFECTS } from '../../kernel/decision.ts';
import type { Decision, Reason } from '../../kernel/decision.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { sessionOf } from '../../kernel/owned.ts';
import type { Manifest, Policy } from '../../kernel/policy.ts';
import { compileManifest } from '../../policy/manifest.ts';
import { canonicalValue } from '../input.ts';
import { decideUnder } from './record-decision.ts';
import { newWriteBatch } from '../queue/write-batch.ts';
import type { Proposal } from '../nouns.ts';
import { actionOf, inspectProposal } from './inspect-proposal.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/**
 * What `admit` would decide now, in a batch that is thrown away: nothing is recorded, reserved or held. A manifest that is given with it can
 * only tighten: it is decided under the operator's and under the given one, and the stricter holds (DOOR-8).
 * @throws AegisError REQUEST_INVALID for a manifest that is none
 */
export async function preview(tenant: Tenant, proposal: Proposal, given?: JsonObject): Promise<Decision> {
  const manifest = given === undefined ? null : manifestOf(tenant, given);
  const inspected = await inspectProposal(tenant, proposal, tenant.queue.durable().world);
  const { world, head } = tenant.queue.durable();
  const batch = newWriteBatch(tenant.id, { world, head });
  batch.setTime(tenant.queue.now());
  if (world.agents.has(proposal.agent) && sessionOf(world, proposal) === undefined) openSession(tenant, batch, proposal);
  const salt = sessionOf(batch.world(), proposal)?.salt ?? '';
  const action = actionOf(inspected, { salt, at: batch.at });
  const policy = policyOf(tenant, batch.world());
  const decision = decideUnder(tenant, batch, { action, policy });
  if (manifest === null) return decision;
  const narrowed: Policy = { ...policy, manifests: new Map([...policy.manifests, [proposal.agent, manifest]]) };
  return stricter(decision, decideUnder(tenant, batch, { action, policy: narrowed }));
}

function manifestOf({ limits }: Tenant, given: JsonObject): Manifest {
  const { text } = canonicalValue(given, limits, limits.argsBytes);
  const resolve = (): never => {
    throw new TypeError('a manifest that is given with a question has no files beside it');
  };
  const compiled = compileManifest(text, { file: 'manifest', resolve });
  if (compiled.ok) return compiled.manifest;
  const [fault] = compiled.faults;
  const detail = fault === undefined ? 'it is not an aegis.dev/manifest/v0.1 document' : `${fault.message}. ${fault.hint}`;
  throw new AegisError('REQUEST_INVALID', { detail: `The manifest cannot be used: ${detail}` }, `/manifest${fault?.path ?? ''}`);
}

/** The stricter of the two, with the reasons and the narrower obligations of both. */
function stricter(one: Decision, other: Decision): Decision {
  const first = EFFECTS.indexOf(one.effect) <= EFFECTS.indexOf(other.effect) ? one : other;
  const second = first === one ? other : one;
  const known = new Set(first.reasons.map(nameOf));
  const [head, ...rest] = first.reasons;
  const reasons: Decision['reasons'] = [head, ...rest, ...second.reasons.filter((reason) => !known.has(nameOf(reason)))];
  const least = (field: 'timeoutMs' | 'maxOutputBytes'): number => Math.min(one.obligations[field], other.obligations[field]);
  return { ...first, reasons, obligations: { ...first.obligations, timeoutMs: least('timeoutMs'), maxOutputBytes: least('maxOutputBytes') } };
}

function nameOf({ code, rule, effect, pointer }: Reason): string {
  return JSON.stringify([code, rule, effect, pointer]);
}
