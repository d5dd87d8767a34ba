import type { Decision } from './decision.ts';
import type { ActionRecord } from './entry.ts';
import type { AgentId, Millis } from './ids.ts';
import { isOwned } from './owned.ts';
import type { Policy } from './policy.ts';
import type { AgentState, Denial, World } from './world.ts';

/** Violations one agent's state remembers; a policy that allows more halts at this many. */
export const MAX_VIOLATIONS = 64;

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

/** What counted below semantics 3. */
export function isViolation(decision: Decision): boolean {
  return decision.effect === 'deny' && decision.reasons.some((reason) => reason.effect === 'deny' && VIOLATIONS.has(reason.code));
}

/** The code a denial counts by, or null: of findings only the critical ones say that harm was tried (DEC-17). */
export function violationOf(decision: Decision, action: Pick<ActionRecord, 'findings'>): string | null {
  if (decision.effect !== 'deny') return null;
  for (const { effect, code, rule } of decision.reasons) {
    if (effect !== 'deny' || !VIOLATIONS.has(code)) continue;
    if (code !== 'FINDING') return code;
    if (action.findings.some(({ risk, detector }) => risk === 'CRITICAL' && rule === `detector:${detector}`)) return code;
  }
  return null;
}

/** The agent with one more denial. The same call denied again is one denial, at the later time. */
export function withDenial(state: AgentState, denial: Denial): AgentState {
  const others = (state.denials ?? []).filter(({ name, argsDigest }) => name !== denial.name || argsDigest !== denial.argsDigest);
  return { ...state, denials: [...others.slice(1 - MAX_VIOLATIONS), denial] };
}

/** Violations that are remembered of an agent. */
export function violationCount(world: World, agent: AgentId): number {
  const state = world.agents.get(agent);
  return (isOwned(world) ? state?.denials : state?.violations)?.length ?? 0;
}

/** The denials of the policy's window, oldest first. */
export function recentDenials(state: AgentState | undefined, at: Millis, policy: Policy): readonly Denial[] {
  const { autoHalt } = policy;
  if (autoHalt === null) return [];
  return (state?.denials ?? []).filter((denial) => denial.at > at - autoHalt.windowMs);
}

/** Whether the agent did this often enough to be halted by itself. The gate then records `agent-halted` with cause `violations`. */
export function mustHalt(agent: AgentId, at: Millis, world: World, policy: Policy): boolean {
  const state = world.agents.get(agent);
  const rule = policy.autoHalt;
  if (state === undefined || rule === null) return false;
  if (isOwned(world)) return recentDenials(state, at, policy).length >= Math.min(rule.violations, MAX_VIOLATIONS);
  if (state.violations.length < rule.violations) return false;
  return state.violations.filter((time) => time > at - rule.windowMs).length >= rule.violations;
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

function spanOf(ms: Millis): string {
  for (const [unit, name] of UNITS) if (ms % unit === 0) return `${String(ms / unit)} ${name}${ms === unit ? '' : 's'}`;
  return `${String(ms)} ms`;
}

/** Denials a halt names, and characters of a tool's name in it. */
const NAMED = 5;
const MOST_NAME = 64;

/** What a halt for violations says happened: how many, in which window, and which, the latest last. */
export function haltReason(agent: AgentId, at: Millis, world: World, policy: Policy): string {
  if (!isOwned(world) || policy.autoHalt === null) return 'denied too often in a short time';
  const recent = recentDenials(world.agents.get(agent), at, policy);
  const named = recent.slice(-NAMED).map(({ name, code }) => `\`${name.slice(0, MOST_NAME).toWellFormed()}\` (${code})`);
  const count = `${String(recent.length)} ${recent.length === 1 ? 'denial' : 'denials'}`;
  return `${count} within ${spanOf(policy.autoHalt.windowMs)}. ${recent.length > NAMED ? 'The latest' : 'Denied'}: ${named.join(', ')}.`;
}
