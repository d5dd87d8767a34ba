import type { Decision } from '../../../kernel/decision.ts';
import { textOf } from '../../../gate/refusal.ts';

/** The decision in the event protocol's words. */
export function policyDecision(decision: Decision): object {
  const { effect, obligations, policy, risk } = decision;
  const outcome = effect === 'allow' || effect === 'modify' ? 'ALLOW' : effect === 'ask' ? 'REQUIRE_APPROVAL' : 'DENY';
  const text = textOf(decision);
  return {
    outcome,
    reason_codes: [...new Set(decision.reasons.map(({ code }) => code))],
    constraints: { timeout_ms: obligations.timeoutMs, max_output_bytes: obligations.maxOutputBytes },
    effect,
    risk,
    policy_ref: policy,
    action_id: decision.action,
    ...(text === null ? {} : { text }),
    ...(effect === 'ask' ? { approval_token: decision.ask.approval, expires_unix_ms: decision.ask.expiresAt } : {}),
    ...(effect === 'modify' ? { modified_args: decision.modify.args } : {}),
    ...(effect === 'defer' ? { retry_after_ms: decision.defer.retryAfterMs } : {}),
  };
}
