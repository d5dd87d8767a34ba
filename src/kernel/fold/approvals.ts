import type { ApprovalEnd } from '../approval.ts';
import type { Draft } from '../draft.ts';
import type { AgentId, ApprovalId, OperatorId } from '../ids.ts';
import { push } from '../queue.ts';
import { countedVotes } from '../votes.ts';
import type { ApprovalState } from '../world.ts';
import type { Handlers } from './handlers.ts';

function countPending({ world, edition }: Draft, agent: AgentId, by: number): void {
  const state = world.agents.get(agent);
  if (state === undefined) return;
  world.agents = world.agents.set(agent, { ...state, pendingApprovals: Math.max(0, state.pendingApprovals + by) }, edition);
}

/** A new ask. Two asks under one id are one: the first stands. */
export function openApproval(draft: Draft, id: ApprovalId, state: ApprovalState): void {
  const { world, edition } = draft;
  if (world.approvals.has(id)) return;
  world.approvals = world.approvals.set(id, state, edition);
  countPending(draft, state.agent, 1);
}

/** ASK-2: a status only moves forward: pending → granted → consumed, or pending/granted → refused, expired, voided; nothing comes back. */
function close(draft: Draft, id: ApprovalId, status: ApprovalEnd): void {
  const { world, edition } = draft;
  const known = world.approvals.get(id);
  if (known === undefined || (known.status !== 'pending' && known.status !== 'granted')) return;
  if (status === 'consumed' && known.status !== 'granted') return;
  if (known.status === 'pending') countPending(draft, known.agent, -1);
  world.approvals = world.approvals.set(id, { ...known, status }, edition);
  world.queues.approvals = push(world.queues.approvals, id);
}

/** ASK-8: who was removed has no vote left, also when somebody of the same name comes back. */
export function withoutVotes({ world, edition }: Draft, operator: OperatorId): void {
  if (world.semantics < 2) return;
  const before = [...world.approvals.entries()];
  for (const [id, state] of before) {
    if ((state.status !== 'pending' && state.status !== 'granted') || !state.grantedBy.includes(operator)) continue;
    world.approvals = world.approvals.set(id, { ...state, grantedBy: state.grantedBy.filter((one) => one !== operator) }, edition);
  }
}

export const approvalHandlers: Handlers = {
  'approval-granted': (draft, body, entry) => {
    const { world, edition } = draft;
    const known = world.approvals.get(body.approval);
    if (known === undefined || known.status !== 'pending' || entry.at >= known.expiresAt) return;
    // ASK-4: edited arguments are another question; only grants for the same bytes add up.
    const same = known.editedArgsDigest === body.editedArgsDigest;
    const earlier = same ? countedVotes(known, world) : [];
    const grantedBy = earlier.includes(body.by) ? earlier : [...earlier, body.by];
    const granted = grantedBy.length >= known.quorum;
    const { editedArgsDigest: _replaced, ...rest } = known;
    const edited = body.editedArgsDigest === undefined ? {} : { editedArgsDigest: body.editedArgsDigest };
    world.approvals = world.approvals.set(body.approval, { ...rest, ...edited, grantedBy, status: granted ? 'granted' : 'pending' }, edition);
    if (granted) countPending(draft, known.agent, -1);
  },
  'approval-refused': (draft, body) => close(draft, body.approval, 'refused'),
  'approval-expired': (draft, body) => close(draft, body.approval, 'expired'),
  'approval-consumed': (draft, body) => close(draft, body.approval, 'consumed'),
  'approval-voided': (draft, body) => close(draft, body.approval, 'voided'),
  'grant-issued': ({ world, edition }, { grant }) => {
    if (world.grants.has(grant.id)) return;
    world.grants = world.grants.set(grant.id, { ...grant, used: 0 }, edition);
    world.queues.sweep = push(world.queues.sweep, { kind: 'grant', key: grant.id });
  },
  'grant-revoked': ({ world, edition }, body) => {
    world.grants = world.grants.delete(body.grant, edition);
  },
};

/** One use of a standing grant; the last one ends it. */
export function useGrant({ world, edition }: Draft, id: string): void {
  const grant = world.grants.get(id);
  if (grant === undefined) return;
  const used = grant.used + 1;
  world.grants = used >= grant.uses ? world.grants.delete(id, edition) : world.grants.set(id, { ...grant, used }, edition);
}
