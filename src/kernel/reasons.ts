/**
 * Every reason code a kernel rule may give, in the order reasons are reported (D7 first, in its order).
 * Conditions written by users may carry codes of their own.
 */
export const REASON_CODES = [
  'GATE_CLOSED',
  'HALTED',
  'UNKNOWN_AGENT',
  'SESSION_CLOSED',
  'RULE_ERROR',
  'INVALID_ACTION',
  'PERMISSION_UNDECLARED',
  'TOOL_BLOCKED',
  'FS_DENY',
  'SECRET_DENY',
  'EGRESS_DENY',
  'BUDGET_EXCEEDED',
  'PRICE_UNKNOWN',
  'RATE_LIMITED',
  'LOOP_DETECTED',
  'TAINTED_TO_HIGH_RISK',
  'EXEC_DENY',
  'INTENT_BLOCKED',
  'PRIORITY_TOO_LOW',
  'PRIORITY_EXCEEDED',
  'CONDITION',
  'VOICE',
  'FINDING',
  'UNINSPECTABLE',
  'LOCK_HELD',
  'LOCK_DEADLOCK',
  'FENCE_STALE',
  'APPROVAL_REQUIRED',
  'APPROVAL_INVALID',
  'APPROVAL_EXPIRED',
  'APPROVAL_REFUSED',
  'TOOL_UNLISTED',
  'DEFAULT',
  'REDACTED',
  'MODEL_ROUTED',
  'OK',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];
