import { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import { KEPT } from '../../kernel/fold/sweep.ts';
import { locksToEvict } from '../../kernel/locks.ts';
import type { ActionState, World } from '../../kernel/world.ts';
import { endApproval, judge, writeDecided } from './record-decision.ts';
import type { Desk } from '../queue/write-batch.ts';
import { SYSTEM } from '../queue/write-batch.ts';
import type { Checked } from './check-proposal.ts';
import { actionOf } from './inspect-proposal.ts';
import type { ReadAction } from './inspect-proposal.ts';
import type { Room } from '../tenant/tenant.ts';
import { grantedFor } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/** What the log says of an id the world has forgotten: the decision, or that there is none. */
export type Earlier = { readonly same: boolean; readonly decision: Decision } | 'none';

/** `recorded`: replacement arguments still lie beside the log. */
export interface Admitted {
  readonly decision: Decision;
  readonly recorded: boolean;
}

/** Actions whose id the caller chose and the world, which keeps only so many, does not know: they may be in the log. */
export function forgotten(reads: readonly ReadAction[], world: World, earlier: ReadonlyMap<string, Earlier>): readonly ReadAction[] {
  if (world.size <= KEPT.finishedActions) return [];
  return reads.filter(({ checked }) => checked.chosen && !earlier.has(checked.proposal.id) && !world.actions.has(checked.proposal.id));
}

/** A repeated defer within this time keeps its place in the queue without another entry; below the kernel's waiter TTL of 10 s. */
const DEFER_REPEAT_MS = 4_000;

function isSame(checked: Checked, known: ActionState, world: World): boolean {
  const { proposal, argsDigest } = checked;
  if (known.agent !== proposal.agent || known.session !== proposal.session || known.name !== proposal.name) return false;
  if (known.argsDigest === argsDigest) return true;
  // ASK-22: what runs was edited; the agent repeats what it first asked.
  for (const [, approval] of world.approvals.entries()) if (approval.action === proposal.id && approval.argsDigest === argsDigest) return true;
  return false;
}

/** Evicts what stands in the way when that lets the action run; otherwise nothing is written (LOCK). */
function judgeWithLocks(room: Room, desk: Desk, read: ReadAction): { action: ReturnType<typeof actionOf>; decision: Decision } {
  const { agent, session } = read.checked.proposal;
  const redeems = grantedFor(room, desk.world(), read.checked.proposal.id);
  const salt = desk.world().sessions.get(session)?.salt ?? '';
  const action = { ...actionOf(read, { salt, at: desk.at }), ...(redeems === undefined ? {} : { redeems }) };
  const first = judge(room, desk, action);
  if (first.effect !== 'defer' || !first.reasons.some((reason) => reason.code === 'LOCK_HELD')) return { action, decision: first };
  const before = desk.mark();
  for (const eviction of locksToEvict(action, desk.world())) desk.write('lock-evicted', eviction, { actor: SYSTEM, agent, session });
  const second = judge(room, desk, action);
  if (second.effect === 'allow' || second.effect === 'modify') return { action, decision: second };
  desk.back(before);
  return { action, decision: first };
}

function repeated(room: Room, desk: Desk, known: ActionState): Decision | null {
  const { decision } = known;
  if (decision.effect === 'defer') {
    const asked = grantedFor(room, desk.world(), decision.action);
    if (asked !== undefined) return endApproval(room, desk, asked);
    return null;
  }
  if (decision.effect !== 'ask') return decision;
  const approval = desk.world().approvals.get(decision.ask.approval);
  if (approval === undefined || approval.expiresAt > desk.at || (approval.status !== 'pending' && approval.status !== 'granted')) return decision;
  const { agent, session } = known;
  desk.write('approval-expired', { approval: decision.ask.approval }, { actor: SYSTEM, agent, session });
  return endApproval(room, desk, decision.ask.approval) ?? decision;
}

/** Decides one read action against the desk's world, or finds what was decided before under the same id (GATE-3). */
export function admitOn(room: Room, desk: Desk, read: ReadAction, earlier: Earlier | undefined): Admitted {
  const { checked } = read;
  const { proposal } = checked;
  const known = desk.world().actions.get(proposal.id);
  if (known !== undefined) {
    if (!isSame(checked, known, desk.world())) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    const decision = repeated(room, desk, known);
    if (decision !== null) return { decision, recorded: true };
  } else if (earlier !== undefined && earlier !== 'none') {
    if (!earlier.same) throw new AegisError('IDEMPOTENCY_MISMATCH', { id: proposal.id });
    return { decision: earlier.decision, recorded: true };
  }
  const registered = desk.world().agents.has(proposal.agent);
  if (registered && !desk.world().sessions.has(proposal.session)) openSession(room, desk, proposal);
  const { action, decision } = judgeWithLocks(room, desk, read);
  if (known?.decision.effect === 'defer' && decision.effect === 'defer' && stillQueued(known, decision, desk)) {
    return { decision: known.decision, recorded: true };
  }
  writeDecided(room, desk, { action, decision, bytes: checked.bytes, digest: checked.argsDigest });
  return { decision, recorded: false };
}

function stillQueued(known: ActionState, decision: Decision & { effect: 'defer' }, desk: Desk): boolean {
  if (known.decision.effect !== 'defer' || known.decision.defer.waitingFor !== decision.defer.waitingFor) return false;
  for (const lock of [decision.defer.waitingFor]) {
    const resource = lock.startsWith('lock:') ? desk.world().locks.get(lock.slice(5)) : undefined;
    const waiter = resource?.waiting.find((one) => one.session === known.session);
    if (waiter !== undefined) return (waiter.until ?? 0) - desk.at > DEFER_REPEAT_MS;
  }
  return false;
}
