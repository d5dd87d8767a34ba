import type { OperatorId } from './ids.ts';
import type { ApprovalState, World } from './world.ts';

/** Whose yes still counts now: active, among the approvers that were named, and (semantics 2) no auditor. */
export function validVotes(approval: ApprovalState, world: World): readonly OperatorId[] {
  return approval.grantedBy.filter((operator) => {
    const state = world.operators.get(operator);
    if (state === undefined) return true;
    if (world.semantics >= 2 && state.role === 'auditor') return false;
    const named = approval.approvers.length === 0 || approval.approvers.includes(operator) || approval.approvers.includes(state.role);
    return state.active && named;
  });
}

/** The votes a new one is added to. Semantics 1 kept all and found out at the release (ASK-8). */
export function countedVotes(approval: ApprovalState, world: World): readonly OperatorId[] {
  return world.semantics < 2 ? approval.grantedBy : validVotes(approval, world);
}
