import { approval } from './approval.ts';
import { budget } from './budget.ts';
import { claims } from './claims.ts';
import { detectors } from './detectors.ts';
import { halt } from './halt.ts';
import { intents } from './intents.ts';
import { lists } from './lists.ts';
import { lock } from './lock.ts';
import { loop } from './loop.ts';
import { manifest } from './manifest.ts';
import { rate } from './rate.ts';
import type { Rule } from './subject.ts';
import { taint } from './taint.ts';
import { tools } from './tools.ts';

/** Every rule that is not written by a user. Their order means nothing (DEC-3). */
export const RULES: readonly Rule[] = [halt, claims, manifest, lists, intents, detectors, budget, rate, loop, lock, taint, approval, tools];

/** Every code a rule of the kernel gives, in the order reasons are told (DEC-6). Conditions of a policy may bring codes of their own. */
export const REASON_CODES = [
  'GATE_CLOSED',
  'HALTED',
  'UNKNOWN_AGENT',
  'SESSION_CLOSED',
  'RULE_ERROR',
  'INVALID_ACTION',
  'PERMISSION_UNDECLARED',
  'TOOL_BLOCKED',
  'TOOL_QUARANTINED',
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
