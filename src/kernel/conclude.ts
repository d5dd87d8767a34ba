import type { Action } from './action.ts';
import { decide } from './decide.ts';
import type { DecideContext } from './decide.ts';
import type { Decision, DecisionCore } from './decision.ts';
import type { Policy } from './policy.ts';
import { wordsOf } from './words/words.ts';
import type { World } from './world.ts';

function denied(decision: Decision, status: string): Decision {
  const { action, reasons, risk, policy, worldIndex, semantics, obligations, origins } = decision;
  const core: DecisionCore = { action, reasons, risk, policy, worldIndex, semantics, obligations, origins };
  const code = status === 'expired' ? 'APPROVAL_EXPIRED' : status === 'refused' ? 'APPROVAL_REFUSED' : 'APPROVAL_INVALID';
  return {
    ...core,
    effect: 'deny',
    reasons: [...reasons, { code, rule: 'approval', effect: 'deny', ...wordsOf({ semantics }).approvalEnded(status) }],
  };
}

/**
 * `decide`, and what redeeming adds to it: an approval that is not granted never runs, in shadow mode neither (ASK-24), and what a person
 * edited comes back as the whole replacement (ASK-22). The gate and the replay both call this and nothing else.
 */
export function conclude(action: Action, world: World, policy: Policy, context: DecideContext): Decision {
  const decision = decide(action, world, policy, context);
  if (action.redeems === undefined) return decision;
  const approval = world.approvals.get(action.redeems);
  if (approval?.status !== 'granted') return denied(decision, approval?.status ?? 'unknown');
  if (decision.effect !== 'allow' || approval.editedArgsDigest === undefined) return decision;
  return { ...decision, effect: 'modify', modify: { args: action.args } };
}
