import { ACTION_KINDS, AUTHORITIES } from '../kernel/action.ts';
import { CATEGORIES, DETECTORS } from '../kernel/finding.ts';
import type { Category, Detector } from '../kernel/finding.ts';
import type { AgentId } from '../kernel/ids.ts';
import type {
  AgentLists,
  ApprovalTriggers,
  BudgetLimit,
  DetectorRule,
  IntentRules,
  LoopLimits,
  ModelTier,
  Policy,
  Precision,
  RateLimit,
  TaintRules,
} from '../kernel/policy.ts';
import { SINKS } from '../kernel/policy.ts';
import { DECIDERS } from '../kernel/role.ts';
import type { DetectorDocument, PolicyDocument, PrecisionDocument } from './document.ts';
import { nameSet } from './names.ts';
import { linearPattern } from './pattern.ts';

/*
 * What a section means, and what leaving it out means: the guards (detectors, taint, loops, approvals, autoHalt) are on by default,
 * the lists (agents, manifests, rules, budgets, rates, models) are empty by default (POLICY-6).
 */

const SHORTHAND: Readonly<Record<'block' | 'ask' | 'redact' | 'off', DetectorRule>> = {
  block: { deny: 'CRITICAL', ask: 'HIGH', threshold: 0, redact: false },
  ask: { deny: null, ask: 'HIGH', threshold: 0, redact: false },
  redact: { deny: null, ask: null, threshold: 0, redact: true },
  off: { deny: null, ask: null, threshold: 0, redact: false },
};

/** Every detector has a rule; one that is not named is `block`. */
export function detectorsOf(document: PolicyDocument): ReadonlyMap<Detector, DetectorRule> {
  return new Map(DETECTORS.map((name) => [name, detectorRule(document.detectors?.[name] ?? 'block')]));
}

function detectorRule(document: DetectorDocument): DetectorRule {
  if (typeof document === 'string') return SHORTHAND[document];
  const base = SHORTHAND[document.effect ?? 'block'];
  return {
    deny: document.deny === undefined ? base.deny : document.deny === 'off' ? null : document.deny,
    ask: document.ask === undefined ? base.ask : document.ask === 'off' ? null : document.ask,
    threshold: document.threshold ?? 0,
    redact: document.redact ?? base.redact,
    ...(document.prompt === undefined ? {} : { prompt: document.prompt }),
  };
}

/** Dollars to micro-dollars, whole. The check refused what is finer. */
export function micros(usd: number): number {
  return Math.round(usd * 1e6);
}

export function agentsOf(document: PolicyDocument): ReadonlyMap<AgentId, AgentLists> {
  return new Map(
    Object.entries(document.agents ?? {}).map(([id, lists]) => [
      id as AgentId,
      { allow: nameSet(lists.allow ?? []), review: nameSet(lists.review ?? []), block: nameSet(lists.block ?? []) },
    ]),
  );
}

export function budgetsOf(document: PolicyDocument): readonly BudgetLimit[] {
  return (document.budgets ?? []).map((budget, index) => {
    const period = budget.period ?? 'total';
    return {
      id: budget.id ?? `${budget.scope}-${period}-${String(index + 1)}`,
      scope: budget.scope,
      period,
      ...(budget.agents === undefined ? {} : { agents: nameSet(budget.agents) }),
      limit: {
        ...(budget.usd === undefined ? {} : { usdMicros: micros(budget.usd) }),
        ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
        ...(budget.toolCalls === undefined ? {} : { toolCalls: budget.toolCalls }),
        ...(budget.modelCalls === undefined ? {} : { modelCalls: budget.modelCalls }),
        ...(budget.steps === undefined ? {} : { steps: budget.steps }),
        ...(budget.wallMs === undefined ? {} : { wallMs: budget.wallMs }),
      },
    };
  });
}

export function ratesOf(document: PolicyDocument): readonly RateLimit[] {
  return (document.rates ?? []).map((rate, index) => ({
    id: rate.id ?? `${rate.scope}-rate-${String(index + 1)}`,
    scope: rate.scope,
    tool: nameSet(typeof rate.tool === 'string' ? [rate.tool] : (rate.tool ?? ['*'])),
    ...(rate.tool === undefined ? { total: true } : {}),
    ...(rate.perMinute === undefined ? {} : { callsPerMinute: rate.perMinute }),
    ...(rate.tokensPerMinute === undefined ? {} : { tokensPerMinute: rate.tokensPerMinute }),
  }));
}

export function loopsOf(document: PolicyDocument): LoopLimits {
  const loops = document.loops ?? {};
  if (loops === 'off') return { identical: null, sequences: false, noProgress: null, effect: 'ask' };
  return {
    identical: loops.identical === 'off' ? null : (loops.identical ?? { max: 5, windowMs: 60_000 }),
    sequences: loops.sequences ?? true,
    noProgress: loops.noProgress === 'off' ? null : (loops.noProgress ?? 3),
    effect: loops.effect ?? 'ask',
  };
}

export function taintOf(document: PolicyDocument): TaintRules {
  const taint = document.taint ?? {};
  if (taint === 'off') return { sinks: [], untrusted: [], quoted: 'allow', authority: [] };
  return {
    sinks: taint.sinks ?? SINKS,
    untrusted: taint.untrusted ?? ['tool_output', 'retrieved_doc', 'memory_read'],
    quoted: taint.quoted ?? 'ask',
    authority: taint.authority ?? AUTHORITIES,
  };
}

const SENSITIVE_INTENTS = ['withdraw_funds', 'delete_resource', 'change_admin_policy', 'drain_wallet', 'revoke_access', 'modify_permissions'];

export function approvalsOf(document: PolicyDocument): ApprovalTriggers {
  const approvals = document.approvals ?? {};
  const above = approvals.above ?? { usd: 5 };
  const confidence = approvals.confidenceBelow ?? 0.7;
  return {
    aboveUsdMicros: above === 'off' ? null : micros(above.usd),
    confidenceBelow: confidence === 'off' ? null : confidence,
    intents: approvals.intents ?? SENSITIVE_INTENTS,
    timeoutMs: approvals.timeoutMs ?? 300_000,
    quorum: approvals.quorum ?? 1,
    approvers: approvals.approvers ?? DECIDERS,
    maxPendingPerAgent: approvals.maxPending ?? 20,
  };
}

export function intentsOf(document: PolicyDocument): IntentRules {
  const intents = document.intents ?? {};
  return {
    costCeilingUsdMicros: intents.costCeilingUsd === undefined ? null : micros(intents.costCeilingUsd),
    blocked: (intents.blocked ?? []).map((pattern) => ({ pattern, matches: matcher(pattern) })),
    priorityFloors: (intents.priorityFloors ?? []).map((floor) => ({ pattern: floor.pattern, matches: matcher(floor.pattern), min: floor.min })),
    blockedAgents: nameSet(intents.blockedAgents ?? []),
  };
}

function matcher(pattern: string): (text: string) => boolean {
  const compiled = linearPattern(pattern);
  // The check refused a pattern that does not compile; were one here, it would match everything: blocked, not passed.
  return typeof compiled === 'string' ? () => true : compiled;
}

export function modelsOf(document: PolicyDocument): readonly ModelTier[] {
  if (document.models?.route === 'off') return [];
  return (document.models?.tiers ?? []).map((tier) => ({
    model: tier.model,
    tier: tier.tier,
    usdMicrosPerMillionInput: micros(tier.inputUsdPerMillion),
    usdMicrosPerMillionOutput: micros(tier.outputUsdPerMillion),
  }));
}

export function precisionOf(document: PolicyDocument): Policy['precision'] {
  const entries = Object.entries(document.precision ?? {}).map(([id, entry]) => [id as AgentId | '*', precision(entry)] as const);
  return new Map([...entries.filter(([id]) => id !== '*'), ...entries.filter(([id]) => id === '*')]);
}

function precision(entry: PrecisionDocument): Precision {
  return {
    allowTools: nameSet(entry.allowTools ?? []),
    allowCategories: entry.allowCategories ?? [],
    categoryOf: new Map(Object.entries(entry.categoryOf ?? {}).map(([tool, category]) => [tool, known(category)])),
    auditOnly: entry.auditOnly ?? false,
  };
}

function known(category: string): Category {
  return CATEGORIES.find((name) => name === category) ?? 'unknown';
}

/** The parts of a policy that come from the document alone, without rules and files. */
export function sectionsOf(document: PolicyDocument): Omit<Policy, 'digest' | 'manifests' | 'voices'> {
  return {
    name: document.metadata.name,
    fallback: document.default,
    agents: agentsOf(document),
    intents: intentsOf(document),
    detectors: detectorsOf(document),
    budgets: budgetsOf(document),
    rates: ratesOf(document),
    loops: loopsOf(document),
    taint: taintOf(document),
    approvals: approvalsOf(document),
    models: modelsOf(document),
    precision: precisionOf(document),
    autoHalt: document.autoHalt === 'off' ? null : (document.autoHalt ?? { violations: 3, windowMs: 3_600_000 }),
    obligations: { timeoutMs: document.obligations?.timeoutMs ?? 30_000, maxOutputBytes: document.obligations?.maxOutputBytes ?? 1_048_576 },
    auditOnly: document.audit_only ?? false,
    kinds: document.kinds ?? ACTION_KINDS,
  };
}
