import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { Decision } from '../../kernel/decision.ts';
import { KEPT } from '../../kernel/fold/sweep.ts';
import type { ApprovalId, EntryIndex } from '../../kernel/ids.ts';
import { locksToEvict } from '../../kernel/locks.ts';
import { actionOf, sessionOf } from '../../kernel/owned.ts';
import { canonicalResource } from '../../kernel/resource-id.ts';
import type { ActionState, World } from '../../kernel/world.ts';
import type { Files } from '../approvals/named-files.ts';
import { endApproval, decideNow, recordDecision } from './record-decision.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { SYSTEM } from '../principal.ts';
import { actionOf as placedAction } from './inspect-proposal.ts';
import type { InspectedProposal } from './inspect-proposal.ts';
import { loggedClaim } from '../sealing/resource-name.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { grantedFor, isLive } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/** What the log says of an id the world has forgotten: the decision, or that there is none. */
export type Earlier = { readonly same: boolean; readonly decision: Decision; readonly index: EntryIndex } | 'none';

/** `recorded`: the entry the decision was taken from; its texts and replacement arguments still lie beside the log. */
export interface Admitted {
  readonly decision: Decision;
  readonly recorded: EntryIndex | null;
}

interface Decided {
  readonly action: Action;
  readonly decision: Decision;
}

export function isRun({ effect }: Decision): boolean {
  return effect === 'allow' || effect === 'modify';
}

/** An action of an agent, as waiting and looking up are kept by. */
export function placeKey({ agent, id }: { readonly agent: string; readonly id: string }): string {
  return `${agent} ${id}`;
}

/** Actions whose id the caller chose and the world, which keeps only so many, does not know: they may be in the log. */
export function forgotten(set: readonly InspectedProposal[], world: World, earlier: ReadonlyMap<string, Earlier>): readonly InspectedProposal[] {
  if (world.size <= KEPT.finishedActions) return [];
  return set.filter(
    ({ chosen, proposal }) => chosen && !earlier.has(placeKey(proposal)) && actionOf(world, proposal.agent, proposal.id) === undefined,
  );
}

/** A repeated defer within this time keeps its place in the queue without another entry; below the kernel's waiter TTL of 10 s. */
const DEFER_REPEAT_MS = 4_000;

function isSame({ proposal, argsDigest }: InspectedProposal, known: ActionState, world: World): boolean {
  const { agent, id, session, name } = proposal;
  if (known.agent !== agent || known.session !== session || known.name !== name) return false;
  if (known.argsDigest === argsDigest) return true;
  // ASK-22: what runs was edited; the agent repeats what it first asked.
  for (const [, approval] of world.approvals.entries()) {
    if (approval.action === id && approval.agent === agent && approval.argsDigest === argsDigest) return true;
  }
  return false;
}

/** An action a person is to be asked about is decided with the files it names (ASK-30); one that is let through pays nothing for them. */
function decideWithFiles(
  tenant: Tenant,
  batch: WriteBatch,
  inspected: InspectedProposal,
  { action, files }: { action: Action; files: Files },
): Decided {
  const decision = decideNow(tenant, batch, action);
  if (decision.effect !== 'ask') return { action, decision };
  const read = files.named(inspected);
  if (read.boundFiles === undefined) return { action, decision };
  const bound = { ...action, ...read };
  return { action: bound, decision: decideNow(tenant, batch, bound) };
}

/** Evicts what stands in the way when that lets the action run; otherwise nothing is written (LOCK). */
function decideWithLocks(tenant: Tenant, batch: WriteBatch, inspected: InspectedProposal, files: Files): Decided {
  const { agent, session } = inspected.proposal;
  const { id } = inspected.proposal;
  // An action the world does not know was never asked about.
  const redeems = actionOf(batch.world(), agent, id) === undefined ? undefined : grantedFor(tenant, batch.world(), inspected.proposal);
  const salt = sessionOf(batch.world(), inspected.proposal)?.salt ?? '';
  const claim = inspected.proposal.resource;
  const resource = claim === undefined ? undefined : loggedClaim(batch.world(), tenant.id, claim);
  const placed = placedAction(inspected, { salt, at: batch.at, redeems, resource });
  const { action, decision: first } = decideWithFiles(tenant, batch, inspected, { action: placed, files });
  if (first.effect !== 'defer' || !first.reasons.some((reason) => reason.code === 'LOCK_HELD')) return { action, decision: first };
  const before = batch.savePoint();
  for (const eviction of locksToEvict(action, batch.world())) batch.write('lock-evicted', eviction, { actor: SYSTEM, agent, session });
  const second = decideNow(tenant, batch, action);
  if (isRun(second)) return { action, decision: second };
  batch.rollbackTo(before);
  return { action, decision: first };
}

function repeated(tenant: Tenant, batch: WriteBatch, known: ActionState, files: Files): Admitted | null {
  const { decision, index } = known;
  const before: Admitted = { decision, recorded: index };
  if (decision.effect === 'defer') {
    const asked = grantedFor(tenant, batch.world(), { agent: known.agent, id: decision.action });
    return asked === undefined ? null : ended(tenant, batch, asked, files);
  }
  if (decision.effect !== 'ask') return before;
  const approval = batch.world().approvals.get(decision.ask.approval);
  if (approval === undefined || approval.expiresAt > batch.at || !isLive(approval)) return before;
  const { agent, session } = known;
  batch.write('approval-expired', { approval: decision.ask.approval }, { actor: SYSTEM, agent, session });
  return ended(tenant, batch, decision.ask.approval, files) ?? before;
}

function ended(tenant: Tenant, batch: WriteBatch, approval: ApprovalId, files: Files): Admitted | null {
  const decision = endApproval(tenant, batch, approval, files);
  return decision === null ? null : { decision, recorded: null };
}

/** Decides one proposal against the batch's world, or finds what was decided before under the same id (GATE-3). */
export function decideProposal(
  tenant: Tenant,
  batch: WriteBatch,
  inspected: InspectedProposal,
  { earlier, files }: { readonly earlier: Earlier | undefined; readonly files: Files },
): Admitted {
  const { proposal, bytes, argsDigest } = inspected;
  const known = actionOf(batch.world(), proposal.agent, proposal.id);
  if (known !== undefined) {
    if (!isSame(inspected, known, batch.world())) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    const before = repeated(tenant, batch, known, files);
    if (before !== null) return before;
  } else if (earlier !== undefined && earlier !== 'none') {
    if (!earlier.same) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    return { decision: earlier.decision, recorded: earlier.index };
  }
  const registered = batch.world().agents.has(proposal.agent);
  if (registered && sessionOf(batch.world(), proposal) === undefined) openSession(tenant, batch, proposal);
  const { action, decision } = decideWithLocks(tenant, batch, inspected, files);
  if (known?.decision.effect === 'defer' && decision.effect === 'defer' && isLockWait(decision) && stillQueued(known, action, batch)) {
    return { decision: known.decision, recorded: known.index };
  }
  recordDecision(tenant, batch, { action, decision, bytes, digest: argsDigest });
  return { decision, recorded: null };
}

function isLockWait({ defer }: Decision & { effect: 'defer' }): boolean {
  return defer.waitingFor.startsWith('lock:');
}

function stillQueued(known: ActionState, { resource }: Action, batch: WriteBatch): boolean {
  if (known.decision.effect !== 'defer' || resource === undefined) return false;
  // The names the world knows: both are in the log.
  const name = canonicalResource(resource.resource);
  if (known.decision.defer.waitingFor !== `lock:${name}`) return false;
  const waiter = batch
    .world()
    .locks.get(name)
    ?.waiting.find((one) => one.session === known.session && one.agent === known.agent);
  return waiter !== undefined && (waiter.until ?? 0) - batch.at > DEFER_REPEAT_MS;
}
