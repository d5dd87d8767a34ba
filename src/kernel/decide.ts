import type { Action } from './action.ts';
import type { Decision, DecisionCore, Effect } from './decision.ts';
import { fallback } from './fallback.ts';
import type { ActionId, ApprovalId, Digest } from './ids.ts';
import { lockRetryMs } from './locks.ts';
import { reasonsOf, strictest } from './merge.ts';
import { conflict, modifiedArgs } from './modify.ts';
import { obligationsOf } from './obligations.ts';
import type { Policy } from './policy.ts';
import { release } from './release.ts';
import { ruleError, voices } from './rules/conditions.ts';
import { halt } from './rules/halt.ts';
import { rateRetryMs } from './rules/rate.ts';
import { RULES } from './rules/rules.ts';
import { describe, SILENCE } from './rules/subject.ts';
import type { Rule, RuleOpinion, Subject } from './rules/subject.ts';
import { SEMANTICS } from './semantics.ts';
import { wordsOf } from './words/words.ts';
import type { World } from './world.ts';
import { worstRisk } from './finding.ts';

/** What the gate mints before it knows whether the effect is `ask`. */
export interface DecideContext {
  readonly approval: ApprovalId;
  readonly askDigest: Digest;
}

/** Denials that shadow mode does not lift (DEC-12). */
const HARD: ReadonlySet<string> = new Set(['GATE_CLOSED', 'HALTED', 'UNKNOWN_AGENT', 'SESSION_CLOSED', 'INVALID_ACTION']);

/** `kinds`: what this policy does not govern is recorded and allowed, but a halt still holds. */
const UNGOVERNED: readonly Rule[] = [halt];

function opinionsOf(rule: Rule, subject: Subject): readonly RuleOpinion[] {
  try {
    return rule.speak(subject);
  } catch {
    return [ruleError(rule.name, subject.world)];
  }
}

function allOpinions(subject: Subject): readonly RuleOpinion[] {
  const governed = subject.policy.kinds.includes(subject.action.kind);
  const opinions: RuleOpinion[] = [];
  for (const rule of governed ? RULES : UNGOVERNED) for (const one of opinionsOf(rule, subject)) opinions.push(one);
  if (!governed) return opinions;
  const ofVoices = voices(subject);
  for (const one of ofVoices) opinions.push(one);
  for (const one of fallback(subject, ofVoices, opinions)) opinions.push(one);
  return release(opinions, subject);
}

/** An agent that asks faster than people answer is denied, so that it cannot drown the others' questions. */
function crowded(subject: Subject): readonly RuleOpinion[] {
  const pending = subject.agent?.pendingApprovals ?? 0;
  if (pending < subject.policy.approvals.maxPendingPerAgent) return SILENCE;
  return [{ rule: 'approval', effect: 'deny', code: 'APPROVAL_REQUIRED', ...wordsOf(subject.world).tooManyPending(pending) }];
}

/** Changes that conflict become a question; a question too many becomes a denial. */
function settled(subject: Subject, first: readonly RuleOpinion[]): { readonly opinions: readonly RuleOpinion[]; readonly effect: Effect } {
  let opinions = first;
  let effect = strictest(opinions);
  if (effect === 'modify' && modifiedArgs(subject, opinions) === null) opinions = release([...opinions, conflict('ask', subject)], subject);
  effect = strictest(opinions);
  if (effect === 'modify' && modifiedArgs(subject, opinions) === null) return { opinions: [...opinions, conflict('deny', subject)], effect: 'deny' };
  if (effect !== 'ask') return { opinions, effect };
  opinions = [...opinions, ...crowded(subject)];
  return { opinions, effect: strictest(opinions) };
}

function place(effect: Effect, core: DecisionCore, rest: { subject: Subject; opinions: readonly RuleOpinion[]; context: DecideContext }): Decision {
  const { subject, opinions, context } = rest;
  const { action, world, policy, need } = subject;
  // LOCK-1: the fence is the index this very decision will have in the log.
  const runs = { reserve: need, ...(action.resource === undefined || core.shadow !== undefined ? {} : { fence: world.size }) };
  switch (effect) {
    case 'allow':
      return { ...core, effect, ...runs };
    case 'modify':
      return { ...core, effect, ...runs, modify: { args: modifiedArgs(subject, opinions) ?? action.args } };
    case 'ask': {
      const { approvers, quorum, timeoutMs } = policy.approvals;
      return { ...core, effect, ask: { approval: context.approval, digest: context.askDigest, approvers, quorum, expiresAt: action.at + timeoutMs } };
    }
    case 'defer': {
      const waiting = opinions.filter((one) => one.effect === 'defer').map((one) => one.rule);
      const lock = waiting.includes('lock');
      const retryAfterMs = Math.max(lock ? lockRetryMs(action, world) : 0, rateRetryMs(subject)) || 1_000;
      return {
        ...core,
        effect,
        defer: {
          retryAfterMs,
          waitingFor: lock ? `lock:${action.resource?.name ?? action.resource?.resource ?? ''}` : (waiting.sort()[0] ?? 'rule'),
        },
      };
    }
    case 'deny':
      return { ...core, effect };
  }
}

/** Whatever could not even be read is denied (DEC-2). */
function unreadable(action: Partial<Action> | null, world: Partial<World> | null, policy: Partial<Policy> | null): Decision {
  const { message, hint, rule, code } = ruleError('decide', { semantics: world?.semantics ?? SEMANTICS });
  return {
    action: action?.id ?? ('unreadable' as ActionId),
    effect: 'deny',
    reasons: [{ code, rule, effect: 'deny', message, ...(hint === undefined ? {} : { hint }) }],
    risk: 'HIGH',
    policy: policy?.digest ?? ('0'.repeat(64) as Digest),
    worldIndex: world?.size ?? 0,
    semantics: world?.semantics ?? SEMANTICS,
    obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
    origins: [],
  };
}

function judge(subject: Subject, context: DecideContext): Decision {
  const { action, world, policy } = subject;
  const { opinions, effect } = settled(subject, allOpinions(subject));
  const shadows = (policy.auditOnly || subject.precision?.auditOnly === true) && !opinions.some((one) => one.effect === 'deny' && HARD.has(one.code));
  const core: DecisionCore = {
    action: action.id,
    reasons: reasonsOf(opinions, world),
    risk: worstRisk([...opinions.map((one) => one.risk), ...action.findings.map((finding) => finding.risk)]),
    policy: policy.digest,
    worldIndex: world.size,
    semantics: world.semantics,
    obligations: obligationsOf(subject),
    origins: subject.origins,
    ...(shadows ? { shadow: effect } : {}),
  };
  return place(shadows ? 'allow' : effect, core, { subject, opinions, context });
}

/**
 * What may happen with this action, in this world, under this policy. Pure, synchronous and total (DEC-1, DEC-2): the same arguments give the
 * same decision for ever, in any order of rules, and whatever goes wrong inside is a denial.
 */
export function decide(action: Action, world: World, policy: Policy, context: DecideContext): Decision {
  try {
    return judge(describe(action, world, policy), context);
  } catch {
    return unreadable(action, world, policy);
  }
}
