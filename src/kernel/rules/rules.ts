import { afterInjection } from './after-injection.ts';
import { approval } from './approval.ts';
import { budget } from './budget.ts';
import { claims } from './claims.ts';
import { detectors } from './detectors.ts';
import { files } from './files.ts';
import { gas } from './gas.ts';
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
import { written } from './written.ts';

/** Every rule that is not written by a user. Their order means nothing (DEC-3). */
export const RULES: readonly Rule[] = [
  halt,
  claims,
  manifest,
  lists,
  intents,
  detectors,
  budget,
  gas,
  rate,
  loop,
  lock,
  taint,
  afterInjection,
  approval,
  files,
  tools,
  written,
];

/**
 * Every code a rule of the kernel gives, in the order reasons are told (DEC-6), and what its sentence is made of: names, numbers and the policy's
 * own words (`own`), or also pieces of the arguments (`quotes`), which are sealed (LOG-30). Conditions of a policy may bring codes of their own.
 */
const SENTENCES = {
  GATE_CLOSED: 'own',
  HALTED: 'own',
  UNKNOWN_AGENT: 'own',
  SESSION_CLOSED: 'own',
  RULE_ERROR: 'own',
  INVALID_ACTION: 'own',
  PERMISSION_UNDECLARED: 'own',
  TOOL_BLOCKED: 'own',
  TOOL_QUARANTINED: 'own',
  FS_DENY: 'quotes',
  SECRET_DENY: 'own',
  EGRESS_DENY: 'quotes',
  BUDGET_EXCEEDED: 'own',
  PRICE_UNKNOWN: 'quotes',
  TRANSACTION_FAILS: 'own',
  RATE_LIMITED: 'own',
  LOOP_DETECTED: 'own',
  TAINTED_TO_HIGH_RISK: 'own',
  AFTER_INJECTION: 'own',
  EXEC_DENY: 'quotes',
  INTENT_BLOCKED: 'own',
  PRIORITY_TOO_LOW: 'own',
  PRIORITY_EXCEEDED: 'own',
  CONDITION: 'quotes',
  VOICE: 'quotes',
  FINDING: 'quotes',
  UNINSPECTABLE: 'quotes',
  LOCK_HELD: 'quotes',
  LOCK_DEADLOCK: 'quotes',
  FENCE_STALE: 'own',
  APPROVAL_REQUIRED: 'own',
  APPROVAL_INVALID: 'own',
  APPROVAL_EXPIRED: 'own',
  APPROVAL_REFUSED: 'own',
  TOOL_UNLISTED: 'own',
  DEFAULT: 'own',
  REDACTED: 'own',
  MODEL_ROUTED: 'quotes',
  OK: 'own',
} as const satisfies Record<string, 'own' | 'quotes'>;

export type ReasonCode = keyof typeof SENTENCES;

export const REASON_CODES = Object.keys(SENTENCES) as readonly ReasonCode[];

/** Codes whose sentences can hold nothing of the arguments. */
export const UNQUOTING_CODES: readonly ReasonCode[] = REASON_CODES.filter((code) => SENTENCES[code] === 'own');
