import { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import { KEPT } from '../../kernel/fold/sweep.ts';
import { locksToEvict } from '../../kernel/locks.ts';
import type { ActionState, World } from '../../kernel/world.ts';
import { endApproval, decideNow, recordDecision } from './record-decision.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { SYSTEM } from '../principal.ts';
import { actionOf } from './inspect-proposal.ts';
import type { InspectedProposal } from './inspect-proposal.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { grantedFor, isLive } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/** What the log says of an id the world has forgotten: the decision, or that there is none. */
export type Earlier = { readonly same: boolean; readonly decision: Decision } | 'none';

/** `recorded`: replacement arguments still lie beside the log. */
export interface Admitted {
  readonly decision: Decision;
  readonly recorded: boolean;
}

/** Actions whose id the caller chose and the world, which keeps only so many, does not know: they may be in the log. */
export function forgotten(set: readonly InspectedProposal[], world: World, earlier: ReadonlyMap<string, Earlier>): readonly InspectedProposal[] {
  if (world.size <= KEPT.finishedActions) return [];
  return set.filter(({ chosen, proposal: { id } }) => chosen && !earlier.has(id) && !world.actions.has(id));
}

/** A repeated defer within this time keeps its place in the queue without another entry; below the kernel's waiter TTL of 10 s. */
const DEFER_REPEAT_MS = 4_000;

function isSame({ proposal, argsDigest }: InspectedProposal, known: ActionState, world: World): boolean {
  if (known.agent !== proposal.agent || known.session !== proposal.session || known.name !== proposal.name) return false;
  if (known.argsDigest === argsDigest) return true;
  // ASK-22: what runs was edited; the agent repeats what it first asked.
  for (const [, approval] of world.approvals.entries()) if (approval.action === proposal.id && approval.argsDigest === argsDigest) return true;
  return false;
}

/** Evicts what stands in the way when that lets the action run; otherwise nothing is written (LOCK). */
function decideWithLocks(
  tenant: Tenant,
  batch: WriteBatch,
  inspected: InspectedProposal,
): { action: ReturnType<typeof actionOf>; decision: Decision } {
  const { agent, session } = inspected.proposal;
  const { id } = inspected.proposal;
  // An action the world does not know was never asked about.
  const redeems = batch.world().actions.has(id) ? grantedFor(tenant, batch.world(), id) : undefined;
  const salt = batch.world().sessions.get(session)?.salt ?? '';
  const action = actionOf(inspected, { salt, at: batch.at, redeems });
  const first = decideNow(tenant, batch, action);
  if (first.effect !== 'defer' || !first.reasons.some((reason) => reason.code === 'LOCK_HELD')) return { action, decision: first };
  const before = batch.savePoint();
  for (const eviction of locksToEvict(action, batch.world())) batch.write('lock-evicted', eviction, { actor: SYSTEM, agent, session });
  const second = decideNow(tenant, batch, action);
  if (second.effect === 'allow' || second.effect === 'modify') return { action, decision: second };
  batch.rollbackTo(before);
  return { action, decision: first };
}

function repeated(tenant: Tenant, batch: WriteBatch, known: ActionState): Decision | null {
  const { decision } = known;
  if (decision.effect === 'defer') {
    const asked = grantedFor(tenant, batch.world(), decision.action);
    if (asked !== undefined) return endApproval(tenant, batch, asked);
    return null;
  }
  if (decision.effect !== 'ask') return decision;
  const approval = batch.world().approvals.get(decision.ask.approval);
  if (approval === undefined || approval.expiresAt > batch.at || !isLive(approval)) return decision;
  const { agent, session } = known;
  batch.write('approval-expired', { approval: decision.ask.approval }, { actor: SYSTEM, agent, session });
  return endApproval(tenant, batch, decision.ask.approval) ?? decision;
}

/** Decides one proposal against the batch's world, or finds what was decided before under the same id (GATE-3). */
export function decideProposal(tenant: Tenant, batch: WriteBatch, inspected: InspectedProposal, earlier: Earlier | undefined): Admitted {
  const { proposal, bytes, argsDigest } = inspected;
  const known = batch.world().actions.get(proposal.id);
  if (known !== undefined) {
    if (!isSame(inspected, known, batch.world())) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    const decision = repeated(tenant, batch, known);
    if (decision !== null) return { decision, recorded: true };
  } else if (earlier !== undefined && earlier !== 'none') {
    if (!earlier.same) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    return { decision: earlier.decision, recorded: true };
  }
  const registered = batch.world().agents.has(proposal.agent);
  if (registered && !batch.world().sessions.has(proposal.session)) openSession(tenant, batch, proposal);
  const { action, decision } = decideWithLocks(tenant, batch, inspected);
  if (known?.decision.effect === 'defer' && decision.effect === 'defer' && stillQueued(known, decision, batch)) {
    return { decision: known.decision, recorded: true };
  }
  recordDecision(tenant, batch, { action, decision, bytes, digest: argsDigest });
  return { decision, recorded: false };
}

function stillQueued(known: ActionState, decision: Decision & { effect: 'defer' }, batch: WriteBatch): boolean {
  if (known.decision.effect !== 'defer' || known.decision.defer.waitingFor !== decision.defer.waitingFor) return false;
  for (const lock of [decision.defer.waitingFor]) {
    const resource = lock.startsWith('lock:') ? batch.world().locks.get(lock.slice(5)) : undefined;
    const waiter = resource?.waiting.find((one) => one.session === known.session);
    if (waiter !== undefined) return (waiter.until ?? 0) - batch.at > DEFER_REPEAT_MS;
  }
  return false;
}
