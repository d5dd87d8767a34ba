import type { AgentId, ApprovalId, OperatorId } from '../ids.ts';
import { standingVotes } from '../votes.ts';
import type { ApprovalState, World } from '../world.ts';
import type { Handlers } from './handlers.ts';
import { enqueue } from './enqueue.ts';
import type { ApprovalEnd } from '../approval.ts';

function countPending(world: World, agent: AgentId, by: number): World {
  const state = world.agents.get(agent);
  if (state === undefined) return world;
  return { ...world, agents: world.agents.set(agent, { ...state, pendingApprovals: Math.max(0, state.pendingApprovals + by) }) };
}

/** A new ask. Two asks under one id are one: the first stands. */
export function openApproval(world: World, id: ApprovalId, state: ApprovalState): World {
  if (world.approvals.has(id)) return world;
  return countPending({ ...world, approvals: world.approvals.set(id, state) }, state.agent, 1);
}

/** ASK-2: a status only moves forward: pending → granted → consumed, or pending/granted → refused, expired, voided; nothing comes back. */
function close(world: World, id: ApprovalId, status: ApprovalEnd): World {
  const known = world.approvals.get(id);
  if (known === undefined || (known.status !== 'pending' && known.status !== 'granted')) return world;
  if (status === 'consumed' && known.status !== 'granted') return world;
  const next = known.status === 'pending' ? countPending(world, known.agent, -1) : world;
  return enqueue({ ...next, approvals: next.approvals.set(id, { ...known, status }) }, 'approvals', id);
}

/** ASK-8: who was removed has no vote left, also when somebody of the same name comes back. */
export function withoutVotes(world: World, operator: OperatorId): World {
  if (world.semantics < 2) return world;
  let { approvals } = world;
  for (const [id, state] of world.approvals.entries()) {
    if ((state.status !== 'pending' && state.status !== 'granted') || !state.grantedBy.includes(operator)) continue;
    approvals = approvals.set(id, { ...state, grantedBy: state.grantedBy.filter((one) => one !== operator) });
  }
  return { ...world, approvals };
}

export const approvalHandlers: Handlers = {
  'approval-granted': (world, body, entry) => {
    const known = world.approvals.get(body.approval);
    if (known === undefined || known.status !== 'pending' || entry.at >= known.expiresAt) return world;
    // ASK-4: edited arguments are another question; only grants for the same bytes add up.
    const same = known.editedArgsDigest === body.editedArgsDigest;
    const earlier = same ? standingVotes(known, world) : [];
    const grantedBy = earlier.includes(body.by) ? earlier : [...earlier, body.by];
    const granted = grantedBy.length >= known.quorum;
    const { editedArgsDigest: _replaced, ...rest } = known;
    const edited = body.editedArgsDigest === undefined ? {} : { editedArgsDigest: body.editedArgsDigest };
    const state: ApprovalState = { ...rest, ...edited, grantedBy, status: granted ? 'granted' : 'pending' };
    const next = { ...world, approvals: world.approvals.set(body.approval, state) };
    return granted ? countPending(next, known.agent, -1) : next;
  },
  'approval-refused': (world, body) => close(world, body.approval, 'refused'),
  'approval-expired': (world, body) => close(world, body.approval, 'expired'),
  'approval-consumed': (world, body) => close(world, body.approval, 'consumed'),
  'approval-voided': (world, body) => close(world, body.approval, 'voided'),
  'grant-issued': (world, body) =>
    world.grants.has(body.grant.id)
      ? world
      : enqueue({ ...world, grants: world.grants.set(body.grant.id, { ...body.grant, used: 0 }) }, 'sweep', `grant:${body.grant.id}`),
  'grant-revoked': (world, body) => ({ ...world, grants: world.grants.delete(body.grant) }),
};

/** One use of a standing grant; the last one ends it. */
export function useGrant(world: World, id: string): World {
  const grant = world.grants.get(id);
  if (grant === undefined) return world;
  const used = grant.used + 1;
  return { ...world, grants: used >= grant.uses ? world.grants.delete(id) : world.grants.set(id, { ...grant, used }) };
}
