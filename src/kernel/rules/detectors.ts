import { atLeast } from '../finding.ts';
import type { Finding, Risk } from '../finding.ts';
import type { DetectorRule } from '../policy.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { World } from '../world.ts';

function reaches(risk: Risk, bar: Risk | null): boolean {
  return bar !== null && atLeast(risk, bar);
}

/** Below this a finding is a guess, and nothing is taken out for it (since semantics 3). */
export const SURE = 0.5;

/** What could not be inspected counts whatever its confidence. */
export function reachesThreshold(finding: Finding, rule: DetectorRule | undefined): rule is DetectorRule {
  return rule !== undefined && (!finding.inspected || finding.confidence >= rule.threshold);
}

/** Only the operator's own word on the server loosens a detector, and only a detector. */
function excused(finding: Finding, { precision, action }: Subject): boolean {
  if (precision === undefined) return false;
  if (precision.allowTools.names.has(action.name) || precision.allowTools.globs.some((glob) => glob(action.name))) return true;
  return finding.category !== undefined && precision.allowCategories.includes(finding.category);
}

/** What the policy does about one finding; null where it does nothing. */
export function opinionOf(finding: Finding, rule: DetectorRule, world: World): RuleOpinion | null {
  const effect = reaches(finding.risk, rule.deny) ? 'deny' : reaches(finding.risk, rule.ask) ? 'ask' : null;
  if (effect === null) return null;
  const code = finding.inspected ? 'FINDING' : 'UNINSPECTABLE';
  const { detector, pointer, risk } = finding;
  const named = world.semantics >= 3 ? { finding: finding.code } : {};
  return { rule: `detector:${detector}`, effect, code, ...wordsOf(world).found(finding), pointer, risk, ...named };
}

/** One opinion per detector, code and effect, at the first place it was seen: a thousand equal findings are one reason. */
export const detectors: Rule = {
  name: 'detectors',
  speak(subject) {
    const { findings } = subject.action;
    if (findings.length === 0) return SILENCE;
    const opinions = new Map<string, RuleOpinion>();
    for (const finding of findings) {
      const rule = subject.policy.detectors.get(finding.detector);
      if (!reachesThreshold(finding, rule) || excused(finding, subject)) continue;
      const opinion = opinionOf(finding, rule, subject.world);
      if (opinion !== null) {
        const key = `${opinion.rule} ${finding.code} ${opinion.effect} ${opinion.code}`;
        const known = opinions.get(key);
        if (known === undefined || (opinion.pointer ?? '') < (known.pointer ?? '')) opinions.set(key, opinion);
      }
      const redacted = `${finding.detector} redact`;
      if (rule.redact && (finding.confidence >= SURE || !finding.inspected || subject.world.semantics < 3) && !opinions.has(redacted)) {
        opinions.set(redacted, {
          rule: `detector:${finding.detector}`,
          effect: 'modify',
          code: 'REDACTED',
          ...wordsOf(subject.world).redacted(finding.detector),
        });
      }
    }
    return [...opinions.values()];
  },
};
