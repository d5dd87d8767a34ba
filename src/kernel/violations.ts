import type { Decision } from './decision.ts';
import type { AgentId, Millis } from './ids.ts';
import type { Policy } from './policy.ts';
import type { World } from './world.ts';

/** Denials that say the agent tried what it may not do; running out of money, time or luck is none. */
const VIOLATIONS: ReadonlySet<string> = new Set([
  'PERMISSION_UNDECLARED',
  'TOOL_BLOCKED',
  'FS_DENY',
  'SECRET_DENY',
  'EGRESS_DENY',
  'EXEC_DENY',
  'TAINTED_TO_HIGH_RISK',
  'INTENT_BLOCKED',
  'FINDING',
]);

export function isViolation(decision: Decision): boolean {
  return decision.effect === 'deny' && decision.reasons.some((reason) => reason.effect === 'deny' && VIOLATIONS.has(reason.code));
}

/** Whether the agent did this often enough to be halted by itself. The gate then records `agent-halted` with cause `violations`. */
export function mustHalt(agent: AgentId, at: Millis, world: World, policy: Policy): boolean {
  const state = world.agents.get(agent);
  const rule = policy.autoHalt;
  if (state === undefined || rule === null || state.violations.length < rule.violations) return false;
  return state.violations.filter((time) => time > at - rule.windowMs).length >= rule.violations;
}
